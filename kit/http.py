"""Calls to outside partners over HTTP: one pinned host, no redirects, three kinds of failure."""

import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from types import TracebackType
from typing import Any, Final, Self

import httpx

from kit.errors import Kind, TurnedDown
from kit.telemetry import PARTNER_SECONDS

MAX_ANSWER_BYTES: Final = 32 * 1024 * 1024
_BUSY: Final = frozenset({429, 503})  # by HTTP, the request was not carried out
_OF_THE_WIRE: Final = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_TIMEOUT: Final = httpx.Timeout(20.0, connect=5.0)

Wait = Callable[[], Awaitable[None]]


class PartnerDown(TurnedDown):
    """The partner did not take the request: nothing was done, it may be sent again."""

    kind = Kind.LATER
    reason = "partner-down"


class PartnerUnclear(TurnedDown):
    """The request left and no clear answer came: it may, or may not, have been carried out."""

    kind = Kind.LATER
    reason = "partner-unclear"


class PartnerRefused(TurnedDown):
    """The partner said no, for good. ``status`` and ``body`` are its own words."""

    kind = Kind.REFUSED
    reason = "partner-refused"

    def __init__(self, partner: str, status: int, body: bytes) -> None:
        super().__init__(f"{partner} answered {status}", partner=partner, status=str(status))
        self.status = status
        self.body = body


async def _no_wait() -> None:
    """Pace nothing."""


class PartnerHttp:
    """One partner's HTTP API.

    ``pace`` is awaited before each request: a token bucket where the partner counts requests.
    URLs are paths under ``base_url`` (``""`` is itself), or whole URLs of that same origin; any
    other is refused, since addresses received from a partner are not ours to follow.
    """

    def __init__(  # each is a fact about the partner
        self,
        base_url: str,
        *,
        partner: str,
        pace: Wait = _no_wait,
        timeout: httpx.Timeout = _TIMEOUT,
        headers: Mapping[str, str] | None = None,
        auth: httpx.Auth | tuple[str, str] | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._origin = _origin(httpx.URL(base_url))
        self._partner = partner
        self._pace = pace
        self._client = httpx.AsyncClient(
            timeout=timeout,
            headers=headers,
            auth=auth,
            transport=transport,
            follow_redirects=False,
            trust_env=False,  # no proxy from the environment: the host stays pinned
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def get(self, url: str, **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        """Read a resource; see ``request``."""
        return await self.request("GET", url, **options)

    async def post(self, url: str, **options: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own
        """Send something; see ``request``."""
        return await self.request("POST", url, **options)

    async def request(self, method: str, url: str, **options: Any) -> httpx.Response:  # noqa: ANN401
        """Return the answer, always a 2xx, its body read whole.

        Raises ``PartnerDown`` when nothing was sent or the partner was too busy to take it,
        ``PartnerRefused`` on any other 3xx or 4xx, and ``PartnerUnclear`` on a 5xx, a broken or
        late answer: for a GET the caller may ask again, for a write it must find out first.
        """
        target = self._target(url)
        await self._pace()
        start, outcome = time.perf_counter(), "unclear"
        try:
            answer = await self._send(method, target, options)
            outcome = "ok"
        except PartnerDown:
            outcome = "down"
            raise
        except PartnerRefused:
            outcome = "refused"
            raise
        finally:
            PARTNER_SECONDS.labels(self._partner, outcome).observe(time.perf_counter() - start)
        return answer

    async def _send(
        self, method: str, target: httpx.URL, options: dict[str, Any]
    ) -> httpx.Response:
        try:
            request = self._client.build_request(method, target, **options)
            request.read()  # it leaves whole: a form with a file would leave in twenty small writes
            async with aclosing(await self._client.send(request, stream=True)) as stream:
                answer = await self._read(stream)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise PartnerDown(f"{self._partner} cannot be reached", **self._facts) from error
        except httpx.HTTPError as error:
            raise PartnerUnclear(f"{self._partner} broke off", **self._facts) from error
        if answer.is_success:
            return answer
        if answer.status_code in _BUSY:
            raise PartnerDown(f"{self._partner} is busy", **self._facts)
        if answer.is_server_error:
            raise PartnerUnclear(f"{self._partner} failed: {answer.status_code}", **self._facts)
        raise PartnerRefused(self._partner, answer.status_code, answer.content)

    async def _read(self, stream: httpx.Response) -> httpx.Response:
        """Return the answer with its body in hand, up to ``MAX_ANSWER_BYTES`` once decoded."""
        body = bytearray()
        async for chunk in stream.aiter_bytes():
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:
                raise PartnerUnclear(f"{self._partner} sent too much", **self._facts)
        plain = [(k, v) for k, v in stream.headers.multi_items() if k not in _OF_THE_WIRE]
        return httpx.Response(
            stream.status_code, headers=plain, content=bytes(body), request=stream.request
        )

    @property
    def _facts(self) -> dict[str, str]:
        return {"partner": self._partner}

    def _target(self, url: str) -> httpx.URL:
        whole = url if "://" in url else f"{self._base}/{url.lstrip('/')}" if url else self._base
        try:
            target = httpx.URL(whole)  # read as it will be called, not by another reader
        except (httpx.InvalidURL, ValueError) as error:
            raise PartnerRefused(self._partner, 0, b"no address") from error
        if _origin(target) != self._origin or target.userinfo:
            raise PartnerRefused(self._partner, 0, b"an address outside the partner's own host")
        return target


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
