"""What keeps a page honest: its headers, its size, and proof that a form is ours."""

import hashlib
import hmac
import secrets
from typing import Final
from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.errors import Kind, TurnedDown
from services.gateway.settings import GatewaySettings

MAX_BODY_BYTES: Final = 11 * 1024 * 1024  # a 10 MB file and the fields around it
CARD_PAGE: Final = "https://checkout.stripe.com"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OUR_OWN: Final = frozenset({"same-origin", "none"})  # "none": the person, not a page
_OTHER_DOORS: Final = ("/v1", "/hooks")  # REST and partners have rules of their own


class ForeignForm(TurnedDown):
    """The form does not come from one of our pages, or from one that is too old."""

    kind = Kind.DENIED
    reason = "form-not-ours"


class BodyTooLarge(TurnedDown):
    """More was sent than a page ever takes."""

    kind = Kind.INVALID
    reason = "body-too-large"


def content_security_policy(settings: GatewaySettings) -> str:
    """Return the policy of every page: our own files, nothing inline, nobody frames us."""
    ways_out = ["'self'", CARD_PAGE]
    if settings.sandbox_url:
        ways_out.append(_origin(settings.sandbox_url))
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "font-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            f"frame-src {settings.files_origin}",
            f"form-action {' '.join(ways_out)}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class PageHeaders:
    """Puts the security headers on every page, and stops bodies no page would take."""

    def __init__(self, app: ASGIApp, *, settings: GatewaySettings) -> None:
        self._app = app
        self._headers = {
            "content-security-policy": content_security_policy(settings),
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
        }
        if settings.is_secure:
            self._headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"].startswith(_OTHER_DOORS):
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)


def check_size(headers: Headers) -> None:
    """Raise ``BodyTooLarge`` before a byte of an oversized body is read.

    Bodies without a length are refused too: browsers always send one.
    """
    length = headers.get("content-length", "")
    if not length.isdigit() or int(length) > MAX_BODY_BYTES:
        raise BodyTooLarge(
            limit_mb="10", size_mb=str(int(length) >> 20) if length.isdigit() else ""
        )


def check_origin(request: Request) -> None:
    """Raise ``ForeignForm`` when the browser says that another site is posting."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in _OUR_OWN:
            raise ForeignForm
        return
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host", ""):
        raise ForeignForm


class Seal:
    """Signs what we hand to a browser and want back untouched."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def sign(self, purpose: str, text: str) -> str:
        """Return a signature good for this purpose alone."""
        return hmac.new(self._key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()

    def is_signed(self, purpose: str, text: str, signature: str) -> bool:
        """Say whether a signature is ours, in constant time."""
        return hmac.compare_digest(self.sign(purpose, text), signature)


def new_visitor() -> str:
    """Return a random name for a browser that has none yet."""
    return secrets.token_urlsafe(18)
