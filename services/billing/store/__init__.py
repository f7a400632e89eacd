"""Billing's tables and SQL; rows never leave this room."""

from services.billing.store.desk import SqlStore

__all__ = ["SqlStore"]
