"""Partners' webhooks: headers and body handed on, unread and capped, to whom they concern."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final

import structlog
from fastapi import APIRouter, Depends, Request, Response

from kit.errors import Kind, TurnedDown
from preavis.billing.v1 import billing_pb2
from preavis.dispatch.v1 import dispatch_pb2
from services.gateway.peers import House, house

MAX_BYTES: Final = 64 * 1024
MAX_HEADERS: Final = 60
TIMEOUT_S: Final = 2.0  # partners give up after 2.5 seconds
OURS: Final = frozenset({"cookie", "authorization"})  # nothing a partner should send
_STATUSES: Final = {
    Kind.INVALID: 400,
    Kind.DENIED: 403,
    Kind.MISSING: 404,
    Kind.REFUSED: 400,
    Kind.STALE: 503,
    Kind.LATER: 503,
}

_log = structlog.get_logger()
router = APIRouter(prefix="/hooks", include_in_schema=False)
TheHouse = Annotated[House, Depends(house)]


@router.post("/stripe")
async def stripe(request: Request, house: TheHouse) -> Response:
    """Hand card news to billing, which checks its signature."""

    async def send(headers: dict[str, str], body: bytes) -> None:
        await house.billing.ReceiveWebhook(
            billing_pb2.ReceiveWebhookRequest(partner="stripe", headers=headers, body=body),
            timeout=TIMEOUT_S,
        )

    return await _hand_on(request, send)


@router.post("/ar24/{secret}")
async def ar24(request: Request, house: TheHouse, secret: str) -> Response:
    """Hand an operator's hint to dispatch, which stores it and reads the operator again."""

    async def send(headers: dict[str, str], body: bytes) -> None:
        await house.dispatch.ReceiveWebhook(
            dispatch_pb2.ReceiveWebhookRequest(
                operator="ar24", secret=secret, headers=headers, body=body
            ),
            timeout=TIMEOUT_S,
        )

    return await _hand_on(request, send)


async def _hand_on(
    request: Request, send: Callable[[dict[str, str], bytes], Awaitable[None]]
) -> Response:
    """Answer what the partner must know: taken, try again, or never."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            return Response(status_code=413)
    headers = {
        name: value
        for name, value in list(request.headers.items())[:MAX_HEADERS]
        if name not in OURS
    }
    try:
        await send(headers, bytes(body))
    except TurnedDown as refusal:
        _log.warning("hook_turned_down", path=request.url.path[:12], reason=refusal.reason)
        return Response(status_code=_STATUSES[refusal.kind])
    return Response(status_code=200)
