"""What keeps a form honest: its size, and proof that it is ours."""

import hashlib
import hmac
import secrets
from typing import Final
from urllib.parse import SplitResult, urlsplit

from fastapi import Request
from starlette.datastructures import Headers

from kit.errors import Kind, TurnedDown

MAX_BODY_BYTES: Final = 11 * 1024 * 1024  # a 10 MB file and the fields around it
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OUR_OWN: Final = frozenset({"same-origin", "none"})  # "none": the person, not a page


class ForeignForm(TurnedDown):
    """The form does not come from one of our pages, or from one that is too old."""

    kind = Kind.DENIED
    reason = "form-not-ours"


class BodyTooLarge(TurnedDown):
    """More was sent than a page ever takes."""

    kind = Kind.INVALID
    reason = "body-too-large"


def check_size(headers: Headers) -> None:
    """Raise ``BodyTooLarge`` before a byte of an oversized body is read.

    Bodies without a length are refused too: browsers always send one.
    """
    length = headers.get("content-length", "")
    if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
        raise BodyTooLarge


def check_origin(request: Request) -> None:
    """Raise ``ForeignForm`` when the browser says that another site is posting."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in _OUR_OWN:
            raise ForeignForm
        return
    origin = request.headers.get("origin")
    if origin is not None and _parts(origin).netloc != request.headers.get("host", ""):
        raise ForeignForm


def path_of_ours(request: Request, url: str) -> str:
    """Return where an address leads within our pages, nothing for one of another site."""
    parts = _parts(url)
    if parts.netloc and parts.netloc != request.headers.get("host", ""):
        return ""
    ours = parts.path.startswith("/") and not parts.path.startswith(("//", "/\\"))
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return path if ours and path.isprintable() else ""


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:  # "http://["
        return SplitResult("", "?", "", "", "")  # a host that is nobody's


class Seal:
    """Signs what we hand to a browser and want back untouched."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def sign(self, purpose: str, text: str) -> str:
        """Return a signature good for this purpose alone."""
        return hmac.new(self._key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()

    def is_signed(self, purpose: str, text: str, signature: str) -> bool:
        """Say whether a signature is ours, in constant time."""
        return hmac.compare_digest(self.sign(purpose, text).encode(), signature.encode())


def new_visitor() -> str:
    """Return a random name for a browser that has none yet."""
    return secrets.token_urlsafe(18)
