"""The whole job, once: everybody joins, writes, sends and answers; what came out is kept."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx

from kit.days import PARIS, next_working_day, paris_date
from kit.ids import derived_id
from local.demo.rest import Rest
from local.house import House
from tests.e2e.agency import as_staff
from tests.e2e.outside import Outside
from tests.prove.hostile.cast import TRADE_NAMES, Member, join, prove
from tests.prove.hostile.directory import as_file, hostile_bodies
from tests.prove.hostile.doors import Door, Record
from tests.prove.hostile.texts import HOSTILE
from tests.prove.hostile.writing import (
    CONTRACTS,
    NAMES,
    Written,
    hand_in,
    send,
    validate,
    write_letter,
)

MORNING: Final = time(8, 30)
AT_ONCE: Final = 6
# Each letter holds a dozen texts that follow each other: so all of them pass through each field.
SENT: Final = 2  # of so many, one letter is written and sent
DRAFTS: Final = 4  # one is written, and stays on the desk
CREDIT_CENTS: Final = 20_000
MOVES: Final = ("accept", "refuse", "accept", "bounce", "accept")


@dataclass(slots=True, kw_only=True)
class Job:
    """The house after it, and who took part."""

    house: House
    outside: Outside
    http: httpx.AsyncClient
    record: Record
    staff: Door
    members: list[Member]
    letters: list[Written] = field(default_factory=list)
    drafts: list[Written] = field(default_factory=list)  # with a scan to look at, never sent
    unread: Written = field(init=False)  # waits for a recipient who comes with a browser
    waiting: Written = field(init=False)  # waits for a recipient who never comes

    @property
    def persons(self) -> list[str]:
        """Words that name people who took part, and are in no word of ours."""
        emails = [member.agency.email for member in self.members]
        return ["marchetti", "aubertin", "client.example", *emails]

    async def at_the_operator(self, written: Written) -> dict[str, Any]:
        """Return what the operator has of one letter; agencies number theirs from one each."""
        (there,) = await self.outside.letters_of(written.member.agency.email, written.number)
        return there


@asynccontextmanager
async def done(house: House, directory: Path) -> AsyncIterator[Job]:
    """Do the whole job in a furnished house."""
    async with (
        Outside.connect(house.plan.sandbox_url) as outside,
        httpx.AsyncClient(base_url=house.plan.public_url, timeout=60) as http,
    ):
        visitor = Door(http, Record())
        staff = Door(http, visitor.record, (await as_staff(Rest(http))).token)
        await _morning(outside)
        recipients = _import(house, directory / "annuaire.csv", visitor.record)
        members = await asyncio.gather(*(join(visitor, outside, name) for name in TRADE_NAMES))
        job = Job(house=house, outside=outside, http=http, record=visitor.record, staff=staff,
                  members=list(members))  # fmt: skip
        await asyncio.gather(*(_ready(job, member) for member in members))
        await _write_all(job, recipients)
        await _answer_all(job)
        yield job


async def _morning(outside: Outside) -> None:
    day = next_working_day(paris_date(await outside.now()) + timedelta(days=1))
    await outside.advance(datetime.combine(day, MORNING, PARIS))


def _import(house: House, file: Path, record: Record) -> Mapping[str, str]:
    """Import a hostile directory; return the body of each text's name."""
    rows = hostile_bodies(record)
    file.write_bytes(as_file(rows))
    house.run("services.letters.main", "import-directory", str(file), service="letters")
    ids = (str(derived_id("recipient", row["body_id"])) for row in rows)
    return dict(zip(NAMES, ids, strict=True))


async def _ready(job: Job, member: Member) -> None:
    """Prove and buy; staff add a transfer of a hostile bank, and lift limits in such words."""
    text, staff_at = HOSTILE[member.name], f"/staff/accounts/{member.account['id']}"
    await prove(member, job.staff, job.outside)
    await member.agency.buy(CREDIT_CENTS)
    today = f"{paris_date(await job.outside.now())}"
    await job.staff.offer(
        "POST", f"{staff_at}/transfers", {"reference": text, "note": text},
        {"reference": f"VIR-{uuid4().hex[:8]}", "note": ""},
        more={"amount_cents": 12_345, "received_on": today}, key=uuid4().hex,
        name="POST …/transfers",
    )  # fmt: skip
    await job.staff.offer(
        "POST", f"{staff_at}/throttles/lifting", {"note": f"{text} vu au guichet"},
        {"note": "Vu au guichet."}, name="POST …/lifting",
    )  # fmt: skip


async def _write_all(job: Job, recipients: Mapping[str, str]) -> None:
    gate = asyncio.Semaphore(AT_ONCE)
    kinds = list(CONTRACTS)

    async def one(position: int, name: str, *, sent: bool) -> Written:
        async with gate:
            written = await write_letter(
                job.members[position % len(job.members)], recipients[name], name,
                company=position % 3 == 0, contract_type=kinds[position // 3 % len(kinds)],
            )  # fmt: skip
            await hand_in(written)
            if sent:
                await validate(written)
                await send(written)
            return written

    sent, kept = enumerate(NAMES[::SENT]), enumerate(NAMES[1::DRAFTS])
    job.letters = await asyncio.gather(*(one(*each, sent=True) for each in sent))
    job.drafts = await asyncio.gather(*(one(*each, sent=False) for each in kept))


async def _answer_all(job: Job) -> None:
    """Let the operator deposit, and all recipients but two answer; wait for the sealed sheets."""
    await job.outside.advance(await job.outside.now() + timedelta(hours=1))
    for written in job.letters:
        await _reaches(written, "deposited")
    *answered, job.unread, job.waiting = job.letters
    for written, move in zip(answered, cycle(MOVES), strict=False):
        await job.outside.decide((await job.at_the_operator(written))["id"], move)
    for written in answered:
        await _reaches(written, "signed", "refused", "bounced")
        await written.member.agency.evidence(written.letter_id, patience_s=90)


async def _reaches(written: Written, *states: str) -> None:
    await written.member.agency.sending_in(written.letter_id, *states, patience_s=60)
