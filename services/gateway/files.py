"""Other people's files, shown from an origin of their own: no cookie, no script, a link that ends.

A page gives a link signed for one person and one file; this origin knows nothing else, so that a
hostile file, were one to pass, would find nobody's session here.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID

import jwt
from fastapi import Depends, FastAPI, Request, Response

from kit.clock import system_clock
from kit.errors import Kind, TurnedDown
from kit.grpc import CallerKind
from preavis.accounts.v1 import accounts_pb2
from preavis.signature.v1 import signature_pb2
from services.gateway import headers
from services.gateway.api.files import file_answer
from services.gateway.peers import House, Principal, acting_as, house
from services.gateway.settings import GatewaySettings
from services.gateway.wording.reasons import Reasons

LINK_LIVES: Final = timedelta(minutes=10)
_ALGORITHM: Final = "HS256"
_AUDIENCE: Final = "files"
_STATUSES: Final = {Kind.DENIED: 403, Kind.MISSING: 404, Kind.LATER: 503}


class LinkOver(TurnedDown):
    """The link is too old, or was never ours."""

    kind = Kind.DENIED
    reason = "file-link-over"


def proof_url(settings: GatewaySettings, who: Principal, *, account_id: str, proof_id: str) -> str:
    """Return a link with which ``who`` reads a proof of an account, for ten minutes."""
    return _url(settings, who, {"proof": proof_id, "account": account_id})


def scan_url(settings: GatewaySettings, who: Principal, *, letter_id: str) -> str:
    """Return a link with which ``who`` reads the scanned mandate of a letter, for ten minutes."""
    return _url(settings, who, {"letter": letter_id})


def build(settings: GatewaySettings, house: House, reasons: Reasons) -> FastAPI:
    """Return the application of the separate origin."""
    app = headers.Edge(doors=headers.files(settings))
    app.state.settings = settings
    app.state.house = house
    app.state.reasons = reasons
    app.add_api_route("/{token}", show, methods=["GET"])
    app.add_exception_handler(TurnedDown, _say)
    return app


async def show(request: Request, token: str, house: Annotated[House, Depends(house)]) -> Response:
    """Show the file that the link names, to whom it names. Raises ``LinkOver``."""
    claims = read_link(request.app.state.settings, token)
    with acting_as(_principal(claims)):
        return await _file(house, claims["file"])


async def _file(house: House, named: Mapping[str, str]) -> Response:
    if "proof" in named:
        proof = await house.accounts.GetProofFile(
            accounts_pb2.GetProofFileRequest(proof_id=named["proof"], account_id=named["account"]),
            timeout=20,
        )
        return file_answer(
            proof.data,
            filename=proof.proof.filename,
            media_type=proof.proof.media_type,
            inline=True,
        )
    scan = await house.signature.GetScan(
        signature_pb2.GetScanRequest(letter_id=named["letter"]), timeout=20
    )
    return file_answer(
        scan.data,
        filename=scan.scan.filename or "mandat",
        media_type=scan.media_type,
        inline=True,
    )


async def _say(request: Request, error: Exception) -> Response:
    assert isinstance(error, TurnedDown)  # noqa: S101 - the handler is registered for it alone
    words = request.app.state.reasons.words(error.reason, error.facts)
    status = _STATUSES.get(error.kind, 400)
    return Response(words.detail, status, media_type="text/plain")


def _url(settings: GatewaySettings, who: Principal, named: Mapping[str, str]) -> str:
    claims = {
        "aud": _AUDIENCE,
        "exp": system_clock() + LINK_LIVES,
        "sub": str(who.profile_id),
        "acc": str(who.account_id or ""),
        "kind": who.kind.value,
        "name": who.display_name,
        "roles": sorted(who.roles),
        "file": dict(named),
    }
    token = jwt.encode(claims, settings.cookie_key, algorithm=_ALGORITHM)
    return f"{settings.files_origin}/{token}"


def read_link(settings: GatewaySettings, token: str) -> dict[str, Any]:
    """Return what a link of ours says. Raises ``LinkOver``."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            settings.cookie_key,
            algorithms=[_ALGORITHM],
            audience=_AUDIENCE,
            options={"require": ["exp", "aud", "sub"]},
        )
    except jwt.InvalidTokenError as error:
        raise LinkOver("not a link of ours, or no longer") from error
    return claims


def _principal(claims: Mapping[str, Any]) -> Principal:
    return Principal(
        kind=CallerKind(claims["kind"]),
        profile_id=UUID(claims["sub"]),
        display_name=claims["name"],
        roles=frozenset(claims["roles"]),
        account_id=UUID(claims["acc"]) if claims["acc"] else None,
    )
