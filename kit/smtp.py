"""The connection to the SMTP server, kept while e-mails follow each other."""

from contextlib import suppress
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import aiosmtplib

_GOODBYE: Final = 421


class Line:
    """The connection to the SMTP server: opened for an e-mail, kept while others follow."""

    def __init__(self, url: str) -> None:
        self._options = _server_options(url)
        self._open: aiosmtplib.SMTP | None = None
        self._rested = False  # nothing was sent since we last looked

    async def send(self, message: bytes, *, sender: str, to: str) -> None:
        """Hand over one e-mail. Raises what ``aiosmtplib`` raises.

        A kept connection that the server ended meanwhile is opened anew; were the end to come
        after it took the e-mail, it would take the same Message-ID twice, as after any failure.
        """
        was_kept, self._rested = self._open is not None, False
        try:
            await self._send(message, sender, to)
        except aiosmtplib.SMTPException as error:
            if not (was_kept and _is_goodbye(error)):
                raise
            await self._send(message, sender, to)

    async def rest(self) -> None:
        """Say goodbye to the server, the second time that nothing waits."""
        if self._open is not None and self._rested:
            with suppress(aiosmtplib.SMTPException, OSError):
                await self._open.quit()
            self.drop()
        self._rested = True

    def drop(self) -> None:
        """Forget the connection."""
        if self._open is not None:
            self._open.close()
            self._open = None

    async def _send(self, message: bytes, sender: str, to: str) -> None:
        try:
            await (await self._opened()).sendmail(sender, [to], message)
        except BaseException:  # a conversation that ended badly is not taken up again
            self.drop()
            raise

    async def _opened(self) -> aiosmtplib.SMTP:
        if self._open is None:
            line = aiosmtplib.SMTP(**self._options)
            await line.connect()
            self._open = line
        return self._open


def _is_goodbye(error: aiosmtplib.SMTPException) -> bool:
    """Tell whether the server ended the connection before it heard of the e-mail, or might have."""
    refused = isinstance(error, aiosmtplib.SMTPSenderRefused) and error.code == _GOODBYE
    return refused or isinstance(error, aiosmtplib.SMTPServerDisconnected)


def _server_options(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    modes: dict[str, dict[str, Any]] = {
        "smtp": {"start_tls": False},
        "smtp+starttls": {"start_tls": True},
        "smtps": {"use_tls": True},
    }
    return {
        "hostname": parts.hostname,
        "port": parts.port,
        "username": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "timeout": 20,
        **modes[parts.scheme],
    }
