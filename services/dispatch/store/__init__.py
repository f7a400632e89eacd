"""Our own Postgres; rows never leave this folder."""

from services.dispatch.store.database import PgStore

__all__ = ["PgStore"]
