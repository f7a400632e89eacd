"""``python -m bench.life``: the processor time that one sending takes of dispatch itself.

Real Postgres and due work; the operator, the other services, the printer and the seal are fakes
that answer at once. E-mails are queued, facts stored: neither leaves.
"""

import argparse
import statistics
import sys
import time
from dataclasses import dataclass, replace
from typing import Final
from uuid import uuid4

from bench.ground import Ground, end_in_order
from kit.db import Database
from kit.due import DueWorker
from kit.process import run_process
from services.dispatch.domain.sending import State
from services.dispatch.domain.tracking import Answer
from services.dispatch.due import due_worker
from services.dispatch.ports import Desk, Hint
from services.dispatch.store import PgStore
from services.dispatch.tests.builders import Room, a_room, a_validation
from services.dispatch.usecases import finalising, following, reading

WARM_UP: Final = 4  # sendings
ENDED: Final = (State.SIGNED, 3)  # with the proofs of deposit and receipt, and our own sheet


@dataclass(frozen=True)
class Life:
    """What sendings live in."""

    room: Room
    desk: Desk
    worker: DueWorker

    async def live(self) -> None:
        """Validate a letter, have it deposited, signed and its evidence chained and sealed."""
        account_id, letter_id = uuid4(), uuid4()
        asked = a_validation(key=str(letter_id), letter_id=letter_id)
        await finalising.finalise(account_id, asked, desk=self.desk)
        await self._work()
        reference = list(self.room.operator.letters)[-1]
        self.room.operator.deposit(reference)
        await self._called_about(reference)
        self.room.operator.end(reference, Answer.ACCEPTED)
        await self._called_about(reference)
        found = await reading.of_letter(account_id, letter_id, desk=self.desk)
        if (found.sending.state, len(found.proofs)) != ENDED:
            raise RuntimeError("this sending did not end as it should")

    async def _called_about(self, reference: str) -> None:
        secret = self.room.operator.parcels[reference].secret
        body = f"id_mail={reference}".encode()
        hint = Hint(operator="ar24", secret=secret, headers={}, body=body)
        await following.take_hint(hint, desk=self.desk)
        await self._work()

    async def _work(self) -> None:
        while await self.worker.do_leased():
            pass


async def look(rounds: int) -> None:
    """Print the milliseconds of processor of a sending."""
    async with Ground() as ground:
        place = await (await ground.servers()).cluster.create("dispatch")
        db, room = Database(place.app_url, place.worker_url), a_room()
        desk = replace(room.desk, store=PgStore(db, room.clock))
        life = Life(room, desk, due_worker(db, desk, hands=1, lease_s=60))
        took = []
        for _ in range(WARM_UP + rounds):
            start = time.process_time_ns()
            await life.live()
            took.append((time.process_time_ns() - start) / 1e6)
        counted = took[WARM_UP:]
        print(f"a sending: {statistics.median(counted):.1f} ms ({min(counted):.1f})")
        await db.close()


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="bench.life", description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    asked = parser.parse_args()
    end_in_order()
    run_process(look(asked.rounds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
