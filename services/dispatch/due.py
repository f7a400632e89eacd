"""Due work: each kind to its use case."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from uuid import UUID

from kit.db import Database
from kit.due import DueItem, DueWorker
from kit.pruning import PRUNE, Pruning
from services.dispatch.ports import Desk
from services.dispatch.usecases import (
    confirming,
    departing,
    erasing,
    evidencing,
    following,
    giving_back,
    preparing,
    settling,
)

Leased = Callable[[DueItem], Awaitable[None]]
OfSending = Callable[..., Awaitable[None]]

OF_SENDINGS: Final[Mapping[str, OfSending]] = {
    "prepare": preparing.rescue,
    "depart": departing.depart,
    "window": following.read_news,
    "alarm": confirming.alarm,
    "capture": settling.capture,
    "reverse": settling.reverse,
    "evidence": evidencing.seal_evidence,
}


def leased(desk: Desk) -> dict[str, Leased]:
    """Return the handlers of all due work: each may be repeated, none runs in a transaction."""

    def of_sending(act: OfSending) -> Leased:
        async def handle(item: DueItem) -> None:
            await act(_account(item), UUID(item.payload["sending_id"]), desk=desk)

        return handle

    async def news(item: DueItem) -> None:
        await following.read_news(
            _account(item),
            UUID(item.payload["sending_id"]),
            reference=item.payload.get("reference", ""),
            desk=desk,
        )

    async def give_back(item: DueItem) -> None:
        await giving_back.give_back(
            _account(item),
            UUID(item.payload["sending_id"]),
            generation=int(item.payload["generation"]),
            thaws=item.payload["thaws"] == "yes",
            desk=desk,
        )

    async def sweep(item: DueItem) -> None:
        await following.sweep(_account(item), desk=desk)

    async def reconcile(item: DueItem) -> None:
        del item
        await settling.reconcile(desk=desk)

    async def erase(item: DueItem) -> None:
        number, sha256 = UUID(item.payload["sending_id"]), item.payload["sha256"]
        await erasing.erase(number, sha256, desk=desk)

    return {kind: of_sending(act) for kind, act in OF_SENDINGS.items()} | {
        "news": news,
        "give-back": give_back,
        "sweep": sweep,
        "reconcile": reconcile,
        "erase": erase,
    }


def due_worker(database: Database, desk: Desk, *, hands: int, lease_s: int) -> DueWorker:
    """Return what does the due work of this service."""
    handlers = leased(desk) | {PRUNE: Pruning(database, desk.clock)}
    return DueWorker(database, desk.clock, leased=handlers, hands=hands, lease_s=lease_s)


def _account(item: DueItem) -> UUID:
    if item.account_id is None:
        raise ValueError(f"{item.key} belongs to no account")
    return item.account_id
