"""Files of proofs on disk: the same bytes handed in twice are two files, erased apart."""

from pathlib import Path
from uuid import UUID

from kit.blobs import Blobs


class ProofFiles:
    """Files kept by their SHA-256, each for its own proof."""

    def __init__(self, directory: Path) -> None:
        self._blobs = Blobs(directory)

    async def put(self, proof_id: UUID, data: bytes) -> str:
        """Keep a file and return its SHA-256 in hex; keeping it twice changes nothing."""
        return await self._blobs.kept_for(proof_id).put(data)

    async def get(self, proof_id: UUID, sha256: str) -> bytes:
        """Return a kept file. Raises ``BlobMissing``."""
        return await self._blobs.kept_for(proof_id).get(sha256)

    async def erase(self, proof_id: UUID, sha256: str) -> None:
        """Erase a file; erasing what is not there changes nothing."""
        await self._blobs.kept_for(proof_id).delete(sha256)
