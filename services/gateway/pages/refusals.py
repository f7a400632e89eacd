"""Error pages: what happened, in words, and one useful link."""

from contextlib import nullcontext
from typing import Final
from urllib.parse import urlencode

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from kit.errors import Kind, TurnedDown
from services.gateway.measure import route_of
from services.gateway.pages.desk import Desk
from services.gateway.pages.frame import Frame, frame_for, quietly
from services.gateway.pages.security import SAFE_METHODS, path_of_ours
from services.gateway.pages.visit import LoginNeeded, Visit, status_of
from services.gateway.peers import acting_as, authenticate
from services.gateway.wording.reasons import Words

_log = structlog.get_logger()
_NOT_FOUND: Final = 404
_REASONS: Final = {
    403: "caller-not-allowed",
    404: "not-found",
    405: "not-found",
    500: "internal-error",
}
_FAILED: Final = 500
_WORTH_ANOTHER_TRY: Final = frozenset({409, 429, 503})
_STATUSES: Final = {"throttled": 429, "too-many-requests": 429, "body-too-large": 413}


def install(app: FastAPI) -> None:
    """Answer refusals, unknown addresses and failures with pages."""
    app.add_exception_handler(LoginNeeded, _to_login)
    app.add_exception_handler(TurnedDown, _turned_down)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(Exception, _failed)


async def _to_login(_request: Request, error: Exception) -> Response:
    came_for = error.came_for if isinstance(error, LoginNeeded) else ""
    query = f"?{urlencode({'suite': came_for})}" if came_for else ""
    return RedirectResponse(f"/connexion{query}", status_code=303)


async def _turned_down(request: Request, error: Exception) -> Response:
    if not isinstance(error, TurnedDown):
        raise error
    desk: Desk = request.app.state.desk
    status = _STATUSES.get(error.reason) or status_of(error)
    if error.kind in {Kind.LATER, Kind.DENIED}:
        _log.warning(
            "page_refused", reason=error.reason, status=status, route=route_of(request.scope)
        )
    return await _page(request, status, desk.reasons.words(error.reason, error.facts))


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return await _page(request, status, _words(request, _REASONS.get(status, "internal-error")))


async def _unreadable(request: Request, _error: Exception) -> Response:
    return await _page(request, _NOT_FOUND, _words(request, "not-found"))


async def _failed(request: Request, _error: Exception) -> Response:
    return await _page(request, 500, _words(request, "internal-error"))


def _words(request: Request, reason: str) -> Words:
    desk: Desk = request.app.state.desk
    return desk.reasons.words(reason)


async def _page(request: Request, status: int, words: Words) -> HTMLResponse:
    """Say what happened inside the frame of whoever is there, as far as it is known."""
    visit = await _visit(request, status)
    frame = Frame(has_figures=False)
    if request.method in SAFE_METHODS and status < _FAILED:  # else nobody is asked anything more
        with acting_as(visit.principal) if visit.principal else nullcontext():
            frame = await frame_for(visit.house, visit.principal, request.url.path)
    again = status in _WORTH_ANOTHER_TRY or request.method == "POST"
    back = path_of_ours(request, request.headers.get("referer", "")) if again else ""
    return visit.framed("erreur.html", frame, status=status, code=status, words=words, back=back)


async def _visit(request: Request, status: int) -> Visit:
    """Return the visit that went wrong; for an address nobody serves, one made now."""
    known = getattr(request.state, "visit", None)
    if isinstance(known, Visit):
        return known
    desk: Desk = request.app.state.desk
    session = desk.cookies.session(request)
    visit = Visit(request, desk, None, desk.cookies.visitor(request), session)
    if session and status < _FAILED:
        visit.principal = await quietly(authenticate(desk.house, session))
    return visit
