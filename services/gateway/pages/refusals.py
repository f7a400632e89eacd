"""Error pages: what happened, in words, and one useful link."""

from typing import Final
from urllib.parse import urlencode

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from kit.errors import Kind, TurnedDown
from services.gateway.pages.desk import Desk
from services.gateway.pages.frame import Frame
from services.gateway.pages.security import path_of_ours
from services.gateway.pages.visit import LoginNeeded, Visit, status_of
from services.gateway.wording.reasons import Words

_log = structlog.get_logger()
_NOT_FOUND: Final = 404
_REASONS: Final = {
    403: "caller-not-allowed",
    404: "not-found",
    405: "not-found",
    500: "internal-error",
}
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
    if error.kind is Kind.LATER:
        _log.warning("page_unavailable", reason=error.reason)
    return _page(request, status, desk.reasons.words(error.reason, error.facts))


async def _http(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return _page(request, status, _words(request, _REASONS.get(status, "internal-error")))


async def _unreadable(request: Request, _error: Exception) -> Response:
    return _page(request, _NOT_FOUND, _words(request, "not-found"))


async def _failed(request: Request, _error: Exception) -> Response:
    return _page(request, 500, _words(request, "internal-error"))


def _words(request: Request, reason: str) -> Words:
    desk: Desk = request.app.state.desk
    return desk.reasons.words(reason)


def _page(request: Request, status: int, words: Words) -> HTMLResponse:
    desk: Desk = request.app.state.desk
    visit = Visit(request, desk, None, desk.cookies.visitor(request), desk.cookies.session(request))
    back = path_of_ours(request, request.headers.get("referer", ""))
    return visit.framed("erreur.html", Frame(), status=status, code=status, words=words, back=back)
