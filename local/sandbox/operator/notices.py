"""What the operator writes to recipients: a letter waits. Never its sender, subject or file."""

import base64
import secrets
from collections.abc import Mapping
from email.header import Header
from email.utils import format_datetime, formataddr, make_msgid
from typing import Final

from local.sandbox.operator.letters import Letter
from local.sandbox.world import World

DOMAIN: Final = "operateur-demo.example"
FROM: Final = formataddr(("Opérateur de démonstration", f"avis@{DOMAIN}"))
PREFIX: Final = "[Démonstration] "


class Notices:
    """Puts the operator's mails in the demonstration's mailbox."""

    def __init__(self, world: World) -> None:
        self._world = world

    def notify(self, letter: Letter) -> None:
        """Tell the recipient that a letter waits and until when they may answer."""
        self._mail(letter, "Un envoi recommandé électronique vous attend", "notice")

    def remind(self, letter: Letter) -> None:
        """Say once more that the letter waits."""
        self._mail(letter, "Rappel : un envoi recommandé électronique vous attend", "reminder")

    def send_code(self, letter: Letter, code: str) -> None:
        """Send the one-time code that identifies the recipient."""
        self._mail(letter, "Votre code pour ouvrir le portail des recommandés", "code", code=code)

    def _mail(self, letter: Letter, subject: str, template: str, **facts: str) -> None:
        base = self._world.settings.base_url
        link = f"{base}/portail/{letter.portal_token}"
        words = {
            "reference": letter.reference,
            "closes_at": letter.closes_at,
            "link": link,
            "check_link": f"{base}/verifier-un-message?reference={letter.reference}",
            **facts,
        }
        pages, to = self._world.pages, letter.fields["to_email"]
        text = pages.text(f"operator/mail/{template}.txt", words)
        look = {"title": subject, "paragraphs": text.split("\n\n"), "link": link}
        headers = {
            "From": FROM,
            "To": to,
            "Subject": Header(PREFIX + subject, "utf-8").encode(),
            "Date": format_datetime(self._world.now()),
            "Message-ID": make_msgid(domain=DOMAIN),
        }
        page = pages.text("operator/mail/mail.html", look)
        self._world.mailbox.keep(_written(headers, text=text, page=page), recipients=[to])


def _written(headers: Mapping[str, str], *, text: str, page: str) -> bytes:
    """Return a mail as it travels: the standard library takes three milliseconds to write one."""
    boundary = secrets.token_hex(16)
    lines = [f"{name}: {value}" for name, value in headers.items()]
    lines += ["MIME-Version: 1.0", f'Content-Type: multipart/alternative; boundary="{boundary}"']
    for kind, content in (("plain", text), ("html", page)):
        lines += ["", f"--{boundary}", f"Content-Type: text/{kind}; charset=utf-8"]
        lines += ["Content-Transfer-Encoding: base64", ""]
        lines.append(base64.encodebytes(content.encode()).decode().rstrip())
    return "\n".join((*lines, f"--{boundary}--", "")).encode()
