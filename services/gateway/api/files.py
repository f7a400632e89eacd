"""Files in and out: raw bodies, capped, and answers that say what they are."""

import base64
import hashlib
import re
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import Header, Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.errors import Kind, TurnedDown
from services.gateway.api.problems import IfMatchMissing

Responses = dict[int | str, dict[str, Any]]

MAX_BODY_BYTES: Final = 11 * 1024 * 1024  # a file of 10 MB, and room for what is around it
RAW: Final = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("application/pdf", "image/png", "image/jpeg")
        },
    }
}
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
_FILE_HEADERS: Final = {
    "Content-Disposition": {
        "description": "Its name, as `filename*` (RFC 6266).",
        "required": True,
        "schema": {"type": "string"},
    },
    "Repr-Digest": {
        "description": "Its SHA-256 (RFC 9530).",
        "required": True,
        "schema": {"type": "string", "pattern": "^sha-256=:[A-Za-z0-9+/]{43}=:$"},
    },
}


def _files(*kinds: str) -> Responses:
    content = dict.fromkeys(kinds, _BINARY)
    return {200: {"content": content, "headers": _FILE_HEADERS, "description": "The file."}}


PDF: Final = _files("application/pdf")
CSV: Final = _files("text/csv")
FILE: Final = _files("application/pdf", "image/png", "image/jpeg")
_TAGGED: Final = {
    "headers": {
        "ETag": {
            "description": "The version: give it as `If-Match` with the next change.",
            "required": True,
            "schema": {"type": "string", "pattern": '^"[1-9][0-9]*"$'},
        }
    }
}
TAGGED: Final[Responses] = {200: _TAGGED}
TAGGED_WHEN_MADE: Final[Responses] = {201: _TAGGED}
# proxies weaken ETags; an int64 holds eighteen digits
IF_MATCH: Final = r'(?:W/)?"[1-9][0-9]{0,17}"|[1-9][0-9]{0,17}|\*'


class BodyTooLarge(TurnedDown):
    """The body is larger than anything we take."""

    kind = Kind.INVALID
    reason = "body-too-large"


class BodyLimit:
    """Reads no body beyond the limit, announced or not."""

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count what is received."""
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._limit:
                raise BodyTooLarge("the body is too large")
            return message

        await self._app(scope, counted if scope["type"] == "http" else receive, send)


async def raw_body(request: Request) -> bytes:
    """Return the file in the body. Raises ``BodyTooLarge``."""
    return await request.body()


def file_answer(
    data: bytes, *, filename: str, media_type: str = "application/pdf", inline: bool = False
) -> Response:
    """Return a file with its name and its digest (RFC 9530)."""
    digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
    manner = "inline" if inline else "attachment"
    return Response(
        data,
        media_type=media_type,
        headers={
            "Content-Disposition": f"{manner}; filename*=UTF-8''{quote(filename, safe='')}",
            "Repr-Digest": f"sha-256=:{digest}:",
        },
    )


def expected_version(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description='The `ETag` that was read, as `"7"`; `*` when it does not matter.',
            examples=["*"],
            json_schema_extra={"x-required": True, "pattern": f"^(?:{IF_MATCH})$"},
        ),
    ] = None,
) -> int:
    """Read ``If-Match`` as a version; 0 is « any ». Raises ``IfMatchMissing``."""
    if if_match is None:
        raise IfMatchMissing("no If-Match")
    text = if_match.strip()
    if not re.fullmatch(IF_MATCH, text):
        raise IfMatchMissing("not one of our ETags")
    return 0 if text == "*" else int(text.removeprefix("W/").strip('"'))


def etag(response: Response, version: int) -> None:
    """Say which version this is."""
    response.headers["ETag"] = f'"{version}"'
