"""A session ends where it is ended: at both doors, at once, and all of them when it must."""

from dataclasses import dataclass

import httpx
import pytest

from local.demo.rest import Refused, Rest
from tests.e2e.agency import PASSWORD, Agency
from tests.e2e.outside import Outside
from tests.prove.security.browsing import Visitor
from tests.prove.security.world import World
from tests.support.routes import Door

pytestmark = pytest.mark.servers
ANOTHER = "encore-une-phrase-a-retenir"
PAGE, PROGRAM = Door("/compte", "GET"), Door("/v1/account", "GET")


@dataclass
class Person:
    """Somebody who is in from several places."""

    agency: Agency
    http: httpx.AsyncClient
    password: str = PASSWORD

    async def log_in(self) -> str:
        body = {"email": self.agency.email, "password": self.password}
        return str((await self.agency.rest.post("/sessions", body))["token"])

    async def is_in(self, session: str) -> tuple[bool, bool]:
        """Whether the session opens pages, and whether it opens ``/v1``."""
        visitor = Visitor(self.http, session)
        page = await visitor.ask(PAGE, PAGE.path)
        program = await visitor.ask(PROGRAM, PROGRAM.path)
        return page.status_code == 200, program.status_code == 200


@pytest.fixture(scope="module")
async def person(world: World) -> Person:
    http = httpx.AsyncClient(base_url=world.house.plan.public_url, timeout=60)
    async with Outside.connect(world.house.plan.sandbox_url) as outside:
        return Person(await Agency.open(Rest(http), outside), http)


async def test_each_log_in_is_another_session_and_ends_alone(person: Person) -> None:
    first, second = await person.log_in(), await person.log_in()
    assert first != second
    assert await person.is_in(first) == await person.is_in(second) == (True, True)

    await person.agency.rest.logged_in(first).call("DELETE", "/sessions")

    assert await person.is_in(first) == (False, False)
    assert await person.is_in(second) == (True, True)


async def test_a_session_chosen_by_another_is_never_opened(person: Person) -> None:
    chosen = "A" * 43
    shown = await person.http.get("/connexion", headers={"cookie": f"preavis={chosen}"})
    visit = shown.headers["set-cookie"].split(";")[0]
    token = shown.text.split('name="jeton" value="')[1][:64]
    person.http.cookies.clear()

    answer = await person.http.post(
        "/connexion",
        data={"jeton": token, "email": person.agency.email, "password": person.password},
        headers={"cookie": f"preavis={chosen}; {visit}"},
    )

    given = [c for c in answer.headers.get_list("set-cookie") if c.startswith("preavis=")]
    person.http.cookies.clear()
    assert answer.status_code == 303
    assert given
    assert chosen not in given[-1]
    assert await person.is_in(chosen) == (False, False)


async def test_logging_out_everywhere_ends_all_at_once(person: Person) -> None:
    sessions = [await person.log_in() for _ in range(3)]

    await person.agency.rest.logged_in(sessions[0]).call("DELETE", "/account/sessions")

    assert [await person.is_in(one) for one in sessions] == [(False, False)] * 3


async def test_staff_end_the_sessions_of_an_account(person: Person, world: World) -> None:
    session = await person.log_in()
    account = await person.agency.rest.logged_in(session).get("/account")

    await world.staff.call("DELETE", f"/staff/accounts/{account['id']}/sessions")

    assert await person.is_in(session) == (False, False)
    assert (await world.staff.get("/staff/reviews"))["total"] >= 0  # theirs stand


async def test_a_password_that_changes_ends_all_and_the_old_one_opens_nothing(
    person: Person, world: World
) -> None:
    sessions = [await person.log_in() for _ in range(2)]
    await person.agency.rest.post("/password-resets", {"email": person.agency.email})
    async with Outside.connect(world.house.plan.sandbox_url) as outside:
        link = await outside.link(person.agency.email, "/mot-de-passe/")

    await person.agency.rest.post("/passwords", {"token": link, "password": ANOTHER})

    assert [await person.is_in(one) for one in sessions] == [(False, False)] * 2
    with pytest.raises(Refused):
        await person.log_in()
    with pytest.raises(Refused):
        await person.agency.rest.post("/passwords", {"token": link, "password": PASSWORD})
    person.password = ANOTHER
    assert await person.is_in(await person.log_in()) == (True, True)
