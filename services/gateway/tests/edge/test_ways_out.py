"""Nobody is sent elsewhere, no host is believed, nothing large is read, no file is reached."""

from collections.abc import AsyncIterator

import pytest

from services.gateway.tests.edge import product
from services.gateway.tests.edge.test_forms import token_of
from services.gateway.tests.pages import rig
from tests.support.routes import Door, mounts_of

pytestmark = pytest.mark.slow
EVIL = "evil.example"
ELSEWHERE = [
    "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example",
    "javascript:alert(1)", "https:evil.example", "/\t/evil.example", "/\n//evil.example",
    "http:///evil.example", "///evil.example/x", "data:text/html,x", "/%0d%0aSet-Cookie:a=b",
    "https://preavis.example@evil.example/",
]  # fmt: skip
PAGES = [d for d in product.DOORS if d.method == "GET"]


@pytest.mark.parametrize("door", PAGES, ids=str)
async def test_no_answer_repeats_the_host_that_was_asked_for(door: Door) -> None:
    inside = rig.STAFF if door.path.startswith("/equipe") else rig.AGENT
    for session in ("", inside):
        async with product.client(product.fresh(), session=session) as browser:
            for path in (product.address(door), product.address(door) + "/"):
                answer = await browser.get(
                    path, headers={"host": EVIL, "x-forwarded-host": EVIL, "forwarded": EVIL}
                )

                assert EVIL not in answer.text, path
                assert EVIL not in str(answer.headers), path


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
async def test_coming_in_leads_to_our_pages_alone(elsewhere: str) -> None:
    async with product.client(product.fresh()) as browser:
        form = {"jeton": await token_of(browser, "/connexion"), "suite": elsewhere}
        shown = await browser.get("/connexion", params={"suite": elsewhere})
        answer = await browser.post("/connexion", data=form | {"email": "a@b.example"})

    place = answer.headers["location"]
    assert answer.status_code == 303
    assert place.startswith("/")
    assert not place.startswith(("//", "/\\"))
    assert not any(ord(character) < 33 for character in place)
    assert "javascript:" not in shown.text


async def test_an_error_page_leads_back_to_our_pages_alone() -> None:
    app = product.fresh()
    app.state.store.waits["account"] = 5.0
    async with product.client(app, session=rig.AGENT) as browser:
        ours = await browser.get("/compte", headers={"referer": f"{product.HTTPS}/credit?pour=1"})
        theirs = await browser.get("/compte", headers={"referer": "https://evil.example/compte"})

    assert ours.status_code == theirs.status_code == 429
    assert 'href="/credit?pour=1"' in ours.text
    assert EVIL not in theirs.text


@pytest.mark.parametrize("door", product.DOORS, ids=str)
async def test_no_route_answers_to_a_method_it_does_not_have(door: Door) -> None:
    taken = {one.method for one in product.DOORS if one.path == door.path}
    async with product.client(product.fresh(), session=rig.AGENT) as browser:
        for method in {"TRACE", "PUT", "DELETE", "BREW"} - taken:
            answer = await browser.request(method, product.address(door))

            assert answer.status_code in {404, 405}, method


@pytest.mark.parametrize("door", product.FORMS, ids=str)
async def test_a_body_that_no_form_has_is_not_read(door: Door) -> None:
    async def unread() -> AsyncIterator[bytes]:
        yield b"x"
        raise AssertionError("the body was read")

    async with product.client(product.fresh(), session=rig.AGENT) as browser:
        for length in (str(12 * 2**20), "9" * 30, "", "-1"):
            answer = await browser.post(
                product.address(door), content=unread(), headers={"content-length": length}
            )

            assert answer.status_code == 413, length


@pytest.mark.parametrize("door", [d for d in product.DOORS if d.path.startswith("/v1/")], ids=str)
async def test_a_body_that_no_program_should_send_is_not_kept(door: Door) -> None:
    sent = 0

    async def parts() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 40:
            sent += 1
            yield b"x" * 2**20

    headers = {"authorization": f"Bearer {rig.AGENT}", "idempotency-key": "k", "if-match": '"1"'}
    async with product.client(product.fresh()) as program:
        answer = await program.request(
            door.method, product.address(door), content=parts(), headers=headers
        )

    assert answer.status_code != 500
    assert sent <= 13


@pytest.mark.parametrize("mount", mounts_of(product.fresh()))
@pytest.mark.parametrize(
    "way",
    ["../settings.py", "..%2fsettings.py", "%2e%2e/settings.py", "%2e%2e%2fsettings.py",
     "..%5csettings.py", "/etc/passwd", "%2fetc%2fpasswd", "....//settings.py", "%00", ".",
     "../../../../../../etc/passwd", "htmx.min.js/../../package.json", "axe.min.js"],
)  # fmt: skip
async def test_no_file_but_ours_is_served(mount: str, way: str) -> None:
    async with product.client(product.fresh()) as browser:
        answer = await browser.get(f"{mount}/{way}")

    assert answer.status_code in {404, 405}
    assert "GatewaySettings" not in answer.text
    assert "root:" not in answer.text
