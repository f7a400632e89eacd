"""Every e-mail caught, kept raw, with what a person or a test wants to read of it."""

import email
import email.policy
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.parser import HeaderParser
from typing import Any, Final

from kit.clock import Clock
from local.sandbox.store import Row, Store

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS mail (
    id INTEGER PRIMARY KEY, received_at TEXT NOT NULL, message_id TEXT NOT NULL,
    sender TEXT NOT NULL, recipients TEXT NOT NULL, subject TEXT NOT NULL, raw BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS mail_message_id ON mail (message_id);
"""
HEAD_ENDS: Final = re.compile(rb"\n\r?\n")
LINK: Final = re.compile(r"https?://[^\s<>\"'»]+[^\s<>\"'».,;:)]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One file joined to a mail."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail as its reader sees it."""

    id: int
    received_at: datetime
    message_id: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    reply_to: str
    text: str
    html: str
    attachments: tuple[Attachment, ...]

    def as_json(self) -> dict[str, Any]:
        """Return what a test reads; attachments are named and sized, not included."""
        return {
            "id": self.id,
            "received_at": self.received_at.isoformat(),
            "message_id": self.message_id,
            "from": self.sender,
            "to": list(self.recipients),
            "reply_to": self.reply_to,
            "subject": self.subject,
            "text": self.text,
            "html": self.html,
            "links": LINK.findall(self.text),
            "attachments": [
                {"name": each.name, "content_type": each.content_type, "size": len(each.data)}
                for each in self.attachments
            ],
        }


class Mailbox:
    """The one mailbox of this demonstration: whoever a mail is for, it ends here."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def keep(self, raw: bytes, *, recipients: list[str]) -> int:
        """Keep one mail as it came and return its number.

        Only its head is read, with the parser that takes headers as they stand: parsing all of a
        mail that joins files takes thirty times as long, and is for whoever opens it.
        """
        head = HEAD_ENDS.split(raw, 1)[0].decode(errors="replace")
        message = HeaderParser().parsestr(head)
        return self._store.insert(
            "INSERT INTO mail (received_at, message_id, sender, recipients, subject, raw)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                self._clock().astimezone(UTC).isoformat(),
                _header(message, "Message-ID"),
                _header(message, "From"),
                " ".join(address.lower() for address in recipients),
                _header(message, "Subject"),
                raw,
            ),
        )

    def find(
        self, *, to: str = "", subject: str = "", after: int = 0, limit: int = 500
    ) -> list[Mail]:
        """Return the mails numbered above ``after``, oldest first, filtered by part of a text."""
        rows = self._store.rows(
            "SELECT * FROM mail WHERE id > ? AND instr(recipients, ?) AND instr(lower(subject), ?)"
            " ORDER BY id LIMIT ?",
            (after, to.lower(), subject.lower(), limit),
        )
        return [_mail(row) for row in rows]

    def latest(self, *, to: str = "", limit: int = 200) -> list[Row]:
        """Return the newest mails without parsing them, for the list a person scans."""
        return self._store.rows(
            "SELECT id, received_at, sender, recipients, subject FROM mail"
            " WHERE instr(recipients, ?) ORDER BY id DESC LIMIT ?",
            (to.lower(), limit),
        )

    def get(self, number: int) -> Mail | None:
        """Return one mail by its number."""
        row = self._store.row("SELECT * FROM mail WHERE id = ?", (number,))
        return None if row is None else _mail(row)

    def empty(self) -> None:
        """Forget every mail."""
        self._store.write("DELETE FROM mail")


def _header(message: Message, name: str) -> str:
    """Return a header in plain words, on one line; as it came when it cannot be read."""
    text = "".join(message.get(name, "").splitlines())
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, UnicodeError):
        return text


def _parse(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


def _mail(row: Row) -> Mail:
    message = _parse(row["raw"])
    return Mail(
        id=row["id"],
        received_at=datetime.fromisoformat(row["received_at"]),
        message_id=row["message_id"],
        sender=row["sender"],
        recipients=tuple(row["recipients"].split()),
        subject=row["subject"],
        reply_to=str(message.get("Reply-To", "")),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        attachments=tuple(_attachment(part) for part in message.iter_attachments()),
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body(preferencelist=(kind,))
    return "" if part is None else str(part.get_content())


def _attachment(part: EmailMessage) -> Attachment:
    content = part.get_content()
    if isinstance(content, str):
        content = content.encode()
    elif not isinstance(content, bytes):  # an attached message
        content = content.as_bytes()
    return Attachment(
        name=part.get_filename() or "sans-nom",
        content_type=part.get_content_type(),
        data=content,
    )
