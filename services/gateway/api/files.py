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
PDF: Final[Responses] = {200: {"content": {"application/pdf": {}}, "description": "The file."}}
CSV: Final[Responses] = {200: {"content": {"text/csv": {}}, "description": "The file."}}
FILE: Final[Responses] = {
    200: {
        "content": {"application/pdf": {}, "image/png": {}, "image/jpeg": {}},
        "description": "The file.",
    }
}
_VERSION: Final = re.compile(r"[1-9][0-9]{0,17}")  # an int64


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
            "Content-Disposition": f"{manner}; filename*=UTF-8''{quote(filename)}",
            "Repr-Digest": f"sha-256=:{digest}:",
        },
    )


def expected_version(
    if_match: Annotated[
        str | None,
        Header(description='The ETag that was read, as `"7"`; `*` when it does not matter.'),
    ] = None,
) -> int:
    """Read ``If-Match`` as a version; 0 is « any ». Raises ``IfMatchMissing``."""
    if if_match is None:
        raise IfMatchMissing("no If-Match")
    text = if_match.strip().removeprefix("W/").strip('"')
    if text == "*":
        return 0
    if not _VERSION.fullmatch(text):
        raise IfMatchMissing("not one of our ETags")
    return int(text)


def etag(response: Response, version: int) -> None:
    """Say which version this is."""
    response.headers["ETag"] = f'"{version}"'
