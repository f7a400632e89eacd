"""Our own Postgres; rows never leave this folder."""

from services.dispatch.store.database import PgStore
from services.dispatch.store.work import PgWork

__all__ = ["PgStore", "PgWork"]
