"""Our own Postgres; rows never leave this folder."""

from services.accounts.store.database import SqlStore

__all__ = ["SqlStore"]
