"""What the operator writes to recipients: a letter waits. Never its sender, subject or file."""

from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Final

from local.sandbox.operator.letters import Letter
from local.sandbox.world import World

FROM: Final = "Opérateur de démonstration <avis@operateur-demo.example>"
DOMAIN: Final = "operateur-demo.example"
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
        message = EmailMessage()
        message["From"] = FROM
        message["To"] = to
        message["Subject"] = PREFIX + subject
        message["Date"] = format_datetime(self._world.now())
        message["Message-ID"] = make_msgid(domain=DOMAIN)
        message.set_content(text)
        message.add_alternative(pages.text("operator/mail/mail.html", look), subtype="html")
        self._world.mailbox.keep(bytes(message), recipients=[to])
