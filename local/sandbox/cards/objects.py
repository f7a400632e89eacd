"""Stripe's objects as stored JSON documents, found by id and listed newest first."""

import json
import secrets
import string
from typing import Any, Final

from local.sandbox.store import Store

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS card_object (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS card_object_kind ON card_object (kind, seq);
CREATE TABLE IF NOT EXISTS card_replay (
    key TEXT PRIMARY KEY, digest TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL
);
"""
ALPHABET: Final = string.ascii_letters + string.digits
KINDS: Final = {
    "cs": "checkout.session",
    "pi": "payment_intent",
    "ch": "charge",
    "re": "refund",
    "dp": "dispute",
    "evt": "event",
    "li": "item",
}
PAGE: Final = 10
MAX_PAGE: Final = 100
PAGING: Final = frozenset({"limit", "starting_after", "ending_before"})

Object = dict[str, Any]


class CardError(Exception):
    """An error in Stripe's envelope."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str = "",
        param: str = "",
    ) -> None:
        super().__init__(message)
        self.status, self.kind, self.code, self.param = status, kind, code, param

    def body(self) -> Object:
        """Return the JSON body the SDK turns into its exceptions."""
        error = {"type": self.kind, "message": str(self)}
        if self.code:
            error["code"] = self.code
        if self.param:
            error["param"] = self.param
        return {"error": error}


class Objects:
    """The stored documents."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @staticmethod
    def new_id(prefix: str) -> str:
        """Return a fresh id such as ``cs_test_…``; only sessions say ``test`` in theirs."""
        middle = "test_" if prefix == "cs" else ""
        return f"{prefix}_{middle}" + "".join(secrets.choice(ALPHABET) for _ in range(24))

    def add(self, document: Object) -> Object:
        """Keep a new document."""
        self._store.write(
            "INSERT INTO card_object (id, kind, body) VALUES (?, ?, ?)",
            (document["id"], document["object"], json.dumps(document)),
        )
        return document

    def save(self, document: Object) -> Object:
        """Keep the new state of a document."""
        self._store.write(
            "UPDATE card_object SET body = ? WHERE id = ?", (json.dumps(document), document["id"])
        )
        return document

    def get(self, kind: str, number: str) -> Object:
        """Return one document. Raises ``CardError`` (404) as Stripe words it."""
        body = self._store.value(
            "SELECT body FROM card_object WHERE id = ? AND kind = ?", (number, kind)
        )
        if body is None:
            raise CardError(
                f"No such {kind}: '{number}'", status=404, code="resource_missing", param="id"
            )
        document: Object = json.loads(body)
        return document

    def listing(self, kind: str, query: dict[str, str], url: str) -> Object:
        """Return a page of documents, newest first, filtered on the fields the query names."""
        limit = min(int(query.get("limit", PAGE)), MAX_PAGE)
        after = query.get("starting_after")
        start = self._store.value("SELECT seq FROM card_object WHERE id = ?", (after,)) or 2**62
        rows = self._store.rows(
            "SELECT body FROM card_object WHERE kind = ? AND seq < ? ORDER BY seq DESC",
            (kind, start if after else 2**62),
        )
        wanted = {
            name: text
            for name, text in query.items()
            if name not in PAGING and not name.startswith("expand")
        }
        found = [each for row in rows if _matches(each := json.loads(row["body"]), wanted)]
        return {
            "object": "list",
            "data": found[:limit],
            "has_more": len(found) > limit,
            "url": url,
        }

    def expand(self, document: Object, paths: list[str]) -> Object:
        """Replace ids by what they name, along paths such as ``payment_intent.latest_charge``."""
        if document.get("object") == "list":
            inner = [path.removeprefix("data.") for path in paths]
            return document | {"data": [self.expand(each, inner) for each in document["data"]]}
        for path in paths:
            head, _, rest = path.partition(".")
            value = document.get(head)
            if isinstance(value, str) and (kind := KINDS.get(value.split("_", 1)[0])):
                value = self.get(kind, value)
            if isinstance(value, dict):
                deeper = self.expand(value, [rest]) if rest else value
                document = document | {head: deeper}
        return document


def _matches(document: Object, wanted: dict[str, str]) -> bool:
    return all(_says(document, name, text) for name, text in wanted.items())


def _says(document: Object, name: str, text: str) -> bool:
    if name.startswith("created["):
        bound, created = int(text), int(document["created"])
        return {
            "gte": created >= bound,
            "gt": created > bound,
            "lte": created <= bound,
            "lt": created < bound,
        }[name.removeprefix("created[").removesuffix("]")]
    if name in {"types[]", "type"}:
        return document.get("type") == text
    if name == "delivery_success":
        return bool(document.get("pending_webhooks") == 0) == (text == "true")
    return str(document.get(name)) == text
