"""Scans on disk: a folder per account, so that erasing one file never touches another account."""

from pathlib import Path
from uuid import UUID

from kit.blobs import Blobs


class AccountFiles:
    """Files of accounts, kept by their SHA-256."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def put(self, account_id: UUID, data: bytes) -> str:
        """Keep a file and return its SHA-256 in hex."""
        return await self._of(account_id).put(data)

    async def get(self, account_id: UUID, sha256: str) -> bytes:
        """Return a kept file. Raises ``BlobMissing``."""
        return await self._of(account_id).get(sha256)

    async def erase(self, account_id: UUID, sha256: str) -> None:
        """Erase a file; erasing what is not there changes nothing."""
        await self._of(account_id).delete(sha256)

    def _of(self, account_id: UUID) -> Blobs:
        return Blobs(self._directory / str(account_id))
