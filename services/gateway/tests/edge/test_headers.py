"""The headers of every answer: of each route, found or not, refused or broken."""

import httpx
import pytest

from services.gateway.headers import A_YEAR
from services.gateway.tests.edge import product
from services.gateway.tests.pages import rig
from tests.support.routes import Door

pytestmark = pytest.mark.slow  # every route, a request each

PAGE = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self';"
        " img-src 'self' https://pieces.preavis.example; connect-src 'self'; object-src 'none';"
        " frame-src https://pieces.preavis.example;"
        " form-action 'self' https://checkout.stripe.com; base-uri 'none'; frame-ancestors 'none'"
    ),
    "strict-transport-security": A_YEAR,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "cache-control": "no-store",
}
MACHINE = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "strict-transport-security": A_YEAR,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "private, no-store",
}
FILE = {
    "content-security-policy": (
        "sandbox; default-src 'none'; img-src 'self'; object-src 'self'; base-uri 'none';"
        " form-action 'none'; frame-ancestors https://preavis.example"
    ),
    "strict-transport-security": A_YEAR,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "private, no-store",
}


def expected(path: str) -> dict[str, str]:
    return MACHINE if path.startswith(("/v1/", "/hooks/")) else PAGE


def wrong(answer: httpx.Response, wanted: dict[str, str]) -> dict[str, str]:
    """Return the headers that are not as promised; one sent twice is not."""
    return {
        name: ", ".join(answer.headers.get_list(name)) or "absent"
        for name, value in wanted.items()
        if answer.headers.get_list(name) != [value]
    }


@pytest.mark.parametrize("session", ["", rig.AGENT, rig.STAFF])
@pytest.mark.parametrize("door", product.DOORS, ids=str)
async def test_every_route_answers_with_the_headers_of_its_door(door: Door, session: str) -> None:
    path = product.address(door)
    async with product.client(product.fresh(), session=session) as browser:
        answer = await browser.request(door.method, path)

    assert not wrong(answer, expected(path)), answer.status_code
    assert "server" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    "path", ["/nulle-part", "/v1", "/v1x", "/v1/nothing", "/hooks/nobody", "/static/nothing.css"]
)
async def test_what_is_not_found_has_them_too(path: str) -> None:
    async with product.client(product.fresh()) as browser:
        answer = await browser.get(path)

    assert answer.status_code == 404
    assert not wrong(answer, expected(path))


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/compte"), ("GET", "/v1/credit"), ("POST", "/hooks/stripe")]
)
async def test_what_fails_has_them_too(method: str, path: str) -> None:
    async with product.client(product.build_broken(), session=rig.AGENT) as browser:
        answer = await browser.request(
            method, path, headers={"authorization": f"Bearer {rig.AGENT}"}
        )

    assert answer.status_code == 500
    assert not wrong(answer, expected(path))
    assert "ZeroDivisionError" not in answer.text
    assert "division" not in answer.text


async def test_the_origin_of_files_lets_our_pages_alone_frame_it() -> None:
    origin = product.build_files(product.fresh())
    async with product.client(origin) as browser:
        for path in ("/not-a-link", "/", "/a/b"):
            answer = await browser.get(path)

            assert not wrong(answer, FILE), path
            assert "set-cookie" not in answer.headers


async def test_assets_are_kept_by_their_hash_and_by_nothing_else() -> None:
    app = product.fresh()
    async with product.client(app) as browser:
        page = await browser.get("/")
        addresses = [part.split('"')[0] for part in page.text.split('href="')[1:]]
        named = next(one for one in addresses if one.startswith("/static/socle.css?v="))
        for path, kept in ((named, "public, max-age=31536000, immutable"),
                           ("/static/socle.css", "public, max-age=3600")):  # fmt: skip
            answer = await browser.get(path)

            assert answer.status_code == 200
            assert not wrong(answer, PAGE | {"cache-control": kept})


async def test_no_policy_allows_anything_unsafe_or_any_host() -> None:
    for policy in (PAGE, MACHINE, FILE):
        words = policy["content-security-policy"].replace(";", " ").split()

        assert not [word for word in words if "unsafe" in word or word in {"*", "https:", "data:"}]


async def test_on_the_laptop_nothing_asks_for_https() -> None:
    app = product.build(public_url="http://localhost:8000", files_url="")
    async with product.client(app) as browser:
        answer = await browser.get("/")

    assert "strict-transport-security" not in answer.headers
    assert "frame-src http://localhost:8001;" in answer.headers["content-security-policy"]
