"""What surrounds a page for whoever is logged in: credit, counts, the current place."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Final, TypeVar

import structlog

from kit.errors import TurnedDown
from preavis.accounts.v1 import accounts_pb2
from preavis.billing.v1 import billing_pb2
from preavis.dispatch.v1 import dispatch_pb2
from preavis.letters.v1 import letters_pb2
from services.gateway.peers import House, Principal

_log = structlog.get_logger()
T = TypeVar("T")
_WAIT_S: Final = 2.0  # the frame never keeps a page waiting for long


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The band's figures; each absent one is simply not shown."""

    section: str = ""
    has_figures: bool = True
    """False when nobody was asked for them, as on the page of a refused form."""
    available_cents: int | None = None
    is_low: bool = False
    to_finish: int = 0
    scheduled: int = 0
    reviews: int = 0
    unknowns: int = 0
    frozen: int = 0


SECTIONS: Final = {
    "/resiliations": "letters",
    "/credit": "credit",
    "/equipe/verifications": "reviews",
    "/equipe/envois-inconnus": "unknowns",
    "/equipe/credits": "wallets",
    "/equipe/comptes": "accounts",
}


async def frame_for(house: House, principal: Principal | None, path: str) -> Frame:
    """Return the frame of a page. A service that is away leaves its figure out, never the page."""
    section = next((name for start, name in SECTIONS.items() if path.startswith(start)), "")
    if principal is None:
        return Frame(section=section)
    if principal.is_staff:
        return await _staff_frame(house, section)
    wallet, letters = await asyncio.gather(
        quietly(house.billing.GetWallet(billing_pb2.GetWalletRequest(), timeout=_WAIT_S)),
        quietly(
            house.letters.ListLetters(
                letters_pb2.ListLettersRequest(view=letters_pb2.LETTER_VIEW_ALL, page_size=1),
                timeout=_WAIT_S,
            )
        ),
    )
    counts = {found.view: found.count for found in letters.view_counts} if letters else {}
    return Frame(
        section=section,
        available_cents=wallet.available_cents if wallet else None,
        is_low=bool(wallet and wallet.available_cents < wallet.low_below_cents),
        to_finish=counts.get(letters_pb2.LETTER_VIEW_TO_FINISH, 0),
        scheduled=counts.get(letters_pb2.LETTER_VIEW_SCHEDULED, 0),
    )


async def _staff_frame(house: House, section: str) -> Frame:
    queue, unknown, frozen = await asyncio.gather(
        quietly(
            house.accounts.ListReviewQueue(accounts_pb2.ListReviewQueueRequest(), timeout=_WAIT_S)
        ),
        quietly(house.dispatch.ListUnknown(dispatch_pb2.ListUnknownRequest(), timeout=_WAIT_S)),
        quietly(
            house.billing.ListFrozenWallets(billing_pb2.ListFrozenWalletsRequest(), timeout=_WAIT_S)
        ),
    )
    return Frame(
        section=section,
        reviews=queue.total if queue else 0,
        unknowns=len(unknown.sendings) if unknown else 0,
        frozen=len(frozen.wallets) if frozen else 0,
    )


async def quietly(asked: Awaitable[T]) -> T | None:
    """Return an answer the page can do without; ``None`` when it is refused."""
    try:
        return await asked
    except TurnedDown as refusal:
        _log.info("figure_left_out", reason=refusal.reason)
        return None
