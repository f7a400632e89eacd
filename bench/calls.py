"""``python -m bench.calls``: the processor time of what a process does all day.

Each way in turn, a few calls at a time, a hundred times: medians, and the least in brackets.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from uuid import uuid4

import asyncpg
from sqlalchemy import text

from bench.ground import Ground, end_in_order
from kit.db import Database, run
from kit.mail import Attachment, Mail, MailSender
from kit.process import run_process

AT_ONCE: Final = 20  # calls between two looks at the clock
ASKED: Final = text("SELECT CAST(:n AS int) AS n")
FILE: Final = 50_000  # bytes: a proof

Call = Callable[[], Awaitable[object]]


async def look(rounds: int) -> None:
    """Print the microseconds of processor that each call takes in this process."""
    async with Ground() as ground:
        place = await (await ground.servers()).cluster.create("dispatch")
        db = Database(place.app_url, place.worker_url)
        driver = await asyncpg.connect(place.app_url)
        for name, took in (await _taken(_calls(db, driver), rounds)).items():
            print(f"{name:52}{statistics.median(took):7.0f} µs ({min(took):.0f})")
        await driver.close()
        await db.close()


def _calls(db: Database, driver: asyncpg.Connection) -> Mapping[str, Call]:
    account_id, mail = uuid4(), _a_mail()
    sender = MailSender(
        db, service="bench", smtp_url="smtp://nowhere", mail_from="a@b.example", environment="test"
    )

    async def built(statements: int) -> None:
        async with db.account(account_id) as session:
            for _ in range(statements):
                (await session.execute(ASKED, {"n": 1})).scalar_one()

    async def plumbing() -> None:
        async with db.account(account_id) as session:
            for _ in range(4):
                await run(session, ASKED, {"n": 1})

    async def bare() -> None:
        await driver.execute(f"BEGIN; SET LOCAL app.account_id = '{account_id}'")
        for _ in range(4):
            await driver.fetch("SELECT CAST($1 AS int) AS n", 1)
        await driver.execute("COMMIT")

    async def written() -> None:
        sender.compose(mail, key="m1").as_bytes()

    return {
        "a statement alone: a poll, a lease, a turn": lambda: db.alone(ASKED, {"n": 1}),
        "a transaction of one statement": lambda: built(1),
        "a transaction of four": lambda: built(4),
        "a transaction of four of the plumbing": plumbing,
        "the bare driver: four, begun and named at once": bare,
        "an e-mail with a proof of 50 kB written": written,
    }


def _a_mail() -> Mail:
    file = Attachment(name="preuve.pdf", media_type="application/pdf", data=os.urandom(FILE))
    words = "Votre lettre est déposée. " * 40
    return Mail(
        to="a@b.example", subject="Déposée", text=words, html=f"<p>{words}</p>", attachments=(file,)
    )


async def _taken(calls: Mapping[str, Call], rounds: int) -> Mapping[str, list[float]]:
    took: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.process_time_ns()
            for _ in range(AT_ONCE):
                await call()
            took[name].append((time.process_time_ns() - start) / AT_ONCE / 1000)
    return took


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="bench.calls", description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    asked = parser.parse_args()
    end_in_order()
    run_process(look(asked.rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
