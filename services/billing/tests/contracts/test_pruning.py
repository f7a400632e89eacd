"""News of the card company goes once it is handled and old; the rest waits."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from kit.clock import system_clock
from kit.db import Database
from kit.pruning import prune
from services.billing.due import PRUNED
from services.billing.ports import CardEvent
from services.billing.store import SqlStore
from services.billing.tests.builders import NOW
from tests.support.servers import MakeDatabase

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
async def db(database: MakeDatabase) -> Database:
    return await database("billing")


async def keep(store: SqlStore, number: str, *, handled_at: datetime | None) -> None:
    event = CardEvent(id=number, kind="x", body=b"", account_id=None, top_up_id=None, payment_id="")
    await store.keep_news(event, at=NOW - timedelta(days=900))
    if handled_at is not None:
        await store.close_news(number, outcome="compared", at=handled_at)


async def test_news_is_erased_ninety_days_after_it_was_handled(db: Database) -> None:
    store, now = SqlStore(db), system_clock()
    await keep(store, "old", handled_at=now - timedelta(days=91))
    await keep(store, "recent", handled_at=now - timedelta(days=89))
    await keep(store, "waiting", handled_at=None)

    assert await prune(db, PRUNED) == {"card_news": 1}

    async with db.worker() as session:
        left = await session.scalars(text("SELECT event_id FROM card_news ORDER BY event_id"))
        assert list(left) == ["recent", "waiting"]
