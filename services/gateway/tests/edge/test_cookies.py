"""Every cookie we set, wherever, is ours alone, for this host alone, and out of scripts' reach."""

import httpx
import pytest

from services.gateway.tests.edge import product
from services.gateway.tests.edge.test_forms import token_of
from services.gateway.tests.pages import rig

MARKS = ("HttpOnly", "Secure", "SameSite=lax", "Path=/")


async def cookies_of_a_visit() -> list[str]:
    """Log in, be told something, fail, log out; return each cookie that was set on the way."""
    app = product.fresh()
    set_on_the_way: list[str] = []

    async def noted(answer: httpx.Response) -> None:
        set_on_the_way.extend(answer.headers.get_list("set-cookie"))

    async with product.client(app) as browser:
        browser.event_hooks["response"] = [noted]
        form = {"jeton": await token_of(browser, "/connexion")}
        await browser.post("/connexion", data=form | {"email": "a@b.example", "password": "x"})
        form = {"jeton": await token_of(browser, "/compte")}
        await browser.post("/compte", data=form | {"email": "a@b.example"})
        for door in product.DOORS:
            if door.method == "GET":
                await browser.get(product.address(door))
        await browser.post("/deconnexion", data=form)
    return set_on_the_way


async def test_every_cookie_is_for_this_host_https_and_no_script() -> None:
    found = await cookies_of_a_visit()

    names = {cookie.partition("=")[0] for cookie in found}
    assert names == {"__Host-preavis", "__Host-preavis-visite", "__Host-preavis-avis"}
    for cookie in found:
        assert all(mark in cookie for mark in MARKS), cookie
        assert "Domain" not in cookie


async def test_the_session_ends_with_the_browser_and_its_token_is_in_no_page() -> None:
    app = product.fresh()
    async with product.client(app) as browser:
        form = {"jeton": await token_of(browser, "/connexion")}
        answer = await browser.post(
            "/connexion", data=form | {"email": "a@b.example", "password": "x"}
        )
        page = await browser.get("/compte")

    cookie = next(c for c in answer.headers.get_list("set-cookie") if rig.AGENT in c)
    assert "Max-Age" not in cookie
    assert "expires" not in cookie.lower()
    assert rig.AGENT not in page.text


async def test_a_session_that_somebody_else_chose_is_not_kept() -> None:
    """Session fixation: what the browser brings to the log-in is replaced by what accounts made."""
    app = product.fresh()
    async with product.client(app, session="chosen-by-another") as browser:
        form = {"jeton": await token_of(browser, "/connexion")}
        answer = await browser.post(
            "/connexion", data=form | {"email": "a@b.example", "password": "x"}
        )

    session = [c for c in answer.headers.get_list("set-cookie") if c.startswith("__Host-preavis=")]
    assert session
    assert session[-1].startswith(f"__Host-preavis={rig.AGENT};")


async def test_logging_out_clears_what_the_browser_kept() -> None:
    app = product.fresh()
    async with product.client(app, session=rig.AGENT) as browser:
        form = {"jeton": await token_of(browser, "/compte")}
        answer = await browser.post("/deconnexion", data=form)

    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert any(
        cookie.startswith('__Host-preavis=""') for cookie in answer.headers.get_list("set-cookie")
    )
    assert [request.session_token for request in app.state.house.accounts.requests("LogOut")] == [
        rig.AGENT
    ]


@pytest.mark.parametrize("value", ["x.é", "é.0", ".", "a" * 9000])
async def test_a_forged_message_is_not_shown_and_breaks_nothing(value: str) -> None:
    app = product.fresh()
    cookie = f"__Host-preavis={rig.AGENT}; __Host-preavis-avis={value}".encode("latin-1")
    async with product.client(app) as browser:
        answer = await browser.get("/compte", headers=[(b"cookie", cookie)])

    assert answer.status_code == 200
    assert 'class="retour"' not in answer.text
