"""Who may open which page, and whose forms are taken."""

import re

import pytest
from fastapi.routing import APIRoute

from services.gateway import pages
from services.gateway.headers import content_security_policy
from services.gateway.tests.pages import rig, sample, sample_letter

pytestmark = pytest.mark.slow  # every route, a request each

PUBLIC = {
    "/", "/aide", "/conditions", "/confidentialite", "/mentions-legales", "/accessibilite",
    "/contact", "/robots.txt", "/calculateur", "/calculateur/tableau",
    "/inscription", "/activation", "/activation/{token}",
    "/connexion", "/deconnexion", "/mot-de-passe", "/mot-de-passe/{token}",
}  # fmt: skip
VALUES = {
    "number": sample_letter.NUMBER,
    "account_id": sample.ACCOUNT_ID,
    "sending_id": sample_letter.SENDING_ID,
}


def routes(method: str) -> list[APIRoute]:
    return [
        route
        for step in pages.JOURNEY
        for route in step.router.routes
        if isinstance(route, APIRoute) and method in (route.methods or ())
    ]


def address(route: APIRoute) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: VALUES.get(found[1], "x"), route.path)


def test_the_list_of_public_pages_names_no_page_that_is_gone() -> None:
    assert {route.path for route in routes("GET") + routes("POST")} >= PUBLIC


@pytest.mark.parametrize("route", routes("GET"), ids=lambda route: route.path)
async def test_without_a_session_only_public_pages_open(route: APIRoute) -> None:
    browser = rig.browser()

    answer = await browser.open(address(route))

    if route.path in PUBLIC:
        assert answer.status_code == 200
    else:
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/connexion")


@pytest.mark.parametrize("route", routes("POST"), ids=lambda route: route.path)
@pytest.mark.parametrize("session", ["", rig.AGENT, rig.STAFF])
async def test_no_form_is_taken_without_our_token(route: APIRoute, session: str) -> None:
    browser = rig.browser()
    if session:
        browser.log_in(session)

    answer = await browser.http.post(address(route), data={"jeton": "0" * 64})

    assert answer.status_code == 403
    asked = {rpc for stub in vars(browser.stubs).values() for rpc, _ in stub.asked}
    assert asked <= {"Authenticate"}


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
async def test_no_form_is_taken_from_another_site(headers: dict[str, str]) -> None:
    browser = rig.browser()
    shown = await browser.open("/connexion")
    token = rig.TOKEN.search(shown.text)
    assert token

    answer = await browser.http.post("/connexion", data={"jeton": token[1]}, headers=headers)

    assert answer.status_code == 403
    assert not browser.stubs.accounts.requests("LogIn")


async def test_a_token_is_worth_nothing_in_another_session() -> None:
    browser = rig.browser()
    shown = await browser.open("/connexion")
    token = rig.TOKEN.search(shown.text)
    assert token
    browser.log_in()

    answer = await browser.http.post("/compte", data={"jeton": token[1]})

    assert answer.status_code == 403


@pytest.mark.parametrize("route", routes("GET"), ids=lambda route: route.path)
async def test_each_side_stays_on_its_side(route: APIRoute) -> None:
    if route.path in PUBLIC:
        return
    browser = rig.browser()
    browser.log_in(rig.AGENT if route.path.startswith("/equipe") else rig.STAFF)

    answer = await browser.open(address(route))

    assert answer.status_code == 403


async def test_a_session_that_is_over_leads_to_the_login_page_and_back() -> None:
    browser = rig.browser()
    browser.log_in("an-old-session")

    answer = await browser.open("/resiliations?vue=envoyees")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/connexion?suite=%2Fresiliations%3Fvue%3Denvoyees"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"],
)
async def test_the_login_page_sends_nobody_elsewhere(elsewhere: str) -> None:
    browser = rig.browser()

    answer = await browser.send("/connexion", {"email": "a@b.example", "suite": elsewhere})

    assert answer.headers["location"] == "/tableau-de-bord"


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites() -> None:
    browser = rig.browser(public_url="https://preavis.example")

    answer = await browser.send("/connexion", {"email": "a@b.example", "password": "x"})

    cookie = next(c for c in answer.headers.get_list("set-cookie") if rig.AGENT in c)
    assert cookie.startswith("__Host-preavis=")
    for mark in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert mark in cookie
    assert "Domain" not in cookie


async def test_every_page_carries_the_policy_and_nothing_inline() -> None:
    browser = rig.browser()
    browser.log_in()
    policy = content_security_policy(rig.settings())
    assert "unsafe" not in policy

    for path in ("/tableau-de-bord", f"/resiliations/{sample_letter.NUMBER}", "/nulle-part"):
        answer = await browser.open(path)

        assert answer.headers["content-security-policy"] == policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=", answer.text)


async def test_a_body_that_no_page_would_take_is_not_read() -> None:
    browser = rig.browser()
    browser.log_in()

    answer = await browser.http.post(
        "/compte/justificatifs/identity-document", content=b"x" * (12 * 1024 * 1024)
    )

    assert answer.status_code == 413
    assert "trop" in answer.text


async def test_a_message_is_shown_once_and_cannot_be_forged() -> None:
    browser = rig.browser()
    browser.log_in()
    await browser.send("/compte", {"email": "a@b.example"})

    first, second = await browser.open("/compte"), await browser.open("/compte")
    assert "Coordonnées enregistrées" in first.text
    assert "Coordonnées enregistrées" not in second.text

    browser.http.cookies.set("preavis-avis", "WyJjb250YWN0LXNhdmVkIiwge31d.00")
    forged = await browser.open("/compte")
    assert "Coordonnées enregistrées" not in forged.text
