"""The sandbox's memory: one SQLite file, safe to kill at any instant."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

Row = sqlite3.Row

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS file (sha256 TEXT PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""


class Store:
    """Reads and writes of the one process that holds the file.

    Everything runs on the event loop and nothing awaits inside a transaction, so a single
    connection is enough; the write-ahead log keeps what was committed before a kill.
    """

    def __init__(self, path: Path, *schemas: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.row_factory = Row
        self._depth = 0
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000"):
            self._connection.execute(f"PRAGMA {pragma}")
        for schema in (SCHEMA, *schemas):
            self._connection.executescript(schema)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all that is written inside, or nothing; an inner one joins the outer."""
        if self._depth:
            yield
            return
        self._connection.execute("BEGIN IMMEDIATE")
        self._depth = 1
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        else:
            self._connection.execute("COMMIT")
        finally:
            self._depth = 0

    @property
    def in_transaction(self) -> bool:
        """Whether what is written now may still be taken back."""
        return bool(self._depth)

    def write(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run one statement and return how many rows it changed."""
        return self._connection.execute(sql, tuple(parameters)).rowcount

    def insert(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Run one INSERT and return the number SQLite gave the row."""
        return self._connection.execute(sql, tuple(parameters)).lastrowid or 0

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[Row]:
        """Return all the rows of a query."""
        return self._connection.execute(sql, tuple(parameters)).fetchall()

    def row(self, sql: str, parameters: Sequence[object] = ()) -> Row | None:
        """Return the first row of a query, if any."""
        found: Row | None = self._connection.execute(sql, tuple(parameters)).fetchone()
        return found

    def value(self, sql: str, parameters: Sequence[object] = ()) -> Any:  # noqa: ANN401 - SQLite cells
        """Return the first cell of a query, None when nothing matches."""
        found = self.row(sql, parameters)
        return None if found is None else found[0]

    def next_number(self, name: str, first: int = 1) -> int:
        """Return the next number of a sequence, counted inside the current transaction."""
        self.write(
            "INSERT INTO counter VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + 1",
            (name, first),
        )
        number: int = self.value("SELECT value FROM counter WHERE name = ?", (name,))
        return number

    def close(self) -> None:
        """Fold the log into the file and let it go."""
        self._connection.close()
