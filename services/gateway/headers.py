"""The security headers of every answer, whichever door gave it, failures included."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import Message, Receive, Scope, Send
from typing_extensions import override

from services.gateway.settings import GatewaySettings

CARD_PAGE: Final = "https://checkout.stripe.com"
MACHINES: Final = ("/v1", "/hooks")  # the doors that programs use
PERMISSIONS: Final = "camera=(), geolocation=(), microphone=(), payment=()"
A_YEAR: Final = "max-age=31536000; includeSubDomains"

Headers = Mapping[str, str]
Doors = Callable[[str], Headers]


class Edge(FastAPI):
    """An application whose every answer carries the headers of the door it came through.

    Starlette answers an unforeseen failure outside all middleware: so this goes around it whole.
    A header that a route chose itself stands.
    """

    def __init__(self, *, doors: Doors, **options: Any) -> None:  # noqa: ANN401 - FastAPI's own
        super().__init__(
            openapi_url=None,
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,  # it would redirect to whatever host the request names
            **options,
        )
        self._doors = doors

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        chosen = self._doors(scope["path"]) if scope["type"] == "http" else {}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in chosen.items():
                    headers.setdefault(name, value)
            await send(message)

        await super().__call__(scope, receive, send_with_headers)


def product(settings: GatewaySettings) -> Doors:
    """Return the headers of the product: pages for people, ``/v1`` and hooks for programs."""
    everywhere = {"x-content-type-options": "nosniff", **_by_https(settings)}
    page = {
        **everywhere,
        "content-security-policy": content_security_policy(settings),
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": PERMISSIONS,
        "cache-control": "no-store",
    }
    machine = {
        **everywhere,
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": "private, no-store",
    }

    def doors(path: str) -> Headers:
        return machine if path.startswith(tuple(f"{door}/" for door in MACHINES)) else page

    return doors


def files(settings: GatewaySettings) -> Doors:
    """Return the headers of the separate origin: other people's files, framed by our pages."""
    policy = _policy(
        "sandbox",
        "default-src 'none'",
        "img-src 'self'",
        "object-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        f"frame-ancestors {_origin(settings.public_url)}",
    )
    headers = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-resource-policy": "cross-origin",  # a page of ours may frame it
        "permissions-policy": PERMISSIONS,
        "x-robots-tag": "noindex",
        "cache-control": "private, no-store",
        **_by_https(settings),
    }
    return lambda _path: headers


def content_security_policy(settings: GatewaySettings) -> str:
    """Return the policy of every page: our own files, nothing inline, nobody frames us."""
    ways_out = ["'self'", CARD_PAGE]
    if settings.sandbox_url:
        ways_out.append(_origin(settings.sandbox_url))
    return _policy(
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "font-src 'self'",
        f"img-src 'self' {settings.files_origin}",
        "connect-src 'self'",
        "object-src 'none'",
        f"frame-src {settings.files_origin}",
        f"form-action {' '.join(ways_out)}",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )


def _policy(*directives: str) -> str:
    return "; ".join(directives)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _by_https(settings: GatewaySettings) -> Headers:
    return {"strict-transport-security": A_YEAR} if settings.is_secure else {}
