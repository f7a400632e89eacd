"""Files kept by their SHA-256, in a directory owned by one service."""

import asyncio
import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import Final
from uuid import UUID

from kit.errors import Kind, TurnedDown

_NAME: Final = re.compile(r"[0-9a-f]{64}")


class BlobMissing(TurnedDown):
    """No file bears this hash: it was erased, or never kept."""

    kind = Kind.MISSING
    reason = "blob-missing"


class Blobs:
    """A directory of files that never change, each named by the hash of its bytes."""

    def __init__(self, directory: Path, *, keeper: UUID | None = None) -> None:
        self._directory = directory
        self._suffix = f".{keeper.hex}" if keeper else ""

    def kept_for(self, keeper: UUID) -> "Blobs":
        """Return the files of one keeper alone: no other keeper's erasure touches them."""
        return Blobs(self._directory, keeper=keeper)

    async def put(self, data: bytes) -> str:
        """Keep ``data`` and return its SHA-256 in hex; keeping it twice changes nothing."""
        name = hashlib.sha256(data).hexdigest()
        await asyncio.to_thread(self._write, self._path(name), data)
        return name

    async def get(self, sha256: str) -> bytes:
        """Return the bytes, checked against their name. Raises ``BlobMissing``."""
        try:
            data = await asyncio.to_thread(self._path(sha256).read_bytes)
        except FileNotFoundError:
            raise BlobMissing("no such file") from None
        if hashlib.sha256(data).hexdigest() != sha256:
            raise OSError(f"blob {sha256} was altered on disk")
        return data

    async def exists(self, sha256: str) -> bool:
        """Tell whether the file is here."""
        return await asyncio.to_thread(self._path(sha256).is_file)

    async def delete(self, sha256: str) -> None:
        """Erase the file; erasing what is not here changes nothing."""
        await asyncio.to_thread(self._path(sha256).unlink, missing_ok=True)

    def _path(self, sha256: str) -> Path:
        if not _NAME.fullmatch(sha256):  # a name is never a path
            raise BlobMissing("not a SHA-256")
        return self._directory / sha256[:2] / f"{sha256}{self._suffix}"

    @staticmethod
    def _write(path: Path, data: bytes) -> None:
        """Write beside, flush to the disk, then name: a crash leaves the file whole or absent."""
        if path.is_file():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as draft:
            draft.write(data)
            draft.flush()
            os.fsync(draft.fileno())
        Path(draft.name).rename(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
