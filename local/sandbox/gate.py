"""The gate in front of every partner: each request is recorded, then bent by the switches.

Written as ASGI, below the framework, because a partner that accepts and then never answers must
cut the line after the work is done: no framework does that on purpose.
"""

import asyncio
import hashlib
from functools import partial
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.clock import system_clock
from local.sandbox.faults import Fault, Partner
from local.sandbox.world import World

PREFIXES: Final = {
    "/ar24/": Partner.AR24,
    "/stripe/": Partner.STRIPE,
    "/orias": Partner.ORIAS,
    "/tsa": Partner.TSA,
}
HANG_S: Final = 30.0
SLOW_S: Final = 2.0
UNAVAILABLE: Final = 503
BROKEN: Final = 500


class Gate:
    """Stands between the network and the partners' routes; other paths pass untouched."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app = app
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request as the partner would today."""
        partner = _partner(scope)
        if partner is None:
            await self._app(scope, receive, send)
            return
        body = await _read(receive)
        number = self._world.record.request(
            at=system_clock(),
            partner=partner,
            method=scope["method"],
            path=scope["path"],
            body=hashlib.sha256(body).hexdigest(),
        )
        status, fault = await self._serve(partner, scope, body, send)
        self._world.record.answered(number, status=status, fault=fault)

    async def _serve(
        self, partner: Partner, scope: Scope, body: bytes, send: Send
    ) -> tuple[int | None, str | None]:
        fire = partial(self._world.faults.fire, partner, path=scope["path"])
        if slow := fire(Fault.SLOW):
            await asyncio.sleep(slow.seconds(SLOW_S))
        for fault, refusal in ((Fault.OUTAGE, UNAVAILABLE), (Fault.ERROR_BEFORE_ACCEPT, BROKEN)):
            if fire(fault):
                await _answer(send, refusal)
                return refusal, fault
        answer = _Kept()
        await self._app(scope, _replay(body), answer.send)
        mute = answer.status < BROKEN and scope["method"] == "POST"
        if mute and (hang := fire(Fault.TIMEOUT_AFTER_ACCEPT)):
            await asyncio.sleep(hang.seconds(HANG_S))
            await _cut(send)
            return None, Fault.TIMEOUT_AFTER_ACCEPT
        for message in answer.messages:
            await send(message)
        return answer.status, None


class _Kept:
    """An answer held back until we know whether it may leave."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.status = BROKEN

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        self.messages.append(message)


def _partner(scope: Scope) -> Partner | None:
    if scope["type"] != "http":
        return None
    path: str = scope["path"]
    return next((who for prefix, who in PREFIXES.items() if path.startswith(prefix)), None)


async def _read(receive: Receive) -> bytes:
    pieces = []
    while True:
        message = await receive()
        pieces.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(pieces)


def _replay(body: bytes) -> Receive:
    """Return a channel that gives the body once, then stays silent."""
    given = False

    async def receive() -> Message:
        nonlocal given
        if given:
            await asyncio.Event().wait()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _answer(send: Send, status: int) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"panne de d\xc3\xa9monstration"})


async def _cut(send: Send) -> None:
    """Promise a byte and never send it: the server closes the line, the caller learns nothing."""
    headers = [(b"content-length", b"1")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
