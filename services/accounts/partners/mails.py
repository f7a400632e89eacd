"""What our e-mails say: the words of ``notices.toml`` in two frames, text and HTML."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from kit.days import paris_date
from kit.french import NO_BREAK, instant_hm, plain_day, typography
from kit.mail import Mail
from kit.templating import environment
from services.accounts.domain.facts import Notice, NoticeKind

TEMPLATES: Final = Path(__file__).resolve().parent.parent / "templates" / "mail"
PATHS: Final[Mapping[NoticeKind, str]] = {  # where each e-mail's button leads
    NoticeKind.ACTIVATION: "/activation/{token}",
    NoticeKind.EMAIL_CHANGE: "/activation/{token}",
    NoticeKind.PASSWORD_LINK: "/mot-de-passe/{token}",
    NoticeKind.ALREADY_ACTIVE: "/connexion",
    NoticeKind.NO_ACCOUNT: "/inscription",
    NoticeKind.PASSWORD_CHANGED: "/mot-de-passe",
    NoticeKind.EMAIL_CHANGED: "/contact",
    NoticeKind.PROOF_ACCEPTED: "/tableau-de-bord",
    NoticeKind.CREDIT_LOW: "/credit",
}
OTHERWISE: Final = "/compte/justificatifs"


class Mails:
    """Composes e-mails; their links start at ``public_url``."""

    def __init__(self, public_url: str) -> None:
        self._templates = environment(TEMPLATES)
        # The words are text: the HTML frame escapes what they became.
        self._strings = self._templates.overlay(autoescape=False)
        self._strings.filters["day_hour"] = day_hour
        self._strings.filters["grouped"] = grouped
        self._words = tomllib.loads((TEMPLATES / "notices.toml").read_text("utf-8"))
        self._public_url = public_url

    def compose(self, notice: Notice) -> Mail:
        """Return the e-mail that a notice becomes."""
        facts: dict[str, Any] = {**notice.facts, "labels": self._words["labels"]}
        words = self._words[notice.kind]
        path = PATHS.get(notice.kind, OTHERWISE).format(**facts)
        plural = facts.get("kind") == "statutes" and "subject_plural" in words
        subject = self._say(words["subject_plural" if plural else "subject"], facts)
        said = {
            "subject": subject,
            "preheader": self._say(words["preheader"], facts),
            "paragraphs": self._say_all(words["paragraphs"], facts),
            "button": self._say(words["button"], facts),
            "after": self._say_all(words["after"], facts),
            "url": self._public_url + path,
            "to": notice.to,
        }
        return Mail(
            to=notice.to,
            subject=subject,
            text=self._templates.get_template("frame.txt").render(said),
            html=self._templates.get_template("frame.html").render(said),
        )

    def _say(self, words: str, facts: Mapping[str, Any]) -> str:
        return typography(self._strings.from_string(words).render(facts)).strip()

    def _say_all(self, words: Iterable[str], facts: Mapping[str, Any]) -> list[str]:
        said = (self._say(paragraph, facts) for paragraph in words)
        return [paragraph for paragraph in said if paragraph]


def grouped(orias_number: str) -> str:
    """Return an ORIAS number as it is printed: ``07 045 812``."""
    return NO_BREAK.join((orias_number[:2], orias_number[2:5], orias_number[5:]))


def day_hour(instant: datetime) -> str:
    """Return the Paris day and hour of an instant: ``29 novembre 2026 à 14 h 48``."""
    return f"{plain_day(paris_date(instant))} à{NO_BREAK}{instant_hm(instant)}"
