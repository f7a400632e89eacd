import asyncio
import time
from uuid import uuid4

import pytest

from kit.db import Database
from kit.http import PartnerDown
from kit.pace import Pace

pytestmark = pytest.mark.servers


async def take(turns: int, *replicas: Pace) -> float:
    start = time.monotonic()
    await asyncio.gather(*(replicas[n % len(replicas)]() for n in range(turns)))
    return time.monotonic() - start


async def test_a_burst_leaves_at_once_and_the_rest_at_its_pace(db: Database) -> None:
    pace = Pace(db, f"p{uuid4()}", per_second=10, burst=4)

    at_once, paced = await take(4, pace), await take(4, pace)

    assert at_once < 0.3
    assert 0.25 <= paced < 1.5


async def test_replicas_share_one_pace(db: Database) -> None:
    name = f"p{uuid4()}"

    took = await take(9, *(Pace(db, name, per_second=20) for _ in range(3)))

    assert took >= 0.35


async def test_a_turn_too_far_away_is_turned_down(db: Database) -> None:
    slow = Pace(db, f"p{uuid4()}", per_second=1 / 6)
    await slow()
    waiting = asyncio.create_task(slow())  # its turn is six seconds away, the next one twelve
    await asyncio.sleep(0.2)

    with pytest.raises(PartnerDown):
        await slow()
    assert not waiting.done()
    waiting.cancel()


async def test_partners_do_not_wait_for_each_other(db: Database) -> None:
    one, two = (Pace(db, f"p{uuid4()}", per_second=1) for _ in range(2))

    assert await take(2, one, two) < 0.5


async def test_without_a_database_nothing_leaves() -> None:
    nowhere = Database("postgresql://a:a@127.0.0.1:9/a", "postgresql://a:a@127.0.0.1:9/a")

    with pytest.raises(PartnerDown):
        await Pace(nowhere, "p", per_second=1)()
    await nowhere.close()
