"""What an operator may ask of any service's plumbing, from its own environment.

``python -m kit.operate billing dead-letters`` lists the facts it could not take in; ``replay 12``
tries one again; ``republish --since 2026-11-21T08:00:00+01:00`` (or ``--event ID``) sends its own
facts again after a loss of the broker. Needs ``BILLING_DATABASE_URL`` and
``BILLING_WORKER_DATABASE_URL``.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kit.db import Database
from kit.errors import TurnedDown
from kit.events import list_dead_letters, replay, republish


async def _list(db: Database) -> str:
    async with db.worker() as session:
        dead = await list_dead_letters(session)
    rows = [
        f"{each.id}\t{each.state}\t{each.died_at:%Y-%m-%d %H:%M}\t{each.subject}\t{each.error}"
        for each in dead
    ]
    return "\n".join(rows) or "no dead letter"


async def _replay(db: Database, number: int) -> str:
    async with db.worker() as session:
        await replay(session, number)
    return f"{number}: its consumer will try it again"


async def _republish(db: Database, event: UUID | None, since: datetime | None) -> str:
    count = await republish(db, event_id=event, since=since)
    return f"{count} facts will be sent again"


async def operate(arguments: argparse.Namespace) -> str:
    """Do what was asked and say what was done. Raises ``TurnedDown``, ``ValueError``."""
    prefix = str(arguments.service).upper()
    db = Database(os.environ[f"{prefix}_DATABASE_URL"], os.environ[f"{prefix}_WORKER_DATABASE_URL"])
    try:
        match arguments.command:
            case "dead-letters":
                return await _list(db)
            case "replay":
                return await _replay(db, arguments.number)
            case _:
                return await _republish(db, arguments.event, arguments.since)
    finally:
        await db.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kit.operate", description=__doc__)
    parser.add_argument("service")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("dead-letters", help="list the facts set aside")
    again = commands.add_parser("replay", help="try one again")
    again.add_argument("number", type=int)
    sending = commands.add_parser("republish", help="send this service's facts again")
    sending.add_argument("--event", type=UUID)
    sending.add_argument("--since", type=_instant)
    return parser


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise argparse.ArgumentTypeError("an instant has a zone: 2026-11-21T08:00:00+01:00")
    return instant


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 1 when it was turned down."""
    try:
        print(asyncio.run(operate(_parser().parse_args(arguments))))  # noqa: T201 - its answer
    except (TurnedDown, ValueError) as refusal:
        print(refusal, file=sys.stderr)  # noqa: T201 - same
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
