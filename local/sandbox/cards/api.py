"""Stripe's calls under ``/stripe/v1``: bearer key, bracketed forms, idempotency, its errors."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from local.sandbox.cards.checkout import Checkout
from local.sandbox.cards.forms import Tree, tree
from local.sandbox.cards.objects import CardError, Object, Objects
from local.sandbox.cards.returns import Returns
from local.sandbox.world import World

MAX_KEY: Final = 255


@dataclass(frozen=True, slots=True)
class Call:
    """One authenticated call."""

    path: dict[str, str]
    query: dict[str, str]
    fields: Tree
    key: str
    expand: tuple[str, ...]


Act = Callable[[Call], Object]


class CardApi:
    """The calls the shop makes, through the official SDK."""

    def __init__(
        self, world: World, objects: Objects, checkout: Checkout, returns: Returns
    ) -> None:
        self._world = world
        self._objects = objects
        self._checkout = checkout
        self._returns = returns

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(prefix="/stripe/v1", include_in_schema=False)
        sessions = "/checkout/sessions"
        writes: dict[str, Act] = {
            sessions: lambda call: self._checkout.create(call.fields, call.key),
            f"{sessions}/{{id}}/expire": lambda call: self._checkout.expire(call.path["id"]),
            "/refunds": lambda call: self._returns.refund(call.fields, call.key),
        }
        reads: dict[str, Act] = {
            f"{sessions}/{{id}}/line_items": self._line_items,
            "/balance": lambda _call: {"object": "balance", "available": [], "pending": []},
        }
        kinds = {
            sessions: "checkout.session",
            "/payment_intents": "payment_intent",
            "/charges": "charge",
            "/refunds": "refund",
            "/disputes": "dispute",
            "/events": "event",
        }
        for path, kind in kinds.items():
            reads[path] = self._lists(kind, f"/v1{path}")
            reads[f"{path}/{{id}}"] = self._gets(kind)
        for path, act in writes.items():
            router.add_api_route(path, self._served(act), methods=["POST"])
        for path, act in reads.items():
            router.add_api_route(path, self._served(act), methods=["GET"])
        return router

    def _gets(self, kind: str) -> Act:
        return lambda call: self._objects.get(kind, call.path["id"])

    def _lists(self, kind: str, url: str) -> Act:
        return lambda call: self._objects.listing(kind, call.query, url)

    def _line_items(self, call: Call) -> Object:
        items: Object = self._objects.get("checkout.session", call.path["id"])["line_items"]
        return items

    def _served(self, act: Act) -> Callable[[Request], Awaitable[Response]]:
        """Wrap a call with the key, the idempotency memory and Stripe's envelope of errors."""

        async def serve(request: Request) -> Response:
            body = await request.body()
            try:
                self._check_key(request)
                status, answer, replayed = self._once(request, body, act)
            except CardError as error:
                status, answer, replayed = error.status, error.body(), False
            headers = {"Request-Id": "req_" + secrets.token_hex(7)}
            if replayed:
                headers["Idempotent-Replayed"] = "true"
            return JSONResponse(answer, status, headers)

        return serve

    def _once(self, request: Request, body: bytes, act: Act) -> tuple[int, Any, bool]:
        """Run a write once per idempotency key; the same key with other fields is an error."""
        key = request.headers.get("Idempotency-Key", "")
        fields = tree(parse_qsl(body.decode(), keep_blank_values=True))
        asked = tree(request.query_params.multi_items()).pop("expand", [])
        call = Call(
            dict(request.path_params),
            dict(request.query_params),
            fields,
            key,
            tuple(asked or fields.pop("expand", [])),
        )
        if request.method == "GET":
            return 200, self._answer(act, call), False
        digest = hashlib.sha256(request.url.path.encode() + b"\n" + body).hexdigest()
        with self._world.store.transaction():
            if known := self._replay(key, digest):
                return known[0], known[1], True
            answer = self._answer(act, call)
            if key:
                self._world.store.write(
                    "INSERT INTO card_replay VALUES (?, ?, ?, ?)",
                    (key, digest, 200, json.dumps(answer)),
                )
        return 200, answer, False

    def _answer(self, act: Act, call: Call) -> Object:
        """Expand what was asked, and hide what Stripe leaves out unless asked."""
        paths = [path for path in call.expand if "line_items" not in path]
        answer = self._objects.expand(act(call), paths)
        if answer["object"] == "list":
            return answer | {"data": [_seen(each, call) for each in answer["data"]]}
        return _seen(answer, call)

    def _replay(self, key: str, digest: str) -> tuple[int, Any] | None:
        if len(key) > MAX_KEY:
            raise CardError("Idempotency keys have at most 255 characters.")
        row = self._world.store.row("SELECT * FROM card_replay WHERE key = ?", (key,))
        if not key or row is None:
            return None
        if row["digest"] != digest:
            raise CardError(
                "Keys for idempotent requests can only be used with the same parameters they were"
                " first used with.",
                kind="idempotency_error",
            )
        return row["status"], json.loads(row["body"])

    def _check_key(self, request: Request) -> None:
        expected = "Bearer " + self._world.settings.stripe_secret_key.get_secret_value()
        if not hmac.compare_digest(request.headers.get("Authorization", ""), expected):
            raise CardError("Invalid API Key provided.", status=401)


def _seen(document: Object, call: Call) -> Object:
    """Return a document without the page's own data, nor line items unless expanded."""
    asked = any("line_items" in path for path in call.expand)
    hidden = {"payment_intent_data"} | (set() if asked else {"line_items"})
    return {name: value for name, value in document.items() if name not in hidden}
