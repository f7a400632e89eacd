"""Coming through a door with hostile texts: each is refused with its reason, or carried."""

import asyncio
import copy
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from kit.text import tidy
from services.gateway.wording.reasons import Reasons
from tests.prove.hostile.checks.text import OUR_OWN, hidden

PATIENCE: Final = 60
BUSY: Final = {429, 503}
UNREADABLE: Final = 422
_REASON: Final = re.compile(r"[a-z]+(-[a-z]+)+")
_REASONS: Final = Reasons.load()
_SAID_VAGUELY: Final = _REASONS.template("internal-error").detail

Fields = Mapping[str, str]
"""Texts by the path of their field, as ``persons.0.last_name``."""


@dataclass(slots=True)
class Record:
    """What became of each hostile text, at each field of each door."""

    refused: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    """The reasons given, by door and field."""
    carried: dict[tuple[str, str], int] = field(default_factory=dict)

    def refuse(self, door: str, path: str, reason: str) -> None:
        """Note a text that was turned away."""
        self.refused.setdefault((door, path), set()).add(reason)

    def carry(self, door: str, paths: Iterable[str]) -> None:
        """Note texts that were taken."""
        for path in paths:
            self.carried[door, path] = self.carried.get((door, path), 0) + 1


@dataclass(frozen=True, slots=True)
class Door:
    """Where somebody of a session comes in by ``/v1``."""

    http: httpx.AsyncClient
    record: Record
    token: str = ""

    async def ask(
        self, method: str, path: str, body: object = None, *, version: int | None = None,
        key: str = "", query: Mapping[str, str] | None = None,
    ) -> httpx.Response:  # fmt: skip
        """Ask as written, half characters included; again while the house is busy."""
        headers = {"Content-Type": "application/json"} if not isinstance(body, bytes) else {}
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        headers |= {"If-Match": f'"{version}"'} if version is not None else {}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        for _ in range(PATIENCE):
            answer = await self.http.request(
                method, f"/v1{path}", headers=headers, content=content, params=query
            )
            if answer.status_code not in BUSY:
                return answer
            await asyncio.sleep(0.5)
        raise TimeoutError(f"{method} {path}: the house stays busy")

    async def offer(
        self, method: str, path: str, hostile: Fields, innocent: Fields,
        *, more: Mapping[str, object] | None = None, version: int | None = None, key: str = "",
        name: str = "",
    ) -> tuple[dict[str, Any], dict[str, str]]:  # fmt: skip
        """Send hostile texts, and innocent ones in place of those refused.

        Return the answer and the texts that were taken. ``more`` is sent as it is.
        """
        door, left = name or f"{method} {path}", dict(hostile)
        answer = httpx.Response(UNREADABLE)
        for attempt in range(len(hostile) + 1):
            body = nested({**innocent, **left}, copy.deepcopy(dict(more or {})))
            again = f"{key}.{attempt}" if key else ""
            answer = await self.ask(method, path, body, version=version, key=again)
            if answer.status_code != UNREADABLE:
                assert answer.is_success, f"{door}: {answer.status_code} {answer.text[:400]}"
                self.record.carry(door, left)
                return answer.json() if answer.content else {}, left
            for one in self._told(door, answer, left):
                left.pop(one)
        raise AssertionError(f"{door} goes on refusing: {answer.text[:600]}")

    def _told(self, door: str, answer: httpx.Response, sent: Fields) -> set[str]:
        """Return the fields refused; each is named, with a reason and a sentence."""
        problem, found = answer.json(), set()
        assert problem["errors"], f"{door} names no field: {answer.text[:400]}"
        for error in problem["errors"]:
            check_words(error["reason"], error["detail"])
            these = {path for path in sent if _is_about(path, error["field"])}
            if error["field"] == "body":  # it is no JSON: half a character somewhere
                these = {path for path, text in sent.items() if "\ud83d" in text}
            assert these, f"{door} refuses what is innocent: {error}"
            for path in these:
                self.record.refuse(door, path, error["reason"])
            found |= these
        return found


def check_words(reason: str, sentence: str) -> None:
    """Fail unless a refusal is a stable reason of the catalogue, and says something readable."""
    assert _REASON.fullmatch(reason), reason
    assert reason in _REASONS, f"{reason} has no words"
    assert sentence, reason
    assert sentence != _SAID_VAGUELY, reason
    assert not hidden(sentence, allowed=OUR_OWN), sentence


def check_kept(kept: str, typed: str) -> None:
    """Fail unless what is kept of a text is the text, as it prints."""
    assert not hidden(kept, allowed=OUR_OWN), kept
    assert tidy(kept) == tidy(typed), f"{typed[:80]!r} became {kept[:80]!r}"


def at(found: Any, path: str) -> str:
    """Return the text at a path of an answer; what is not there is an empty text."""
    for step in path.split("."):
        if isinstance(found, list):
            found = found[int(step)] if int(step) < len(found) else None
        else:
            found = (found or {}).get(step)
    return str(found or "")


def nested(flat: Mapping[str, object], into: dict[str, Any]) -> dict[str, Any]:
    """Return JSON from paths: ``persons.0.last_name`` is in the first of a list."""
    for path, value in flat.items():
        *steps, last = path.split(".")
        place: Any = into
        for step, following in zip(steps, [*steps, last][1:], strict=True):
            place = _inside(place, step, [] if following.isdigit() else {})
        if isinstance(place, list):
            place.append(value)
        else:
            place[last] = value
    return into


def _inside(place: Any, step: str, empty: Any) -> Any:
    if isinstance(place, list):
        if int(step) == len(place):
            place.append(empty)
        return place[int(step)]
    return place.setdefault(step, empty)


def _is_about(path: str, named: str) -> bool:
    """Whether an error that names a field, or the list it is in, is about this path."""
    return f".{named}." in f".{path}." or f".{path}." in f".{named}."
