"""Makes the demonstration through the product's own doors, once; a killed load goes on."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from kit.days import PARIS, paris_date, paris_instant
from local.demo.agency import Agency, staff_session
from local.demo.cast import AGENCY, NEWCOMER, OLD, ROLES, Fate, Role
from local.demo.letters import Desk
from local.demo.partners import Partners, until
from local.demo.rest import Rest
from local.plan import ROOT, Plan

BODIES: Final = Path(__file__).parent / "bodies.csv"
STATE: Final = "demo.json"
OPENING, LATEST_START = time(9), time(16)
DAYS_LIVED: Final = timedelta(days=16)
TIMEOUT_S: Final = 180.0
MOVES: Final = {Fate.SIGNED: "accept", Fate.COLLECTED: "accept", Fate.REFUSED: "refuse"}
DELIVERED: Final = frozenset({"deposited", "signed", "collected", "refused"})
SETTLED: Final = frozenset({"scheduled", "in_transit", "deposited", "undeliverable", "cancelled"})
SENDERS: Final = 3


@dataclass(frozen=True, slots=True)
class Login:
    """One way into the demonstration."""

    title: str
    email: str
    password: str


AGENT: Final = Login("L’agence", str(AGENCY["email"]), "Tilleul-Grenoble-38")
STAFF: Final = Login("L’équipe", "nadia@preavis.example", "Verveine-Chambery-73")


async def load(plan: Plan) -> list[Login]:
    """Make the demonstration unless it is there; return who may log in."""
    state = _State(plan.data_dir / STATE)
    if not state.done:
        web = httpx.AsyncClient(base_url=plan.public_url, timeout=TIMEOUT_S, trust_env=False)
        partners = httpx.AsyncClient(base_url=plan.sandbox_url, timeout=TIMEOUT_S, trust_env=False)
        async with web, partners:
            await _Play(plan, state, Rest(web), Partners(partners)).perform()
        state.finish()
    return [AGENT, STAFF]


class _State:
    """What a second load must know of the first: its day, and whether it ended."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}

    @property
    def done(self) -> bool:
        return bool(self._kept.get("done"))

    def start(self, now: datetime) -> datetime:
        """Return the instant at which the demonstration begins: a morning, Paris time."""
        if "start" not in self._kept:
            begin = _next_morning(now)
            self._keep(start=begin.isoformat())
        return datetime.fromisoformat(self._kept["start"])

    def finish(self) -> None:
        self._keep(done=True)

    def _keep(self, **facts: object) -> None:
        self._kept |= facts
        self._path.write_text(json.dumps(self._kept))


class _Play:
    """The acts, in their order."""

    def __init__(self, plan: Plan, state: _State, rest: Rest, partners: Partners) -> None:
        self._plan = plan
        self._state = state
        self._rest = rest
        self._partners = partners

    async def perform(self) -> None:
        start = self._state.start(await self._partners.now())
        agency = Agency(self._rest, self._partners, AGENCY, AGENT.password)
        agent, *_ = await asyncio.gather(
            self._arrive(agency, start), self._import_directory(), self._create_staff()
        )
        staff = await staff_session(self._rest, STAFF.email, STAFF.password)
        await agency.have_accepted(agent, staff)
        await self._old_letters(Desk(agent, paris_date(start)))
        await self._partners.advance(start + DAYS_LIVED)
        today = Desk(agent, paris_date(start + DAYS_LIVED))
        agent = await agency.log_in()  # sixteen days close a session
        await self._new_letters(Desk(agent, today.today))
        newcomer = Agency(self._rest, self._partners, NEWCOMER, AGENT.password)
        await newcomer.apply(valid_from=today.today)

    async def _arrive(self, agency: Agency, start: datetime) -> Rest:
        """Go to the first morning, open the agency's account and buy its credit."""
        await self._partners.advance(start)
        session = await agency.apply(valid_from=paris_date(start))
        await agency.buy_credit(session)
        return session

    async def _old_letters(self, desk: Desk) -> None:
        """Send what will have ended when the demonstration opens, and let recipients answer."""
        roles = [role for role in ROLES if role.fate in OLD]
        await self._each(desk, roles)
        for role in roles:
            if move := MOVES.get(role.fate):
                letter = await desk.write(role)
                to = letter["recipient"]["electronic_address"]
                await self._until_tracked(desk, letter, DELIVERED)
                await self._partners.answer(to, move)

    async def _new_letters(self, desk: Desk) -> None:
        """Write what is on the desk the day the demonstration opens."""
        recent = [role for role in ROLES if role.fate not in OLD | {Fate.IN_TRANSIT}]
        await self._each(desk, recent)
        for role in ROLES:
            if role.fate is Fate.IN_TRANSIT:
                await self._partners.hold_next_deposit()
                await self._send(desk, role)
            elif role.fate is Fate.CANCELLED:
                await desk.cancel(await desk.write(role))

    async def _each(self, desk: Desk, roles: list[Role]) -> None:
        """Write and send several letters, a few at a time."""
        hands = asyncio.Semaphore(SENDERS)

        async def one(role: Role) -> None:
            async with hands:
                await self._send(desk, role)

        await asyncio.gather(*(one(role) for role in roles))

    async def _send(self, desk: Desk, role: Role) -> None:
        letter = await desk.write(role)
        if role.fate in {Fate.BEGUN, Fate.READY}:
            return
        if letter["tracking"]["state"] in {None, "not_sent"}:
            await desk.decide_mandate(letter)
            await desk.finalise(role, letter)
        await self._until_tracked(desk, letter, SETTLED | DELIVERED)

    async def _until_tracked(
        self, desk: Desk, letter: Mapping[str, Any], wanted: frozenset[str]
    ) -> None:
        async def look() -> str | None:
            sending = await desk.rest.get(f"/letters/{letter['letter_id']}/sending")
            tracking: str = sending["tracking"]
            return tracking if tracking in wanted else None

        await until(look, what=f"letter {letter['number']} being one of {sorted(wanted)}")

    async def _import_directory(self) -> None:
        await self._run("letters", "services.letters.main", "import-directory", str(BODIES))

    async def _create_staff(self) -> None:
        names = ("--email", STAFF.email, "--first-name", "Nadia", "--last-name", "Benali")
        password = {"ACCOUNTS_STAFF_PASSWORD": STAFF.password}
        await self._run("accounts", "services.accounts.main", "create-staff", *names, **password)

    async def _run(self, service: str, module: str, *arguments: str, **env: str) -> None:
        """Run one command of a service. Raises ``RuntimeError`` with what it said."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            *arguments,
            cwd=ROOT,
            env={**os.environ, **self._plan.service_env(service), **env},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        if process.returncode:
            raise RuntimeError(f"{module} {arguments[0]}: {said.decode()[-2000:]}")


def _next_morning(now: datetime) -> datetime:
    """Return now within the morning's work, else the next 09:00: first letters leave by 18:00."""
    local = now.astimezone(PARIS)
    if OPENING <= local.time() < LATEST_START:
        return now.astimezone(UTC)
    day = local.date() + timedelta(days=local.time() >= LATEST_START)
    return paris_instant(day, OPENING)
