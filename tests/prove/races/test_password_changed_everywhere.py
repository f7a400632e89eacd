"""A password changes while its sessions are at work on several replicas: all are over at once."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

import httpx
import pytest

from kit.tokens import Caller, CallerKind
from local.demo.rest import Rest
from preavis.accounts.v1 import accounts_pb2 as pb
from tests.e2e.agency import PASSWORD, Agency
from tests.prove.races.barrier import ALL_SESSIONS
from tests.prove.races.ground import REPEATS, Ground

pytestmark = [pytest.mark.servers, pytest.mark.prove, pytest.mark.timeout(600)]

ACCOUNTS = 4
OK, CREATED, OVER = 200, 201, 401
BUSY = {429, 503}  # the bucket of an account is small, and shared by its windows


@dataclass(slots=True)
class Person:
    """The holder of an account, in by several windows on each replica."""

    ground: Ground
    agency: Agency
    edges: list[httpx.AsyncClient]
    profile_id: UUID
    account_id: UUID
    place: str
    password: str = PASSWORD
    seen: list[tuple[float, int]] = field(default_factory=list)  # asked at, answered what

    @classmethod
    async def open(cls, ground: Ground, edges: list[httpx.AsyncClient]) -> Self:
        agency = await Agency.open(Rest(edges[0]), ground.setting.outside)
        request = pb.AuthenticateRequest(session_token=agency.rest.token)
        answer = await ground.call(
            "accounts", "Authenticate", request, by="gateway", who=Caller(service="")
        )
        principal: Any = answer.message
        return cls(
            ground,
            agency,
            edges,
            profile_id=UUID(principal.principal.profile_id),
            account_id=UUID(principal.principal.account_id),
            place=f"198.51.100.{next(ground.numbers) % 250}",
        )

    async def log_in(self, edge: httpx.AsyncClient, password: str) -> str:
        """Return a new session's token, or nothing when it was refused."""
        body = {"email": self.agency.email, "password": password}
        from_ = {"X-Forwarded-For": self.place}  # guesses are counted by place: each has its own
        answer = await edge.post("/v1/sessions", json=body, headers=from_)
        if answer.status_code == CREATED:
            return str(answer.json()["token"])
        assert answer.json()["reason"] == "credentials-unknown", answer.text
        return ""

    async def change(self, new: str) -> str:
        """Change the password, as its page does; return the reason of a refusal."""
        request = pb.ChangePasswordRequest(current_password=self.password, new_password=new)
        who = Caller(
            service="",
            kind=CallerKind.AGENT,
            account_id=self.account_id,
            actor_id=self.profile_id,
            actor_name="Camille Béraud",
            roles=frozenset({"owner"}),
        )
        answer = await self.ground.call(
            "accounts", "ChangePassword", request, by="gateway", who=who
        )
        if not answer.reason:
            self.password = new
        return answer.reason

    async def is_in(self, edge: httpx.AsyncClient, session: str) -> int:
        """Ask for something of the account; return the status."""
        headers = {"Authorization": f"Bearer {session}"}
        while True:
            answer = await edge.get("/v1/account", headers=headers)
            if answer.status_code not in BUSY:
                return answer.status_code
            await asyncio.sleep(0.05)

    async def work(self, edge: httpx.AsyncClient, session: str, stop: asyncio.Event) -> None:
        """Ask one thing after the other."""
        while not stop.is_set():
            asked = time.monotonic()
            self.seen.append((asked, await self.is_in(edge, session)))


@pytest.fixture(scope="module")
async def edges(ground: Ground) -> Any:
    """A door to each replica of the gateway."""
    opened = [httpx.AsyncClient(base_url=url, timeout=40) for url in ground.edges]
    yield opened
    for edge in opened:
        await edge.aclose()


async def change_while_at_work(person: Person, turn: int) -> Counter[str]:
    """Change the password under two sessions on each replica; return what they were answered."""
    dice, stop = person.ground.dice("password", turn), asyncio.Event()
    person.seen.clear()
    old = person.password
    sessions = [await person.log_in(edge, old) for edge in person.edges for _ in range(2)]
    assert all(sessions)
    windows = list(zip(person.edges * 2, sessions, strict=True))
    async with asyncio.TaskGroup() as group:
        for edge, session in windows:
            group.create_task(person.work(edge, session, stop))

        async def come_in_late(edge: httpx.AsyncClient) -> str:
            await asyncio.sleep(dice.uniform(0.15, 0.6))
            return await person.log_in(edge, old)

        late = [group.create_task(come_in_late(edge)) for edge in person.edges]
        await asyncio.sleep(dice.uniform(0.2, 0.4))
        assert await person.change(f"une-autre-phrase-{turn}-a-retenir") == ""
        changed = time.monotonic()
        await asyncio.sleep(0.5)
        stop.set()
    opened = [session for task in late if (session := task.result())]

    assert {status for _, status in person.seen} == {OK, OVER}
    assert {status for asked, status in person.seen if asked >= changed} == {OVER}
    for edge in person.edges:
        for session in (*sessions, *opened):
            assert await person.is_in(edge, session) == OVER
    assert (
        await person.is_in(person.edges[1], await person.log_in(person.edges[0], person.password))
        == OK
    )
    return Counter(
        {"opened with the old password, and over": len(opened), "refused": 2 - len(opened)}
    )


async def test_no_session_of_the_old_password_outlives_it_on_any_replica(
    ground: Ground, edges: list[httpx.AsyncClient]
) -> None:
    found = Counter[str]()
    for _ in range(ACCOUNTS):
        person = await Person.open(ground, edges)
        for turn in range(REPEATS // ACCOUNTS):
            found += await change_while_at_work(person, turn)

    print("log-ins with the old password while it changed:", found)
    assert await ground.broken() == []


async def test_a_log_in_that_proved_the_old_password_before_it_changed_opens_nothing(
    ground: Ground, edges: list[httpx.AsyncClient]
) -> None:
    """The password was right when it was looked at; it is another when the session is opened."""
    person = await Person.open(ground, edges)
    for turn in range(5):
        old = person.password
        async with ground.barrier("accounts", ALL_SESSIONS) as gate:
            changing = asyncio.create_task(person.change(f"encore-une-phrase-{turn}-a-retenir"))
            await gate.reached_by(1)  # it is another; the old sessions are about to end
            entering = [asyncio.create_task(person.log_in(edge, old)) for edge in edges]
            await gate.reached_by(1 + len(edges))  # proven, and kept from being opened
            await gate.let_go()
            assert await changing == ""
            assert await asyncio.gather(*entering) == ["", ""]

        assert await person.log_in(edges[0], old) == ""
        assert await person.is_in(edges[1], await person.log_in(edges[0], person.password)) == OK


async def test_of_two_changes_at_once_one_password_stands(
    ground: Ground, edges: list[httpx.AsyncClient]
) -> None:
    person = await Person.open(ground, edges)
    for turn in range(5):
        wanted = [f"phrase-{number}-du-tour-{turn}-ci" for number in range(2)]
        old = person.password
        answers = await asyncio.gather(*(person.change(one) for one in wanted))

        assert sorted(answers) == ["", "current-password-wrong"]
        loser = wanted[1 - answers.index("")]
        assert person.password == wanted[answers.index("")]
        assert [await person.log_in(edges[0], one) for one in (old, loser)] == ["", ""]
        assert await person.is_in(edges[1], await person.log_in(edges[0], person.password)) == OK
