"""Refusals as RFC 9457 problems: our stable reason, French words, and the fields at fault."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette._utils import get_route_path
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from kit.errors import FieldError, InvalidFields, Kind, TurnedDown
from services.gateway.measure import route_of
from services.gateway.rates import TooManyRequests
from services.gateway.wording.reasons import Reasons

MEDIA_TYPE: Final = "application/problem+json"
STATUSES: Final[Mapping[Kind, HTTPStatus]] = {
    Kind.INVALID: HTTPStatus.BAD_REQUEST,
    Kind.DENIED: HTTPStatus.FORBIDDEN,
    Kind.MISSING: HTTPStatus.NOT_FOUND,
    Kind.REFUSED: HTTPStatus.CONFLICT,
    Kind.STALE: HTTPStatus.PRECONDITION_FAILED,
    Kind.LATER: HTTPStatus.SERVICE_UNAVAILABLE,
}
RETRY_AFTER_S: Final = 2
_OF_STATUS: Final = {
    HTTPStatus.NOT_FOUND: "not-found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method-not-allowed",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "request-unreadable",
}
_OF_REASON: Final = {
    TooManyRequests.reason: HTTPStatus.TOO_MANY_REQUESTS,
    "throttled": HTTPStatus.TOO_MANY_REQUESTS,
    "body-too-large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "idempotency-key-in-use": HTTPStatus.CONFLICT,
}
_OF_FIELD: Final = {
    "missing": "field-missing",
    "extra_forbidden": "field-unknown",
    "string_too_long": "too-long",
}
_log = structlog.get_logger()


class NotLoggedIn(TurnedDown):
    """No session, or one that is over."""

    kind = Kind.DENIED
    reason = "not-logged-in"


class IfMatchMissing(TurnedDown):
    """A change must say which version it was made from."""

    kind = Kind.INVALID
    reason = "precondition-required"


class IdempotencyKeyMissing(TurnedDown):
    """A creation must be repeatable."""

    kind = Kind.INVALID
    reason = "idempotency-key-missing"


class ReasonUnknown(TurnedDown):
    """No refusal bears this reason."""

    kind = Kind.MISSING
    reason = "not-found"


class FieldProblem(BaseModel):
    """One field at fault."""

    field: str = Field(description="Path of the field, as `policyholder.persons.0.last_name`.")
    reason: str = Field(description="Stable, kebab-case.")
    detail: str = Field(description="What is wrong, in French.")


class Problem(BaseModel):
    """Why a request was turned down (RFC 9457)."""

    type: str = Field(description="Where the reason is explained.")
    title: str = Field(description="A few words, in French.")
    status: int
    detail: str = Field(description="What happened and what to do next, in French.")
    instance: str = Field(description="The path that was asked.")
    reason: str = Field(description="Stable, kebab-case: what a program should look at.")
    facts: dict[str, str] = Field(default={}, description="What the reason is about.")
    errors: list[FieldProblem] = Field(default=[], description="Each field at fault.")


def install(app: FastAPI) -> None:
    """Have every refusal of this application answered as a problem."""
    app.add_exception_handler(TurnedDown, _turned_down)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _failed)


async def _turned_down(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, TurnedDown)  # noqa: S101 - the handler is registered for it alone
    errors = error.errors if isinstance(error, InvalidFields) else ()
    status = _status(error)
    if error.kind in {Kind.LATER, Kind.DENIED}:
        route = route_of(request.scope)
        _log.warning("request_refused", reason=error.reason, status=int(status), route=route)
    return answer(request, status, error.reason, facts=error.facts, errors=errors)


async def _unreadable(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    errors = [_field_error(one) for one in error.errors()]
    return answer(request, HTTPStatus.UNPROCESSABLE_ENTITY, InvalidFields.reason, errors=errors)


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    status = HTTPStatus(error.status_code)
    refused = answer(request, status, _OF_STATUS.get(status, "request-unreadable"))
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        refused.headers["Allow"] = ", ".join(_methods(request))
    return refused


def _methods(request: Request) -> list[str]:
    """Return the methods of an address: each has its route, and each route knows its own alone."""
    path = get_route_path(request.scope)
    return sorted(
        method.upper()
        for template, methods in request.app.openapi()["paths"].items()
        if compile_path(template)[0].match(path)
        for method in methods
    )


async def _failed(request: Request, error: Exception) -> JSONResponse:
    _log.error("request_failed", path=request.url.path, exc_info=error)
    return answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, "internal-error")


def answer(
    request: Request,
    status: HTTPStatus,
    reason: str,
    *,
    facts: Mapping[str, str] | None = None,
    errors: Sequence[FieldError] = (),
) -> JSONResponse:
    """Return a problem, in the catalogue's words."""
    reasons: Reasons = request.app.state.reasons
    words = reasons.words(reason, facts)
    problem = Problem(
        type=f"/v1/problems/{reason}",
        title=words.title,
        status=status,
        detail=words.detail,
        instance=request.url.path,
        reason=reason,
        facts=dict(facts or {}),
        errors=[_in_words(one, reasons) for one in errors],
    )
    return JSONResponse(
        problem.model_dump(),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers=_headers(status, facts or {}),
    )


def _headers(status: HTTPStatus, facts: Mapping[str, str]) -> dict[str, str]:
    if status is HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": "Bearer"}
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        return {"Retry-After": _wait_s(facts)}
    return {}


def _wait_s(facts: Mapping[str, str]) -> str:
    if "minutes" in facts:  # accounts counts tries in minutes
        return str(60 * int(facts["minutes"]))
    return facts.get("retry_after_s", str(RETRY_AFTER_S))


def _status(refusal: TurnedDown) -> HTTPStatus:
    if isinstance(refusal, NotLoggedIn):
        return HTTPStatus.UNAUTHORIZED
    if isinstance(refusal, InvalidFields):
        return HTTPStatus.UNPROCESSABLE_ENTITY
    if isinstance(refusal, IfMatchMissing):
        return HTTPStatus.PRECONDITION_REQUIRED
    return _OF_REASON.get(refusal.reason) or STATUSES[refusal.kind]


def _in_words(error: FieldError, reasons: Reasons) -> FieldProblem:
    words = reasons.words(error.reason, error.facts)
    return FieldProblem(field=error.field, reason=error.reason, detail=words.detail)


def _field_error(error: Mapping[str, Any]) -> FieldError:
    place, *path = error["loc"]
    reason = _OF_FIELD.get(str(error["type"]), "field-unreadable")
    facts = {"max": str(error["ctx"]["max_length"])} if reason == "too-long" else {}
    name = ".".join(str(step) for step in path) or str(place)
    return FieldError(name.encode(errors="replace").decode(), reason, facts)
