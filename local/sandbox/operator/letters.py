"""The operator's letters and senders, as it stores them."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from local.sandbox.store import Row, Store

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS operator_user (
    id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, fields TEXT NOT NULL,
    otp_secret TEXT NOT NULL, otp_hash TEXT, otp_hash_until TEXT
);
CREATE TABLE IF NOT EXISTS operator_file (
    id INTEGER PRIMARY KEY, id_user INTEGER NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL,
    sha1 TEXT NOT NULL, size INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS operator_letter (
    id INTEGER PRIMARY KEY, reference TEXT NOT NULL UNIQUE, id_sender INTEGER NOT NULL,
    status TEXT NOT NULL, product TEXT NOT NULL, is_eidas INTEGER NOT NULL,
    fields TEXT NOT NULL, files TEXT NOT NULL, proof_token TEXT NOT NULL,
    portal_token TEXT NOT NULL UNIQUE, content_sha256 TEXT NOT NULL,
    created_at TEXT NOT NULL, noticed_at TEXT, closes_at TEXT, decided_at TEXT
);
CREATE INDEX IF NOT EXISTS operator_letter_created ON operator_letter (id_sender, created_at);
CREATE TABLE IF NOT EXISTS operator_proof (
    letter_id INTEGER NOT NULL, kind TEXT NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (letter_id, kind)
);
CREATE TABLE IF NOT EXISTS operator_visit (
    letter_id INTEGER PRIMARY KEY, code_hash TEXT, code_until TEXT,
    failures INTEGER NOT NULL DEFAULT 0, locked_until TEXT, session_hash TEXT
);
"""
FIRST_LETTER: Final = 400_001
FIRST_USER: Final = 9_001


class Status(StrEnum):
    """Where a letter stands, spelled as the operator does."""

    WAITING = "waiting"
    SENT = "sent"
    ACCEPTED = "AR"
    REFUSED = "refused"
    NEGLECTED = "negligence"
    BOUNCED = "bounced"


NEXT: Final = {
    Status.WAITING: frozenset({Status.SENT, Status.BOUNCED}),
    Status.SENT: frozenset({Status.ACCEPTED, Status.REFUSED, Status.NEGLECTED, Status.BOUNCED}),
}  # absent on the left = final


class Product(StrEnum):
    """What the sender buys; the wire calls it ``payment_slug``."""

    SIMPLE = "recommande-simple"
    ACKNOWLEDGED = "recommande-ar"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file of a letter."""

    id: int
    name: str
    sha256: str
    sha1: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter; instants are business time."""

    id: int
    reference: str
    id_sender: int
    status: Status
    product: Product
    is_eidas: bool
    fields: dict[str, str]
    """What the sender wrote, and the sender's own name and address at that moment."""
    files: tuple[File, ...]
    proof_token: str
    portal_token: str
    content_sha256: str
    created_at: datetime
    noticed_at: datetime | None
    closes_at: datetime | None
    decided_at: datetime | None
    """When it was accepted, refused, neglected or bounced."""

    @property
    def recipient_name(self) -> str:
        """The recipient as proofs name them."""
        person = f"{self.fields['to_firstname']} {self.fields['to_lastname']}".strip()
        return " – ".join(part for part in (self.fields.get("to_company", ""), person) if part)


