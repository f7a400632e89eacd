"""AR24 on the wire: dated signature out, encrypted answer in.

Keys are hexadecimal digests cut as text, as the vendor's own vector shows; the tests carry it.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from kit.days import PARIS
from kit.outside import read_json

BLOCK_BITS: Final = 128
DATE_FORMAT: Final = "%Y-%m-%d %H:%M:%S"
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2199
_BARE_KEY: Final = re.compile(r"([{,]\s*)([A-Za-z_]\w*)\s*:")


class Unreadable(ValueError):
    """The body is no answer of this operator to this request."""


@dataclass(frozen=True, slots=True, repr=False)
class Cypher:
    """The two halves of the protocol, under one private key."""

    private_key: str

    def sign(self, date: str) -> str:
        """Return the ``signature`` header of a request of this date."""
        padder = padding.PKCS7(BLOCK_BITS).padder()
        encryptor = self._aes(_hex(self.private_key)).encryptor()
        plain = padder.update(date.encode()) + padder.finalize()
        return base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()

    def open(self, sealed: str, date: str) -> str:
        """Return an answer in clear. Raises ``Unreadable``."""
        try:
            data = base64.b64decode(sealed, validate=True)
            decryptor = self._aes(_hex(date + self.private_key)).decryptor()
            padded = decryptor.update(data) + decryptor.finalize()
            unpadder = padding.PKCS7(BLOCK_BITS).unpadder()
            return (unpadder.update(padded) + unpadder.finalize()).decode()
        except (ValueError, binascii.Error) as error:
            raise Unreadable("not sealed with our key") from error

    def read(self, body: bytes, date: str) -> dict[str, Any]:
        """Return an answer, whichever of its three forms it takes. Raises ``Unreadable``.

        In clear; in clear but for a sealed ``result``; or sealed whole. Errors come in clear.
        """
        text = body.decode("utf-8", "replace").strip()
        try:
            answer = _json(text)
        except ValueError:
            answer = _json_or_unreadable(self.open(text, date))
        if not isinstance(answer, dict):
            raise Unreadable("not an answer")
        if isinstance(answer.get("result"), str) and answer["result"]:
            return answer | {"result": _json_or_unreadable(self.open(answer["result"], date))}
        return cast("dict[str, Any]", answer)

    def _aes(self, key: str) -> Cipher[modes.CBC]:
        vector = _hex(_hex(self.private_key))[:16].encode()
        return Cipher(algorithms.AES(key[:32].encode()), modes.CBC(vector))


def wall_clock(instant: datetime) -> str:
    """Write an instant as the protocol does: the hour in Paris, without a zone."""
    return instant.astimezone(PARIS).strftime(DATE_FORMAT)


def from_wall_clock(text: object) -> datetime | None:
    """Read an hour in Paris without a zone; None when there is none.

    The hour that comes twice in October is read as its first occurrence. Raises ``ValueError``,
    also for a year in which nobody used this operator.
    """
    if not isinstance(text, str) or not text or text.startswith("0000"):
        return None
    hour = datetime.strptime(text, DATE_FORMAT).replace(tzinfo=PARIS)
    if not FIRST_YEAR <= hour.year <= LAST_YEAR:
        raise ValueError(f"not in the year {hour.year}")
    return hour


def _json(text: str) -> Any:  # noqa: ANN401 - whatever the partner wrote
    try:
        return read_json(text)
    except ValueError:
        return read_json(_BARE_KEY.sub(r'\1"\2":', text))  # the vendor's vector has bare keys


def _json_or_unreadable(text: str) -> Any:  # noqa: ANN401 - whatever the partner wrote
    try:
        return _json(text)
    except ValueError as error:
        raise Unreadable("not JSON once opened") from error


def _hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
