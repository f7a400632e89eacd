"""E-mails: queued in the caller's own transaction, sent once by a loop, impossible to forge."""

import asyncio
import base64
import hashlib
import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from functools import lru_cache
from typing import Any, Final, Self
from uuid import UUID

import aiosmtplib
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from kit.addresses import ascii_address
from kit.clock import system_clock
from kit.db import Database, run, wake_after_commit
from kit.errors import Kind, TurnedDown
from kit.loops import nap, rest_after_failure
from kit.smtp import Line
from kit.telemetry import MAILS

DEMONSTRATION: Final = "[Démonstration] "
BRAND: Final = "Préavis"
_CONTROL: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})  # line breaks, and marks that reorder
_PLAIN: Final = re.compile(r"[A-Za-z0-9 ]{1,60}")  # reads the same as a header's words
_PERMANENT: Final = 500
_MAX_REST: Final = timedelta(hours=1)
_LEASE: Final = timedelta(minutes=2)
_KEPT_UNSENT: Final = timedelta(days=3)  # after that, saying it late is worse than not saying it

_log = structlog.get_logger()


class _AsSet(EmailPolicy):
    """Headers are written as they were set, each once; one that would end early is refused.

    The library's own policy reads each header into a tree of words whenever it is set, looked up
    or given a parameter: two thirds of what writing an e-mail took, for headers that are ours.
    """

    @override
    def header_max_count(self, name: str) -> int:
        return 1

    @override
    def header_store_parse(self, name: str, value: str) -> tuple[str, str]:
        if "\r" in value or "\n" in value:
            raise ValueError("a header is one line")
        return name, value

    @override
    def header_fetch_parse(self, name: str, value: str) -> str:
        return value


# Nothing but ASCII leaves: no server has to rewrite it.
_AS_SET: Final = _AsSet(linesep="\r\n", refold_source="none", cte_type="7bit")