class Letters:
    """Reads and writes of letters; a move that the table of states forbids changes nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(
        self,
        *,
        sender: int,
        product: Product,
        is_eidas: bool,
        fields: dict[str, str],
        files: list[File],
        content_sha256: str,
        at: datetime,
    ) -> Letter:
        """Take charge of a letter."""
        number = self._store.next_number("operator_letter", FIRST_LETTER)
        self._store.insert(
            "INSERT INTO operator_letter VALUES (?,?,?,?,?,?,?,?,?,?,?,?,NULL,NULL,NULL)",
            (
                number,
                f"DEMO-{number}-{secrets.token_hex(3).upper()}",
                sender,
                Status.WAITING,
                product,
                int(is_eidas),
                json.dumps(fields),
                json.dumps([file.id for file in files]),
                secrets.token_urlsafe(24),
                secrets.token_urlsafe(24),
                content_sha256,
                at.isoformat(),
            ),
        )
        return self.get(number)

    def get(self, number: int) -> Letter:
        """Return one letter. Raises ``LookupError``."""
        return self._one("id", number)

    def by_portal_token(self, token: str) -> Letter:
        """Return the letter a recipient's link leads to. Raises ``LookupError``."""
        return self._one("portal_token", token)

    def by_reference(self, reference: str) -> Letter:
        """Return the letter that bears a public reference. Raises ``LookupError``."""
        return self._one("reference", reference)

    def listing(self, *, status: str = "", ours: str = "", limit: int = 500) -> list[Letter]:
        """Return the latest letters, newest first; ``ours`` is the sender's own reference."""
        rows = self._store.rows(
            "SELECT * FROM operator_letter WHERE (? = '' OR status = ?)"
            " AND (? = '' OR json_extract(fields, '$.ref_dossier') = ?) ORDER BY id DESC LIMIT ?",
            (status, status, ours, ours, limit),
        )
        return [self._letter(row) for row in rows]

    def sent_since(self, sender: int, since: datetime) -> int:
        """Return how many letters a sender deposited since an instant (the quota)."""
        count: int = self._store.value(
            "SELECT count(*) FROM operator_letter WHERE id_sender = ? AND created_at > ?",
            (sender, since.isoformat()),
        )
        return count

    def notice(self, letter: Letter, *, at: datetime, closes_at: datetime) -> Letter:
        """Write that the recipient was told, and until when they may answer."""
        self._store.write(
            "UPDATE operator_letter SET status = ?, noticed_at = ?, closes_at = ? WHERE id = ?",
            (Status.SENT, at.isoformat(), closes_at.isoformat(), letter.id),
        )
        return self.get(letter.id)

    def decide(self, letter: Letter, status: Status, *, at: datetime) -> Letter:
        """Write how a letter ended."""
        self._store.write(
            "UPDATE operator_letter SET status = ?, decided_at = ? WHERE id = ?",
            (status, at.isoformat(), letter.id),
        )
        return self.get(letter.id)

    def keep_proof(self, letter: Letter, kind: str, data: bytes) -> None:
        """Keep a proof byte for byte."""
        self._store.write("INSERT INTO operator_proof VALUES (?, ?, ?)", (letter.id, kind, data))

    def proof(self, number: int, kind: str) -> bytes | None:
        """Return a proof, if that moment came."""
        data: bytes | None = self._store.value(
            "SELECT data FROM operator_proof WHERE letter_id = ? AND kind = ?", (number, kind)
        )
        return data

    def content(self, file: File) -> bytes:
        """Return the bytes of a file."""
        data: bytes = self._store.value("SELECT data FROM file WHERE sha256 = ?", (file.sha256,))
        return data

    def files(self, numbers: list[int], *, owner: int | None = None) -> list[File]:
        """Return files by number, in order. Raises ``LookupError``, also for another's."""
        found = []
        for number in numbers:
            row = self._store.row("SELECT * FROM operator_file WHERE id = ?", (number,))
            if row is None or (owner is not None and row["id_user"] != owner):
                raise LookupError(number)
            found.append(
                File(**{name: row[name] for name in ("id", "name", "sha256", "sha1", "size")})
            )
        return found

    def _one(self, column: str, value: object) -> Letter:
        row = self._store.row(f"SELECT * FROM operator_letter WHERE {column} = ?", (value,))  # noqa: S608 - three literals
        if row is None:
            raise LookupError(f"no letter with this {column}")
        return self._letter(row)

    def _letter(self, row: Row) -> Letter:
        return Letter(
            id=row["id"],
            reference=row["reference"],
            id_sender=row["id_sender"],
            status=Status(row["status"]),
            product=Product(row["product"]),
            is_eidas=bool(row["is_eidas"]),
            fields=json.loads(row["fields"]),
            files=tuple(self.files(json.loads(row["files"]))),
            proof_token=row["proof_token"],
            portal_token=row["portal_token"],
            content_sha256=row["content_sha256"],
            created_at=datetime.fromisoformat(row["created_at"]),
            noticed_at=_instant(row["noticed_at"]),
            closes_at=_instant(row["closes_at"]),
            decided_at=_instant(row["decided_at"]),
        )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
