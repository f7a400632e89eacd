"""Files on disk, a name for each sending that keeps them."""

from pathlib import Path
from uuid import UUID

from kit.blobs import Blobs


class DiskVault:
    """Files of sendings, kept by their SHA-256.

    Two letters may carry the same bytes (a mandate, a proof) and keep them until different days.
    """

    def __init__(self, directory: Path) -> None:
        self._blobs = Blobs(directory)

    async def put(self, sending_id: UUID, data: bytes) -> str:
        """Keep bytes and return their SHA-256 in hex."""
        return await self._blobs.kept_for(sending_id).put(data)

    async def get(self, sending_id: UUID, sha256: str) -> bytes:
        """Return bytes, checked against their name. Raises ``BlobMissing``."""
        return await self._blobs.kept_for(sending_id).get(sha256)

    async def delete(self, sending_id: UUID, sha256: str) -> None:
        """Erase bytes; erasing what is not there changes nothing."""
        await self._blobs.kept_for(sending_id).delete(sha256)
