"""News the partners send us: stored first, then delivered with the partner's own retries."""

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx
import structlog

from kit.clock import system_clock
from local.sandbox.faults import Fault, Faults, Partner
from local.sandbox.store import Row, Store

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS webhook (
    id INTEGER PRIMARY KEY, partner TEXT NOT NULL, subject TEXT NOT NULL, url TEXT NOT NULL,
    body BLOB NOT NULL, content_type TEXT NOT NULL, state TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    next_try_at TEXT NOT NULL, last_answer TEXT
);
CREATE INDEX IF NOT EXISTS webhook_waiting ON webhook (state, next_try_at);
"""
WAITING, DELIVERED, GIVEN_UP, LOST = "waiting", "delivered", "given_up", "lost"
AT_ONCE: Final = 8
REORDER_WINDOW: Final = 6  # news of one burst arrive last first, six at a time
REORDER_STEP_S: Final = 0.25
FORM: Final = "application/x-www-form-urlencoded"
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How a partner delivers: waits between tries, patience for an answer, headers of each try."""

    waits: Sequence[timedelta]
    read_timeouts_s: Sequence[float]
    sign: Callable[[bytes], Mapping[str, str]]


class Webhooks:
    """The outgoing news of all partners, each tried until a 2xx answer or the end of the waits."""

    def __init__(self, store: Store, faults: Faults, *, pace: float) -> None:
        self._store = store
        self._faults = faults
        self._pace = pace
        self._manners: dict[str, Manners] = {}
        self._woken = asyncio.Event()  # something may be due sooner than was thought
        self._client = httpx.AsyncClient(follow_redirects=False, trust_env=False)

    def teach(self, partner: Partner, manners: Manners) -> None:
        """Say how a partner delivers its news."""
        self._manners[partner] = manners

    def send(
        self, partner: Partner, *, subject: str, url: str, body: bytes, content_type: str
    ) -> None:
        """Queue one piece of news in the current transaction, bent by the partner's switches."""
        self.wake()
        state, now, copies = WAITING, system_clock(), 1
        if self._faults.fire(partner, Fault.LOST):
            state = LOST
        if self._faults.fire(partner, Fault.DUPLICATED):
            copies = 2
        if delay := self._faults.fire(partner, Fault.DELAYED):
            now += timedelta(seconds=delay.seconds(5))
        if self._faults.fire(partner, Fault.REORDERED):
            turn = self._store.next_number("reordered-webhook", first=0) % REORDER_WINDOW
            now += timedelta(seconds=(REORDER_WINDOW - turn) * REORDER_STEP_S)
        for _ in range(copies):
            self._store.insert(
                "INSERT INTO webhook (partner, subject, url, body, content_type, state,"
                " next_try_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (partner, subject, url, body, content_type, state, _text(now)),
            )

    def waiting(self, *, below_tries: int = 1_000_000) -> int:
        """Return how many may still be delivered, having failed fewer times than this."""
        count: int = self._store.value(
            "SELECT count(*) FROM webhook WHERE state = ? AND tries < ?", (WAITING, below_tries)
        )
        return count

    def retry_all(self) -> int:
        """Make every waiting piece of news due now, and return how many there are."""
        self.wake()
        return self._store.write(
            "UPDATE webhook SET next_try_at = ? WHERE state = ?", (_text(system_clock()), WAITING)
        )

    def listing(self, limit: int = 200) -> list[dict[str, object]]:
        """Return the latest news, newest first, without the bodies."""
        rows = self._store.rows(
            "SELECT id, partner, subject, url, state, tries, next_try_at, last_answer"
            " FROM webhook ORDER BY id DESC LIMIT ?",
            (limit,),
        )
        return [dict(row) for row in rows]

    async def run_once(self) -> int:
        """Try the news that is due, a few at a time, and return how many were tried."""
        rows = self._store.rows(
            "SELECT * FROM webhook WHERE state = ? AND next_try_at <= ?"
            " ORDER BY next_try_at, id LIMIT ?",
            (WAITING, _text(system_clock()), AT_ONCE),
        )
        await asyncio.gather(*(self._try(row) for row in rows))
        return len(rows)

    async def _try(self, row: Row) -> None:
        manners = self._manners[row["partner"]]
        patience = manners.read_timeouts_s[min(row["tries"], len(manners.read_timeouts_s) - 1)]
        headers = {"Content-Type": row["content_type"], **manners.sign(row["body"])}
        try:
            answer = await self._client.post(
                row["url"], content=row["body"], headers=headers, timeout=patience
            )
            accepted, said = answer.is_success, f"HTTP {answer.status_code}"
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            accepted, said = False, type(error).__name__
        tries = row["tries"] + 1
        state, again = WAITING, system_clock()
        if accepted:
            state = DELIVERED
        elif tries > len(manners.waits):
            state = GIVEN_UP
        else:
            again += manners.waits[tries - 1] * self._pace
        self._store.write(
            "UPDATE webhook SET state = ?, tries = ?, next_try_at = ?, last_answer = ?"
            " WHERE id = ?",
            (state, tries, _text(again), said, row["id"]),
        )

    def wake(self) -> None:
        """Look again, at the next turn of the loop: after this transaction."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until told to stop, and woken."""
        while not stop.is_set():
            self._woken.clear()
            if await self.run_once() == 0:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), self._rest_s())
        await self._client.aclose()

    def _rest_s(self) -> float | None:
        """Return how long nothing is due, None when nothing waits."""
        first = self._store.value(
            "SELECT min(next_try_at) FROM webhook WHERE state = ?", (WAITING,)
        )
        if first is None:
            return None
        return max(0.0, (datetime.fromisoformat(first) - system_clock()).total_seconds())


def as_json(value: object) -> bytes:
    """Write a value as the JSON body of a piece of news."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds")
