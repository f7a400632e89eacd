"""How requests go: rate, errors, duration and traces, by route and never by address."""

import time
from typing import Any, Final

from fastapi import FastAPI
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.trace import Span, TracerProvider
from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECONDS: Final = Histogram(
    "preavis_http_server_seconds",
    "Requests answered, by route and status",
    ["method", "route", "status"],
)
ADDRESSES: Final = ("http.target", "http.url", "url.path", "url.query", "url.full")
HIDDEN: Final = "[hidden]"
UNKNOWN: Final = "unknown"  # an address nobody answers: one label for all of them


class Measured:
    """Observes every request; the route's template is its label, so ids make no new series."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Time one request, from its first byte to the last byte of the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status = time.perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noted)
        finally:
            took = time.perf_counter() - start
            SECONDS.labels(scope["method"], route_of(scope), str(status)).observe(took)


def trace_requests(app: FastAPI, provider: TracerProvider | None = None) -> None:
    """Trace each request under its route's template.

    An address may hold the token of a mailed link, a partner's secret or somebody's name: what
    looks traces up is not where they belong.
    """
    FastAPIInstrumentor.instrument_app(
        app, server_request_hook=_hide_address, tracer_provider=provider
    )


def _hide_address(span: Span, _scope: dict[str, Any]) -> None:
    for name in ADDRESSES:
        if name in (getattr(span, "attributes", None) or {}):
            span.set_attribute(name, HIDDEN)


def route_of(scope: Scope) -> str:
    """Return the template of the route that answered, as ``/v1/letters/{letter_id}``."""
    mounted = str(scope.get("root_path", ""))
    path = getattr(scope.get("route"), "path", "")
    return f"{mounted}{path}" or UNKNOWN
