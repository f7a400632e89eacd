"""Each route, tried without a session, with one that is over, by another role, for another."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import httpx
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from kit.db import async_url
from kit.ids import token_hash
from services.gateway import files
from services.gateway.peers import Principal
from services.gateway.tests.edge import product
from tests.prove.security.browsing import Visitor, is_turned_away, told
from tests.prove.security.routes import FILES, KINDS, OF_AN_ACCOUNT, OF_NOBODY, ROUTES, Who
from tests.prove.security.world import Ids, Side, World, log_in
from tests.support.routes import Door, doors_of

pytestmark = pytest.mark.servers
DOORS: Final = product.DOORS
WITH_SESSION: Final = {Who.AGENT, Who.STAFF, Who.SOMEONE}


def test_every_route_has_its_row_and_every_row_its_route() -> None:
    assert {str(door) for door in DOORS} == set(ROUTES)
    assert {str(door) for door in doors_of(product.build_files(product.fresh()))} == set(FILES)


def test_every_name_in_a_path_is_said() -> None:
    assert {name for door in DOORS for name in door.names} <= OF_AN_ACCOUNT | OF_NOBODY


def path_of(door: Door, ids: Ids) -> str:
    values = ids.values() | {"kind": KINDS.get(str(door), "x")}
    if door.path.endswith(("/credit-notes/{number}", "/avoirs/{number}")):
        values |= {"number": ids.credit_note}
    return door.address(values)


def doors(*whos: Who) -> list[Door]:
    return [door for door in DOORS if ROUTES.get(str(door)) in whos]


@pytest.fixture
async def http(world: World) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=world.house.plan.public_url, timeout=60)


@pytest.fixture(scope="module")
async def over(world: World) -> dict[str, str]:
    """Sessions that do not stand any more, each for its own reason."""
    left_alone, too_long, logged_out = [await log_in(world.mine) for _ in range(3)]
    await world.mine.agency.rest.logged_in(logged_out).call("DELETE", "/sessions")
    await _age(world, left_alone, seen=timedelta(minutes=31), opened=timedelta(hours=1))
    await _age(world, too_long, seen=timedelta(0), opened=timedelta(hours=12, minutes=1))
    return {
        "made up": "x" * 43,
        "left alone for half an hour": left_alone,
        "open for twelve hours": too_long,
        "logged out": logged_out,
    }


async def _age(world: World, token: str, *, seen: timedelta, opened: timedelta) -> None:
    """Make a session as old as that, as a superuser can."""
    place = make_url(world.house.plan.database_url("accounts", "owner")).database
    admin = make_url(world.house.plan.postgres_url).set(database=place)
    engine = create_async_engine(async_url(admin.render_as_string(hide_password=False)))
    async with engine.begin() as connection:
        changed = await connection.execute(
            text(
                "UPDATE session SET seen_at = now() - CAST(:seen AS interval),"
                " opened_at = now() - CAST(:opened AS interval)"
                " WHERE token_hash = :hash"
            ),
            {"seen": seen, "opened": opened, "hash": token_hash(token)},
        )
        assert changed.rowcount == 1
    await engine.dispose()


@pytest.mark.parametrize("door", doors(*WITH_SESSION), ids=str)
async def test_without_a_session_that_stands_nobody_comes_in(
    door: Door, world: World, http: httpx.AsyncClient, over: dict[str, str]
) -> None:
    if str(door) == "DELETE /v1/sessions":
        return  # ending a session that is over changes nothing: see accounts
    path = path_of(door, world.theirs.ids)
    for why, session in {"none": "", **over}.items():
        answer = await Visitor(http, session).ask(door, path)

        assert is_turned_away(door, answer), (why, answer.status_code, answer.text[:200])


@pytest.mark.parametrize("door", doors(Who.AGENT, Who.STAFF), ids=str)
async def test_another_role_does_not_come_in(
    door: Door, world: World, http: httpx.AsyncClient
) -> None:
    agent, staff = world.theirs.agency.rest.token, world.staff.token
    for_staff = ROUTES[str(door)] is Who.STAFF
    visitor = Visitor(http, agent if for_staff else staff)

    answer = await visitor.ask(door, path_of(door, world.theirs.ids))

    assert answer.status_code == 403, answer.text[:300]
    for secret in world.theirs.secrets:
        assert secret not in answer.text.replace(path_of(door, world.theirs.ids), "")


NAMING = [d for d in doors(Who.AGENT) if OF_AN_ACCOUNT & set(d.names)]


@pytest.mark.parametrize("door", NAMING, ids=str)
async def test_anothers_looks_like_nothing(
    door: Door, world: World, http: httpx.AsyncClient
) -> None:
    visitor = Visitor(http, world.mine.agency.rest.token, world.theirs.ids.warning)

    theirs = await visitor.ask(door, path_of(door, world.theirs.ids))
    nothing = await visitor.ask(door, path_of(door, world.nothing))

    assert theirs.status_code == 404, theirs.text[:300]
    assert told(theirs, world.theirs.ids.values()) == told(nothing, world.nothing.values())


OPENED = [d for d in NAMING if d.method == "GET"]


@pytest.mark.parametrize("door", OPENED, ids=str)
async def test_the_same_opens_to_whose_it_is(
    door: Door, world: World, http: httpx.AsyncClient
) -> None:
    """The control of the test above: the things it names are there."""
    visitor = Visitor(http, world.theirs.agency.rest.token)
    ids = world.theirs.ids
    if "mandat" in door.path:  # the letter that was sent has no scan
        ids = replace(ids, letter_id=ids.draft_id, number=ids.draft_number)

    answer = await visitor.ask(door, path_of(door, ids))

    assert answer.status_code in {200, 303, 409, 422}, answer.text[:300]


@pytest.mark.parametrize("door", doors(Who.ANYONE), ids=str)
async def test_what_is_for_anyone_asks_nobody_to_log_in(
    door: Door, world: World, http: httpx.AsyncClient
) -> None:
    answer = await Visitor(http).ask(door, path_of(door, world.nothing))

    turned_away = is_turned_away(door, answer) and door.path != "/deconnexion"
    assert not turned_away or door.path in {"/v1/sessions", "/connexion"}
    assert answer.status_code < 500


@pytest.mark.parametrize("door", doors(Who.PARTNER), ids=str)
async def test_a_partner_without_its_signature_or_secret_is_refused(
    door: Door, world: World, http: httpx.AsyncClient
) -> None:
    for session in ("", world.theirs.agency.rest.token, world.staff.token):
        answer = await Visitor(http, session).ask(door, path_of(door, world.nothing))

        assert answer.status_code in {400, 403, 404}, answer.status_code
        assert not answer.content


async def test_a_link_to_a_file_opens_to_its_bearer_what_its_bearer_may_see(world: World) -> None:
    settings = product.settings(
        cookie_key=world.house.plan.secrets["gateway-cookie-key"],
        files_url=f"http://localhost:{world.house.plan.ports['files']}",
    )
    mine, theirs = (_principal(side) for side in (world.mine, world.theirs))
    scan = world.theirs.ids.draft_id
    proof = {"account_id": world.theirs.account["id"], "proof_id": world.theirs.ids.proof_id}
    good = files.scan_url(settings, theirs, letter_id=scan)
    head, body, signature = good.rsplit("/", 1)[1].split(".")
    another_key = product.settings(cookie_key="k" * 43, files_url=settings.files_url)
    wanted = {
        good: 200,
        files.proof_url(settings, theirs, **proof): 200,
        files.scan_url(settings, mine, letter_id=scan): 404,
        files.proof_url(settings, mine, **proof): 404,
        files.scan_url(another_key, theirs, letter_id=scan): 403,
        f"{settings.files_url}/{head}.{body}.{signature[:-2]}AA": 403,
        f"{settings.files_url}/{world.theirs.agency.rest.token}": 403,
        f"{settings.files_url}/x": 403,
    }
    async with httpx.AsyncClient() as browser:
        found = {url: (await browser.get(url)).status_code for url in wanted}

    assert found == wanted


def _principal(side: Side) -> Principal:
    who = side.caller
    assert who.actor_id
    return Principal(
        kind=who.kind,
        profile_id=who.actor_id,
        display_name=who.actor_name,
        roles=who.roles,
        account_id=who.account_id,
    )
