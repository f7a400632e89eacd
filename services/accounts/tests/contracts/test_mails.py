"""Every notice becomes an e-mail that a person can read, in text and in HTML."""

import re
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from typing_extensions import override

from services.accounts.domain.facts import Notice, NoticeKind
from services.accounts.domain.proof import ProofKind, RejectionReason
from services.accounts.partners.mails import Mails

FACTS = {
    "name": "Hélène <Béraud> & Cie",
    "token": "T0ken-_",
    "expires_at": datetime(2026, 11, 29, 13, 48, tzinfo=UTC),
    "at": datetime(2026, 11, 29, 13, 48, tzinfo=UTC),
    "kind": "orias_attestation",
    "note": "",
    "reason": "incomplete",
    "end_day": date(2027, 2, 28),
    "days": "7",
    "subject_of": "attestation",
    "orias_number": "07045812",
    "from_day": date(2027, 3, 15),
    "available_cents": 1_760,
    "low_below_cents": 2_000,
}
LOOSE = re.compile(r"[^\u202f\s][;!?](?!\w)| [:;!?»]|« |'")


def a_notice(said: NoticeKind, **facts: object) -> Notice:
    return Notice(kind=said, key="k", to="helene@beraud.example", facts={**FACTS, **facts})


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.sources: list[str] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name == "href"]
        self.sources += [value or "" for name, value in attrs if name == "src"]


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_an_e_mail_says_the_same_twice_with_one_link_and_nothing_to_fetch(
    kind: NoticeKind,
) -> None:
    mail = Mails("https://preavis.example").compose(a_notice(kind))
    links = Links()
    links.feed(mail.html)

    assert mail.subject
    assert len(set(links.found)) == 1
    assert links.found[0] in mail.text
    assert links.sources == []
    assert "<Béraud>" not in mail.html
    assert "{{" not in mail.text + mail.html


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_an_e_mail_is_typeset_in_french(kind: NoticeKind) -> None:
    mail = Mails("https://preavis.example").compose(a_notice(kind))
    words = re.sub(r"https?://\S+", "", mail.text)

    assert not LOOSE.search(mail.subject + " " + words)


@pytest.mark.parametrize("kind", list(ProofKind))
@pytest.mark.parametrize("reason", list(RejectionReason))
def test_a_rejection_names_the_document_and_the_reason(
    kind: ProofKind, reason: RejectionReason
) -> None:
    facts = {"kind": kind.value, "reason": reason.value, "note": "Le verso manque."}

    mail = Mails("").compose(a_notice(NoticeKind.PROOF_REJECTED, **facts))

    assert "Le verso manque." in mail.text
    assert "()" not in mail.text


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (NoticeKind.ACTIVATION, "/activation/T0ken-_"),
        (NoticeKind.PASSWORD_LINK, "/mot-de-passe/T0ken-_"),
        (NoticeKind.PROOF_REJECTED, "/compte/justificatifs"),
    ],
)
def test_a_link_starts_where_people_reach_us(kind: NoticeKind, path: str) -> None:
    mail = Mails("https://preavis.example").compose(a_notice(kind))

    assert f"https://preavis.example{path}" in mail.text
