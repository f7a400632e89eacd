"""Where a request comes from, and what happens when nobody counts."""

import httpx
import pytest
from starlette.requests import Request
from typing_extensions import override

from kit.errors import TryAgain
from services.gateway.rates import place_of
from services.gateway.tests.api.house import FakeStore
from services.gateway.tests.edge import product
from services.gateway.tests.pages import rig


@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:0:1:a:b:c:d", "2001:db8:0:1::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_a_subscriber_is_one_place(host: str, place: str) -> None:
    request = Request({"type": "http", "client": (host, 1), "headers": []})

    assert place_of(request) == place


def test_a_request_from_nowhere_has_no_place() -> None:
    assert place_of(Request({"type": "http", "client": None, "headers": []})) == ""


async def test_each_bucket_is_as_large_as_promised() -> None:
    taken = []

    class Noting(FakeStore):
        @override
        async def take_token(self, key: str, *, per_second: float, burst: int) -> float:
            taken.append((key.partition(":")[0], round(per_second * 60), burst))
            return 0.0

    app = product.fresh()
    app.state.store = Noting()
    async with product.client(app, session=rig.AGENT) as browser:
        await browser.get("/compte")
    async with product.client(app) as program:
        await program.get("/v1/prices")
        await program.post("/v1/legal/plans", content=b"")

    assert {*taken} == {("account", 1200, 60), ("visitor", 30, 10), ("tables", 2, 3)}


class Away(FakeStore):
    """A store whose database is away."""

    @override
    async def take_token(self, key: str, *, per_second: float, burst: int) -> float:
        raise TryAgain


@pytest.mark.parametrize(
    ("path", "session"), [("/compte", rig.AGENT), ("/v1/credit", rig.AGENT), ("/v1/prices", "")]
)
async def test_while_nobody_counts_nobody_is_kept_out(path: str, session: str) -> None:
    app = product.fresh()
    app.state.store = Away()
    headers = {"authorization": f"Bearer {session}"} if session else {}
    async with product.client(app, session=session) as browser:
        answer: httpx.Response = await browser.get(path, headers=headers)

    assert answer.status_code == 200
