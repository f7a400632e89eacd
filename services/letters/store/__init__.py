"""The letters' database: tables and SQL. Rows never leave this package."""

from services.letters.store.directory import PostgresDirectory
from services.letters.store.letters import LetterStore, LetterTransaction

__all__ = ["LetterStore", "LetterTransaction", "PostgresDirectory"]
