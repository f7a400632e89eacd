"""Files received from people, read in a process of their own, with little time and memory."""

import asyncio
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from kit import upload_reader
from kit.errors import Kind, TurnedDown
from kit.telemetry import UPLOADS

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_PAGES: Final = 50
TIMEOUT_S: Final = 20.0
_MOST_GROWTH: Final = 2  # of an image written anew: the same points, told at more length
_AT_ONCE: Final = 2  # readers are hungry: two at a time in one process
_ROOT: Final = Path(__file__).resolve().parents[1]


class FileKind(StrEnum):
    """What a file is by its content; its name is never asked."""

    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"


MEDIA_TYPES: Final[Mapping[FileKind, str]] = {
    FileKind.PDF: "application/pdf",
    FileKind.PNG: "image/png",
    FileKind.JPEG: "image/jpeg",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file found harmless. ``data``: a PDF as received, or an image written anew."""

    kind: FileKind
    page_count: int
    data: bytes
    sha256: str  # of ``data``, in hex


class UploadEmpty(TurnedDown):
    """There is nothing in the file."""

    kind = Kind.INVALID
    reason = "upload-empty"


class UploadTooLarge(TurnedDown):
    """Facts: ``megabytes`` of the file, rounded up, and the ``limit``."""

    kind = Kind.INVALID
    reason = "upload-too-large"


class UploadNotADocument(TurnedDown):
    """Neither of the kinds accepted here."""

    kind = Kind.INVALID
    reason = "upload-not-a-document"


class UploadForeignStart(TurnedDown):
    """A PDF after other bytes: another program could take it for something else."""

    kind = Kind.INVALID
    reason = "upload-foreign-start"


class UploadEncrypted(TurnedDown):
    """A PDF behind a password, or with restrictions."""

    kind = Kind.INVALID
    reason = "upload-encrypted"


class UploadActiveContent(TurnedDown):
    """A PDF that runs something, or hides other files. Fact: ``found``."""

    kind = Kind.INVALID
    reason = "upload-active-content"


class UploadDamaged(TurnedDown):
    """It cannot be read to its end with reasonable time and memory."""

    kind = Kind.INVALID
    reason = "upload-damaged"


class UploadTooManyPages(TurnedDown):
    """Facts: ``pages`` of the file, and the ``limit``."""

    kind = Kind.INVALID
    reason = "upload-too-many-pages"


_REFUSALS: Final[Mapping[str, type[TurnedDown]]] = {
    refusal.reason: refusal
    for refusal in (
        UploadNotADocument,
        UploadForeignStart,
        UploadEncrypted,
        UploadActiveContent,
        UploadDamaged,
        UploadTooManyPages,
    )
}
_turn = asyncio.Semaphore(_AT_ONCE)


async def read_upload(
    data: bytes,
    *,
    accept: Collection[FileKind] = frozenset(FileKind),
    max_bytes: int = MAX_BYTES,
    max_pages: int = MAX_PAGES,
) -> Upload:
    """Return the file, found harmless; images are written anew, without their metadata.

    Raises one of this module's refusals. A reader that crashes, swells or dawdles is a damaged
    file, never our own failure.
    """
    try:
        upload = await _read(data, accept, max_bytes, max_pages)
    except TurnedDown as refusal:
        UPLOADS.labels(refusal.reason).inc()
        raise
    UPLOADS.labels("accepted").inc()
    return upload


async def _read(
    data: bytes, accept: Collection[FileKind], max_bytes: int, max_pages: int
) -> Upload:
    if not data:
        raise UploadEmpty("the file is empty")
    if len(data) > max_bytes:
        raise _too_large(data, max_bytes)
    async with _turn:
        answer = await _ask_reader(data, max_pages)
    head, _, body = answer.partition(b"\n")
    try:
        found = json.loads(head)
    except ValueError:
        raise UploadDamaged("the reader gave up") from None
    if "refused" in found:
        raise _REFUSALS[found["refused"]]("refused", **found.get("facts", {}))
    kind = FileKind(found["kind"])
    if kind not in accept:
        raise UploadNotADocument("not a kind accepted here")
    kept = data if kind is FileKind.PDF else body
    if len(kept) > _MOST_GROWTH * max_bytes:
        raise _too_large(kept, _MOST_GROWTH * max_bytes)
    return Upload(
        kind=kind,
        page_count=found["pages"],
        data=kept,
        sha256=hashlib.sha256(kept).hexdigest(),
    )


def _too_large(data: bytes, limit: int) -> UploadTooLarge:
    size = -(-len(data) // 2**20)
    return UploadTooLarge("too large", megabytes=str(size), limit=str(limit // 2**20))


async def _ask_reader(data: bytes, max_pages: int) -> bytes:
    # spawned by the standard library, whatever loop runs us: uvloop forks, and gRPC's threads and
    # a process whose standard input is closed do not survive that
    reader = subprocess.Popen(  # noqa: ASYNC220, S603 - it forks nothing and waits for nobody; our own command
        [sys.executable, "-m", upload_reader.__name__, str(max_pages)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"PYTHONPATH": str(_ROOT), "PATH": os.defpath},  # none of our secrets
    )
    try:
        answer, _ = await asyncio.to_thread(reader.communicate, data, TIMEOUT_S)
    except subprocess.TimeoutExpired:
        return b""
    finally:
        if reader.poll() is None:
            reader.kill()
            await asyncio.to_thread(reader.wait)
    return answer
