"""Passwords by Argon2id, in threads: hashing releases the interpreter, and must not block it."""

import asyncio
import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# OWASP's floor for Argon2id: 19 MiB, 2 passes, 1 lane.
MEMORY_KIB: Final = 19 * 1024
PASSES: Final = 2
_AT_ONCE: Final = 4  # a storm of logins costs patience, not memory


class Argon:
    """``ports.Hasher``."""

    def __init__(self) -> None:
        self._argon = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1)
        self._nobody = self._argon.hash("nobody has this password")
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def hash(self, password: str) -> str:
        """Return a salted hash."""
        async with self._turn:
            return await asyncio.to_thread(self._argon.hash, password)

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Tell whether a password is the one hashed; ``None`` takes as long and says no."""
        async with self._turn:
            right = await asyncio.to_thread(self._check, password_hash or self._nobody, password)
        return right and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Tell whether it was made with weaker parameters than today's."""
        return self._argon.check_needs_rehash(password_hash)

    def _check(self, password_hash: str, password: str) -> bool:
        try:  # NFC, as it was hashed: keyboards do not agree on how an accent is sent
            return self._argon.verify(password_hash, unicodedata.normalize("NFC", password))
        except (VerificationError, InvalidHashError):
            return False