class BadMail(TurnedDown):
    """An address or a header that could not travel, or that hides a second header."""

    kind = Kind.INVALID
    reason = "mail-not-sendable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file joined to an e-mail."""

    name: str
    media_type: str  # "application/pdf"
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One e-mail to one person.

    ``from_name`` is what shows beside our own address; ``reply_to`` where answers go. Raises
    ``BadMail`` when an address is none, or when a header holds a line break.
    """

    to: str
    subject: str
    text: str
    html: str
    from_name: str = BRAND
    reply_to: str = ""
    attachments: Sequence[Attachment] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        for header in (self.subject, self.from_name, *(a.name for a in self.attachments)):
            if any(unicodedata.category(c) in _CONTROL for c in header):
                raise BadMail("a header holds a control character")
        for address in (self.to, *([self.reply_to] if self.reply_to else [])):
            _as_it_travels(address)

    def to_json(self) -> dict[str, Any]:
        """Return it as the queue keeps it."""
        return {
            "to": self.to, "subject": self.subject, "text": self.text, "html": self.html,
            "from_name": self.from_name, "reply_to": self.reply_to,
            "attachments": [
                [a.name, a.media_type, base64.b64encode(a.data).decode()] for a in self.attachments
            ],
        }  # fmt: skip

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        """Read what ``to_json`` wrote."""
        files = tuple(
            Attachment(name=name, media_type=kind, data=base64.b64decode(data))
            for name, kind, data in kept["attachments"]
        )
        return cls(**{**kept, "attachments": files})


async def queue(session: AsyncSession, mail: Mail, *, key: str, account_id: UUID | None) -> None:
    """Queue an e-mail in the caller's transaction: it leaves only if that commits.

    ``key`` says which e-mail this is, within the service; a key queued twice is one e-mail.
    """
    kept = json.dumps(mail.to_json())
    await run(session, _QUEUE, {"key": key, "account_id": account_id, "mail": kept})
    wake_after_commit(session, "mail")


_QUEUE: Final = text(
    "INSERT INTO outgoing_mail (key, account_id, mail)"
    " VALUES (:key, :account_id, CAST(:mail AS jsonb)) ON CONFLICT (key) DO NOTHING"
)
_CLAIM: Final = text(
    "UPDATE outgoing_mail SET attempts = attempts + 1, next_attempt_at = now() + :lease"
    " WHERE key = (SELECT key FROM outgoing_mail WHERE sent_at IS NULL AND mail IS NOT NULL"
    " AND next_attempt_at <= now() ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED)"
    " RETURNING key, mail, attempts, created_at"
)
_SENT: Final = text("UPDATE outgoing_mail SET sent_at = now(), mail = NULL WHERE key = :key")
_AGAIN: Final = text(
    "UPDATE outgoing_mail SET next_attempt_at = now() + :rest, last_error = :error WHERE key = :key"
)
_GIVE_UP: Final = text("UPDATE outgoing_mail SET mail = NULL, last_error = :error WHERE key = :key")


class MailSender:
    """The loop that hands queued e-mails to the SMTP server, over one connection while some wait.

    ``smtp_url``: ``smtp://``, ``smtp+starttls://`` or ``smtps://``, with user and password when
    the server wants them. An e-mail may arrive twice if the process dies between the server's
    yes and our note of it; its Message-ID is then the same.
    """

    def __init__(
        self,
        db: Database,
        *,
        service: str,
        smtp_url: str,
        mail_from: str,
        environment: str,
        poll_s: float = 1.0,
    ) -> None:
        self._db = db
        self._service = service
        self._line = Line(smtp_url)
        self._from = mail_from
        self._prefix = DEMONSTRATION if environment == "demo" else ""
        self._poll_s = poll_s

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop; an outage of Postgres or of the server is waited out."""
        try:
            while not stop.is_set():
                try:
                    sent = await self.send_one()
                except TurnedDown as error:
                    await rest_after_failure("mail", error, stop)
                    continue
                if not sent:
                    await self._line.rest()
                    await nap(self._poll_s, stop, self._db.written.mail)
        finally:
            self._line.drop()

    async def send_one(self) -> bool:
        """Try the next e-mail due; ``False`` when there is none."""
        claimed = await self._db.alone(_CLAIM, {"lease": _LEASE})
        if not claimed:
            return False
        (row,) = claimed
        mail = Mail.from_json(row["mail"])
        message = self.compose(mail, key=row["key"])
        try:
            await self._line.send(message.as_bytes(), sender=self._from, to=_as_it_travels(mail.to))
        except (aiosmtplib.SMTPException, OSError) as error:
            await self._failed(
                row["key"], error, attempts=row["attempts"], queued_at=row["created_at"]
            )
        else:
            MAILS.labels("sent").inc()
            await self._db.alone(_SENT, {"key": row["key"]})
        return True

    def compose(self, mail: Mail, *, key: str) -> EmailMessage:
        """Return the message as it leaves; the same key gives the same Message-ID."""
        message = EmailMessage(policy=_AS_SET)
        digest = hashlib.sha256(f"{self._service}/{key}".encode()).hexdigest()[:40]
        headers = {
            "From": f"{_words(mail.from_name)}\r\n <{self._from}>",
            "To": _as_it_travels(mail.to),
            "Reply-To": _as_it_travels(mail.reply_to) if mail.reply_to else "",
            "Subject": _words(self._prefix + mail.subject),
            "Date": format_datetime(system_clock()),
            "Message-ID": f"<{digest}@{self._from.partition('@')[2]}>",
            "Auto-Submitted": "auto-generated",  # holiday answers stay at home
        }
        for name, value in headers.items():
            if value:
                message.set_raw(name, value)
        # Written this way no part can hold "=_": the library need not look for the boundaries.
        message.set_content(mail.text, cte="quoted-printable")
        message.make_alternative(boundary=f"=_words-{digest[:16]}")
        message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
        if mail.attachments:
            message.make_mixed(boundary=f"=_files-{digest[:16]}")
        for file in mail.attachments:
            main, _, sub = file.media_type.partition("/")
            message.add_attachment(
                file.data, maintype=main, subtype=sub, cte="base64", filename=file.name
            )
        return message

    async def _failed(
        self, key: str, error: Exception, *, attempts: int, queued_at: datetime
    ) -> None:
        """Rest before the next try, or give up on what is refused for good or too old."""
        final = _is_final(error) or system_clock() - queued_at > _KEPT_UNSENT
        MAILS.labels("given-up" if final else "retried").inc()
        _log.warning("mail_not_sent", key=key, error=type(error).__name__, final=final)
        said = {"key": key, "error": type(error).__name__}
        if final:
            await self._db.alone(_GIVE_UP, said)
            return
        rest = min(timedelta(seconds=5 * 2 ** min(attempts, 12)), _MAX_REST)
        await self._db.alone(_AGAIN, said | {"rest": rest})


def _is_final(error: Exception) -> bool:
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return all(refused.code >= _PERMANENT for refused in error.recipients)
    if isinstance(error, aiosmtplib.SMTPAuthenticationError | aiosmtplib.SMTPSenderRefused):
        return False  # our own fault: mended on our side, and nothing is lost meanwhile
    return isinstance(error, aiosmtplib.SMTPResponseException) and error.code >= _PERMANENT


def _words(text: str) -> str:
    """Return a text as a header holds it: in RFC 2047's own writing, unless it is plain.

    The library would read what already looks like that writing (``=?utf-8?q?=0D=0A...?=``) and
    put down what it hides: a line break, a header, an address.
    """
    if _PLAIN.fullmatch(text) and text == text.strip():
        return text
    return Header(text, "utf-8", maxlinelen=72, header_name="Subject").encode(linesep="\r\n")


@lru_cache(maxsize=64)  # asked four times of each address on its way out
def _as_it_travels(address: str) -> str:
    found = ascii_address(address)
    if found is None:
        raise BadMail("not an e-mail address")
    return found
