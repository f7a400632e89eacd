"""Our own Postgres; rows never leave this folder."""

from services.accounts.store.database import CHECK_REGISTRATION, REVIEW_STANDING, SqlStore

__all__ = ["CHECK_REGISTRATION", "REVIEW_STANDING", "SqlStore"]
