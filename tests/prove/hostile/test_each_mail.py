"""Every e-mail that we write, with a hostile text wherever it names somebody; no server asked."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pytest

from kit.db import Database
from kit.mail import Mail, MailSender
from kit.text import tidy, tidy_lines
from services.accounts.domain.facts import NoticeKind
from services.accounts.partners.mails import Mails
from services.accounts.tests.contracts.test_mails import a_notice
from services.dispatch.domain.letter import Agency, FrozenLetter
from services.dispatch.domain.sending import Sending
from services.dispatch.domain.timeline import Happened
from services.dispatch.tests.builders import NOON, a_room
from services.dispatch.usecases.telling import NOTICES, write
from tests.prove.hostile.checks.mails import OURS, faults_of_mail
from tests.prove.hostile.texts import HOSTILE

NOWHERE: Final = Database(
    "postgresql://nobody@localhost/none", "postgresql://nobody@localhost/none"
)
URL: Final = "http://localhost:8000"
FACTS: Final = {"reason": "operator-refused", "credit_note": "AV-2026-000001"}
TEXTS: Final = {name: tidy(text) for name, text in HOSTILE.items() if "\ud83d" not in text}
NAMES: Final = {name: text[:80] for name, text in TEXTS.items() if text}  # as letters keep them
SOON: Final = {"markup", "htmx", "header in disguise", "sender in disguise", "another sender"}
EACH: Final = [
    pytest.param(name, marks=() if name in SOON else pytest.mark.prove) for name in NAMES
]  # a few at each `make test`, all by `make prove`
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
async def sending() -> Sending:
    """A letter deposited and answered, as dispatch keeps it."""
    room = a_room()
    await room.finalise()
    await room.work_until_quiet()
    room.operator.deposit("400001")
    await room.work_until_quiet()
    return replace(room.sending(), deposited_at=NOON, ended_at=NOON)


def bearing(sending: Sending, name: str) -> Sending:
    """Return the sending of people and bodies of this name."""
    letter, agency = sending.letter, sending.agency
    assert isinstance(letter, FrozenLetter)
    assert isinstance(agency, Agency)
    return replace(
        sending,
        letter=replace(
            letter,
            recipient_name=name,
            policyholder_names=(f"Mme {name}", f"M. {name}"),
            client_reference=name[:60],
            author_name=name,
        ),
        agency=replace(
            agency,
            trade_name=name[:60],
            representative_first_name=name[:60],
            representative_last_name=name[:60],
            address=name[:60],
            town=name[:60],
        ),
    )


def composed(mail: Mail) -> bytes:
    """Return an e-mail as it leaves."""
    sender = MailSender(
        NOWHERE, service="hostile", smtp_url="smtp://localhost:1", mail_from=OURS,
        environment="test",
    )  # fmt: skip
    return sender.compose(mail, key="k").as_bytes()


def of_dispatch(sending: Sending) -> Iterator[Mail]:
    """Write each e-mail about a sending."""
    for code, notices in NOTICES.items():
        fact = Happened(code=code, at=NOON, facts=FACTS)
        for notice in notices:
            yield write(sending, fact, notice, "a@client.example", document=b"%PDF", public_url=URL)


@pytest.mark.parametrize("name", EACH)
def test_e_mails_about_a_letter(sending: Sending, name: str) -> None:
    mails = list(of_dispatch(bearing(sending, NAMES[name])))

    found = [f"{mail.subject}: {one}" for mail in mails for one in faults_of_mail(composed(mail))]

    assert len(mails) >= len(NOTICES)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", EACH)
def test_e_mails_about_an_account(name: str) -> None:
    note = tidy_lines(HOSTILE[name])[:600]
    mails = [
        Mails(URL).compose(a_notice(kind, name=NAMES[name], note=note, to="a@client.example"))
        for kind in NoticeKind
    ]

    found = [f"{mail.subject}: {one}" for mail in mails for one in faults_of_mail(composed(mail))]

    assert not found, "\n".join(found)
