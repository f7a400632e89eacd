"""The sandbox's own record: what reached each partner, and what it did there.

An exactly-once checker compares it with what our services believe. An effect is written in the
transaction of the change it names, so a request without an effect changed nothing.
"""

from datetime import datetime
from typing import Any, Final

from local.sandbox.store import Store

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS request (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, partner TEXT NOT NULL, method TEXT NOT NULL,
    path TEXT NOT NULL, body_sha256 TEXT NOT NULL, fault TEXT, status INTEGER,
    answered INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS effect (
    id INTEGER PRIMARY KEY, at TEXT NOT NULL, partner TEXT NOT NULL, action TEXT NOT NULL,
    reference TEXT NOT NULL, partner_id TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS effect_reference ON effect (partner, reference);
"""


class Record:
    """Append-only memory of requests and effects; instants are those of the system clock."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def request(self, *, at: datetime, partner: str, method: str, path: str, body: str) -> int:
        """Note that a request came in, before anything is done with it; ``body`` is its hash."""
        return self._store.insert(
            "INSERT INTO request (at, partner, method, path, body_sha256) VALUES (?, ?, ?, ?, ?)",
            (at.isoformat(), partner, method, path, body),
        )

    def answered(self, number: int, *, status: int | None, fault: str | None) -> None:
        """Note how a request ended: the status sent back (None when the line was cut)."""
        self._store.write(
            "UPDATE request SET status = ?, fault = ?, answered = ? WHERE id = ?",
            (status, fault, int(status is not None), number),
        )

    def effect(
        self, *, at: datetime, partner: str, action: str, reference: str, partner_id: str
    ) -> None:
        """Note a change at a partner; ``reference`` is the caller's own, ``partner_id`` theirs."""
        self._store.insert(
            "INSERT INTO effect (at, partner, action, reference, partner_id)"
            " VALUES (?, ?, ?, ?, ?)",
            (at.isoformat(), partner, action, reference, partner_id),
        )

    def read(self, *, partner: str = "", after: int = 0) -> dict[str, list[dict[str, Any]]]:
        """Return requests and effects numbered above ``after``, oldest first."""
        answer = {}
        for table in ("request", "effect"):
            rows = self._store.rows(
                f"SELECT * FROM {table} WHERE id > ? AND (? = '' OR partner = ?) ORDER BY id",  # noqa: S608 - two literals
                (after, partner, partner),
            )
            answer[f"{table}s"] = [dict(row) for row in rows]
        return answer
