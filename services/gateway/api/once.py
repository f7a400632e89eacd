"""Creations that may be repeated: the same key and the same request get the same answer."""

import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel

from kit.errors import TurnedDown
from services.gateway.api.access import Someone, TheSettings, TheStore
from services.gateway.api.problems import IdempotencyKeyMissing
from services.gateway.settings import GatewaySettings
from services.gateway.store import Claim, KeptAnswer, Store

VISITORS: Final = UUID(int=0)
_KEY: Final = "[!-~]{1,200}"

Create = Callable[[str], Awaitable[BaseModel]]

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="1 to 200 visible characters, a new value per creation. The same key with the "
        "same request gets the same answer for 24 hours; with another request, a 409. A refused "
        "creation created nothing: its key may be used again.",
        examples=["0198c5c8-1e0f-7a51-9d3c-5b7f6f1f2a10"],
        json_schema_extra={"x-required": True, "pattern": f"^{_KEY}$"},
    ),
]


class Once:
    """One creation: done, or answered as before."""

    def __init__(self, claim: Claim, store: Store) -> None:
        self._claim = claim
        self._store = store

    async def __call__(self, create: Create, *, status: int = 201, etag: bool = False) -> Response:
        """Answer with what ``create`` makes, given a key fit for our own services.

        Only successes are kept. If we die between creating and keeping, the repeat asks our
        services again, with the same key: they answer with what stands.
        """
        kept = await self._store.begin(self._claim)
        if kept is not None:
            return _response(kept, repeated=True)
        try:
            made = await create(self._claim.key)
        except TurnedDown:
            await self._store.give_up(self._claim)
            raise
        answer = KeptAnswer(
            status=status, headers=_etag(made) if etag else {}, body=made.model_dump_json().encode()
        )
        await self._store.keep(self._claim, answer)
        return _response(answer, repeated=False)


async def once(
    request: Request,
    who: Someone,
    store: TheStore,
    settings: TheSettings,
    idempotency_key: IdempotencyKey = None,
) -> Once:
    """Prepare a creation of an account. Raises ``IdempotencyKeyMissing``."""
    return Once(await _claim(request, idempotency_key, who.scope_id, settings), store)


async def once_for_visitor(
    request: Request,
    store: TheStore,
    settings: TheSettings,
    idempotency_key: IdempotencyKey = None,
) -> Once:
    """Prepare a creation by somebody without a session. Raises ``IdempotencyKeyMissing``."""
    return Once(await _claim(request, idempotency_key, VISITORS, settings), store)


OnceAsAgent = Annotated[Once, Depends(once)]
OnceAsVisitor = Annotated[Once, Depends(once_for_visitor)]


async def _claim(
    request: Request, key: str | None, scope_id: UUID, settings: GatewaySettings
) -> Claim:
    if key is None or not re.fullmatch(_KEY, key):
        raise IdempotencyKeyMissing("no idempotency key")
    operation = f"{request.method} {quote(request.url.path)}"  # %00 is no text for a column
    asked = b"\n".join((operation.encode(), request.url.query.encode(), await request.body()))
    digest = hmac.new(settings.cookie_key.encode(), asked, hashlib.sha256).hexdigest()
    return Claim(scope_id=scope_id, key=key, operation=operation, fingerprint=digest)


def _response(answer: KeptAnswer, *, repeated: bool) -> Response:
    headers = dict(answer.headers)
    if repeated:
        headers["Idempotent-Replayed"] = "true"
    return Response(answer.body, answer.status, headers=headers, media_type="application/json")


def _etag(made: BaseModel) -> dict[str, str]:
    return {"ETag": f'"{getattr(made, "version")}"'}  # noqa: B009 - of any shape that has one
