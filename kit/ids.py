"""Identifiers: time-ordered inside, derived for repeats, random in public."""

import hashlib
import secrets
from typing import Final
from uuid import UUID, uuid5

import uuid_utils.compat

from kit.errors import Kind, TurnedDown

_NAMESPACE: Final = UUID("6f2d3c0a-58ac-5b1e-9d0e-0c4f7a9b1d11")


class UnreadableId(TurnedDown):
    """The text is not one of our identifiers."""

    kind = Kind.INVALID
    reason = "unreadable-id"


def new_id() -> UUID:
    """Return a fresh UUIDv7: it sorts by creation time, so it must not appear in a public link."""
    return uuid_utils.compat.uuid7()


def parse_id(text: str) -> UUID:
    """Read a UUID in its canonical form. Raises ``UnreadableId``."""
    try:
        value = UUID(text)
    except ValueError as error:
        raise UnreadableId(f"not an identifier: {text[:60]!r}") from error
    if str(value) != text.lower():
        raise UnreadableId(f"not a canonical identifier: {text[:60]!r}")
    return value


def derived_id(*parts: object) -> UUID:
    """Return the same UUID for the same parts, always: a repeated create finds what stands.

    Parts are told apart by their length, so ``("ab", "c")`` and ``("a", "bc")`` differ.
    """
    texts = [str(part) for part in parts]
    return uuid5(_NAMESPACE, "".join(f"{len(text)}:{text};" for text in texts))


def new_token() -> str:
    """Return 256 random bits fit for a link; store ``token_hash`` of it, never the token."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return the SHA-256 of a token, in hexadecimal (a random token needs no slow hash)."""
    return hashlib.sha256(token.encode()).hexdigest()
