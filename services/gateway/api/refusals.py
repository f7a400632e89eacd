"""The refusals of ``/v1`` by status, as its description tells them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from services.gateway.api.problems import FieldProblem

Json = dict[str, Any]

RETRY_AFTER: Final[Json] = {
    "Retry-After": {
        "description": "Seconds to wait before asking again.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    }
}
ASK_FOR_A_SESSION: Final[Json] = {
    "WWW-Authenticate": {"required": True, "schema": {"type": "string", "const": "Bearer"}}
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One status of refusal: its name here, when it comes, and some of its reasons."""

    status: HTTPStatus
    name: str
    when: str
    reasons: Mapping[str, Mapping[str, str]]  # with their facts
    headers: Mapping[str, Any] = field(default_factory=dict)
    errors: tuple[FieldProblem, ...] = ()


REFUSALS: Final = (
    Refusal(
        status=HTTPStatus.BAD_REQUEST,
        name="Unreadable",
        when="The request cannot be read: an id, a cursor, a file or a key is none of ours.",
        reasons={"unreadable-id": {}, "cursor-unreadable": {}, "idempotency-key-missing": {}},
    ),
    Refusal(
        status=HTTPStatus.UNAUTHORIZED,
        name="NotLoggedIn",
        when="No session, or one that is over: log in again.",
        reasons={"not-logged-in": {}},
        headers=ASK_FOR_A_SESSION,
    ),
    Refusal(
        status=HTTPStatus.FORBIDDEN,
        name="NotAllowed",
        when="This session may not do this, whatever it sends.",
        reasons={"staff-only": {}, "account-required": {}},
    ),
    Refusal(
        status=HTTPStatus.NOT_FOUND,
        name="Missing",
        when="There is no such thing, or it is another account's.",
        reasons={"letter-unknown": {}, "not-found": {}},
    ),
    Refusal(
        status=HTTPStatus.CONFLICT,
        name="Refused",
        when="A rule says no, for the reason given: asking again changes nothing. A key that was "
        "used for another request, or whose request is in hand, is refused here too.",
        reasons={"letter-frozen": {"number": "26-00042"}, "idempotency-key-reused": {}},
    ),
    Refusal(
        status=HTTPStatus.PRECONDITION_FAILED,
        name="Stale",
        when="Somebody was faster: read again, then decide again.",
        reasons={"stale-version": {"expected": "7", "current": "8"}, "changed-meanwhile": {}},
    ),
    Refusal(
        status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        name="TooLarge",
        when="The body is larger than a file of 10 MB.",
        reasons={"body-too-large": {}},
    ),
    Refusal(
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        name="InvalidFields",
        when="Some fields are wrong: `errors` names each of them, with its own reason.",
        reasons={"invalid-fields": {}},
        errors=(
            FieldProblem(
                field="policyholder.postcode",
                reason="postcode-five-digits",
                detail="Cinq chiffres, par exemple 38000.",
            ),
        ),
    ),
    Refusal(
        status=HTTPStatus.PRECONDITION_REQUIRED,
        name="VersionMissing",
        when="A change says which version it was made from: `If-Match` is absent or unreadable.",
        reasons={"precondition-required": {}},
    ),
    Refusal(
        status=HTTPStatus.TOO_MANY_REQUESTS,
        name="TooManyRequests",
        when="Too many requests, or too many tries: wait as long as `Retry-After` says.",
        reasons={"too-many-requests": {"retry_after_s": "2"}, "throttled": {"minutes": "15"}},
        headers=RETRY_AFTER,
    ),
    Refusal(
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
        name="Failed",
        when="A mistake of ours, which we were told of. A creation may be repeated with its key.",
        reasons={"internal-error": {}},
    ),
    Refusal(
        status=HTTPStatus.SERVICE_UNAVAILABLE,
        name="TryAgain",
        when="Something is busy or away: the same request, with the same key, may succeed later.",
        reasons={"try-again": {}, "partner-down": {}},
        headers=RETRY_AFTER,
    ),
)


def refused(*reasons: str) -> dict[int | str, Json]:
    """Name the rules that may say no to a route."""
    named = ", ".join(f"`{reason}`" for reason in reasons)
    return {409: {"description": f"A rule says no: {named}."}}
