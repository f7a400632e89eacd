"""No form is taken unless this browser, in this session, got it from one of our pages."""

import re

import httpx
import pytest
from fastapi import FastAPI

from services.gateway.tests.edge import product
from services.gateway.tests.pages import rig
from tests.support.routes import Door

pytestmark = pytest.mark.slow
WRONG = ["", "0" * 64, "é", "x" * 5000]


async def token_of(browser: httpx.AsyncClient, page: str = "/aide") -> str:
    """Return the token of the forms of a browser; ``/connexion`` has one for visitors."""
    shown = await browser.get(page)
    found = rig.TOKEN.search(shown.text)
    assert found, shown.status_code
    return found[1]


def asked(app: FastAPI) -> set[str]:
    """Return the RPCs that change something, or might, that were called."""
    called = {rpc for stub in vars(app.state.house).values() for rpc, _ in stub.asked}
    return {rpc for rpc in called if not rpc.startswith(("Authenticate", "Get", "List", "Plan"))}


async def refused(app: FastAPI, browser: httpx.AsyncClient, door: Door, **sent: object) -> None:
    answer = await browser.request("POST", product.address(door), **sent)  # type: ignore[arg-type]  # httpx's own

    assert answer.status_code == 403
    assert "Formulaire périmé" in answer.text
    assert not asked(app)
    assert not any("preavis=" in cookie for cookie in answer.headers.get_list("set-cookie"))


def test_there_are_forms_to_try() -> None:
    assert len(product.FORMS) > 25


@pytest.mark.parametrize("session", ["", rig.AGENT, rig.STAFF])
@pytest.mark.parametrize("door", product.FORMS, ids=str)
async def test_a_form_without_our_token_is_refused(door: Door, session: str) -> None:
    app = product.fresh()
    async with product.client(app, session=session) as browser:
        await refused(app, browser, door, data={})
        for token in WRONG:
            await refused(app, browser, door, data={"jeton": token})
        await refused(app, browser, door, json={"jeton": WRONG[1]})


@pytest.mark.parametrize("session", ["", rig.AGENT, rig.STAFF])
@pytest.mark.parametrize("door", product.FORMS, ids=str)
async def test_the_token_of_another_is_refused(door: Door, session: str) -> None:
    app = product.fresh()
    async with product.client(app) as visitor:
        of_visitor = await token_of(visitor, "/connexion")
        visit = dict(visitor.cookies)
    async with product.client(app, session=rig.AGENT) as another:
        of_another = await token_of(another, "/compte")
    async with product.client(app, session=session) as browser:
        await browser.get("/")
        await refused(app, browser, door, data={"jeton": of_visitor})
        await refused(app, browser, door, data={"jeton": of_another})
        await refused(app, browser, door, params={"jeton": of_visitor}, data={})
    if session:  # the token got before the log-in, by the same browser
        async with product.client(app, session=session) as browser:
            browser.cookies.update(visit)
            await refused(app, browser, door, data={"jeton": of_visitor})


@pytest.mark.parametrize("door", product.FORMS, ids=str)
async def test_with_our_token_a_form_of_another_site_is_refused(door: Door) -> None:
    app = product.fresh()
    async with product.client(app, session=rig.AGENT) as browser:
        form = {"jeton": await token_of(browser, "/compte")}
        for headers in (
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"origin": "https://evil.example"},
            {"origin": "null"},
        ):
            await refused(app, browser, door, data=form, headers=headers)


@pytest.mark.parametrize("door", product.FORMS, ids=str)
async def test_with_our_token_a_form_is_taken(door: Door) -> None:
    """The control of all the others: they are refused for their token and for nothing else."""
    app = product.fresh()
    session = rig.STAFF if door.path.startswith("/equipe") else rig.AGENT
    async with product.client(app, session=session) as browser:
        page = "/equipe/verifications/" + product.VALUES["account_id"]
        form = {"jeton": await token_of(browser, page if session == rig.STAFF else "/compte")}
        answer = await browser.post(product.address(door), data=form)

    assert "Formulaire périmé" not in answer.text
    assert answer.status_code in {200, 303, 404, 422}


async def test_every_form_of_our_pages_carries_the_token() -> None:
    app = product.fresh()
    forms = 0
    for session in ("", rig.AGENT, rig.STAFF):
        async with product.client(app, session=session) as browser:
            for door in product.DOORS:
                if door.method != "GET" or door.path.startswith(("/v1/", "/hooks/")):
                    continue
                shown = await browser.get(product.address(door))
                found = re.findall(r"<form[^>]*method=\"post\".*?</form>", shown.text, re.DOTALL)
                forms += len(found)
                assert all(rig.TOKEN.search(form) for form in found), door
    assert forms > 20
