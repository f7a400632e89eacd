"""How fast we call a partner: one pace for all replicas, kept in the service's own database."""

import asyncio
from datetime import timedelta
from typing import Final

from sqlalchemy import text

from kit.db import Database
from kit.errors import TurnedDown
from kit.http import PartnerDown

LONGEST_WAIT: Final = timedelta(seconds=10)

# One row a partner: the instant from which the next call may leave. Taking a turn moves it on by
# one gap, from the past at most by what a burst allows; a turn too far off is not taken.
_TURN: Final = text(
    """
    INSERT INTO partner_pace AS pace (partner, next_at)
    VALUES (:partner, clock_timestamp() - CAST(:slack AS interval) + CAST(:gap AS interval))
    ON CONFLICT (partner) DO UPDATE
    SET next_at = greatest(pace.next_at, clock_timestamp() - CAST(:slack AS interval))
        + CAST(:gap AS interval)
    WHERE pace.next_at < clock_timestamp() + CAST(:longest AS interval)
    RETURNING extract(epoch FROM next_at - CAST(:gap AS interval) - clock_timestamp()) AS wait_s
    """
)


class Pace:
    """A token bucket shared by replicas: ``burst`` calls at once, then ``per_second``.

    Await it before each call, as ``PartnerHttp(pace=...)`` does. The table comes from
    ``kit.migrations.create_pace``.
    """

    def __init__(self, db: Database, partner: str, *, per_second: float, burst: int = 1) -> None:
        gap = timedelta(seconds=1 / per_second)
        self._db = db
        self._partner = partner
        self._turn = {
            "partner": partner,
            "gap": gap,
            "slack": gap * (burst - 1),
            "longest": LONGEST_WAIT,
        }

    async def __call__(self) -> None:
        """Wait for our turn. Raises ``PartnerDown`` when it is more than ten seconds away.

        Also when our own database does not tell: either way nothing has left, and a caller that
        must know whether something has is told so.
        """
        try:
            taken = await self._db.alone(_TURN, self._turn)
        except TurnedDown as error:
            raise PartnerDown(f"no turn to call {self._partner}", partner=self._partner) from error
        if not taken:
            raise PartnerDown(f"too many calls to {self._partner}", partner=self._partner)
        wait_s = float(taken[0]["wait_s"])
        if wait_s > 0:
            await asyncio.sleep(wait_s)
