"""What the dashboard tells: how to get ready, what waits, what leaves this week, what moved."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from preavis.accounts.v1 import accounts_pb2
from preavis.billing.v1 import billing_pb2
from preavis.letters.v1 import letters_pb2
from services.gateway.pages.frame import quietly
from services.gateway.pages.rows import Row, row_of
from services.gateway.pages.typesetting import as_instant
from services.gateway.pages.visit import Visit

_WEEK: Final = 7
_TASKS: Final = 6
_MOVES: Final = 6
_SCHEDULED: Final = 200  # the most that one page of the list holds
_BAD_NEWS: Final = (
    letters_pb2.TRACKING_STATE_REFUSED,
    letters_pb2.TRACKING_STATE_UNCLAIMED,
    letters_pb2.TRACKING_STATE_UNDELIVERABLE,
)
_FRESH: Final = timedelta(days=15)
"""How long a letter that its recipient did not take stays among the things to do."""


@dataclass(frozen=True, slots=True)
class SetUpStep:
    """One of the steps of the first day."""

    code: str
    done: bool
    waits: bool = False  # handed in: the team's turn


@dataclass(frozen=True, slots=True)
class Departures:
    """How many letters leave on a day."""

    day: date
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Everything the dashboard shows."""

    steps: Sequence[SetUpStep]
    warnings: Sequence[accounts_pb2.Remark]
    tasks: Sequence[Row]
    task_count: int
    week: Sequence[Departures]
    scheduled_count: int
    moves: Sequence[Row]
    wallet: billing_pb2.GetWalletResponse | None

    @property
    def is_ready(self) -> bool:
        """Whether the first day's steps are behind."""
        return all(step.done for step in self.steps)


async def dashboard_of(visit: Visit) -> Board:
    """Ask everybody at once; what is away is left out."""
    accounts, letters = visit.house.accounts, visit.house.letters
    today = visit.today
    standing, wallet, tasks, bad_news, scheduled, moves = await asyncio.gather(
        quietly(accounts.GetStanding(accounts_pb2.GetStandingRequest(on_day=today.isoformat()))),
        quietly(visit.house.billing.GetWallet(billing_pb2.GetWalletRequest())),
        letters.ListLetters(_listing(letters_pb2.LETTER_VIEW_TO_FINISH, _TASKS)),
        letters.ListLetters(_listing(letters_pb2.LETTER_VIEW_SENT, _TASKS, _BAD_NEWS)),
        letters.ListLetters(_listing(letters_pb2.LETTER_VIEW_SCHEDULED, _SCHEDULED)),
        letters.ListLetters(_listing(letters_pb2.LETTER_VIEW_SENT, _MOVES)),
    )
    count = moves.matching_count + tasks.matching_count + scheduled.matching_count
    fresh = [row for row in bad_news.rows if visit.now - _changed_at(row) < _FRESH]
    return Board(
        steps=_steps(standing, wallet, letter_count=count),
        warnings=tuple(standing.warnings) if standing else (),
        tasks=[row_of(row) for row in (*fresh, *tasks.rows)][:_TASKS],
        task_count=len(fresh) + tasks.matching_count,
        week=_week(today, scheduled.rows),
        scheduled_count=scheduled.matching_count,
        moves=[row_of(row) for row in sorted(moves.rows, key=_changed_at, reverse=True)],
        wallet=wallet,
    )


def _changed_at(row: letters_pb2.LetterRow) -> datetime:
    return as_instant(row.tracking.changed_at)


def _listing(
    view: int, size: int, states: Sequence[letters_pb2.TrackingState.ValueType] = ()
) -> letters_pb2.ListLettersRequest:
    return letters_pb2.ListLettersRequest(
        view=letters_pb2.LetterView.ValueType(view),
        filters=letters_pb2.LetterFilters(tracking_states=states),
        sort=letters_pb2.LETTER_SORT_UPDATED,
        descending=True,
        page_size=size,
    )


def _steps(
    standing: accounts_pb2.GetStandingResponse | None,
    wallet: billing_pb2.GetWalletResponse | None,
    *,
    letter_count: int,
) -> list[SetUpStep]:
    blockers = {remark.code for remark in standing.blockers} if standing else set()
    credited = bool(wallet and (wallet.available_cents or wallet.held_cents or wallet.version))
    return [
        _proof_step("profession", ("attestation", "statutes", "registration"), blockers),
        _proof_step("identity", ("identity",), blockers),
        SetUpStep("credit", credited),
        SetUpStep("letter", letter_count > 0),
    ]


def _proof_step(code: str, about: tuple[str, ...], blockers: set[str]) -> SetUpStep:
    found = {blocker for blocker in blockers if blocker.startswith(about)}
    waits = bool(found) and all(b.endswith(("-in-review", "-pending")) for b in found)
    return SetUpStep(code, not found, waits)


def _week(today: date, rows: Sequence[letters_pb2.LetterRow]) -> list[Departures]:
    leaving = Counter(row.tracking.send_day for row in rows)
    days = (today + timedelta(days=shift) for shift in range(_WEEK))
    return [Departures(day, leaving[day.isoformat()]) for day in days]
