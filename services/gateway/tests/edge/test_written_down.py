"""Who was refused what is written down, by its route, without what was sent."""

import pytest
from structlog.testing import capture_logs

from services.gateway.tests.edge import product
from services.gateway.tests.edge.test_forms import token_of
from services.gateway.tests.pages import rig

NAME = "Marchetti"


@pytest.mark.parametrize(
    ("method", "path", "session", "reason", "route"),
    [
        ("GET", f"/equipe/comptes?q={NAME}", rig.AGENT, "staff-only", "/equipe/comptes"),
        ("POST", f"/compte?n={NAME}", rig.AGENT, "form-not-ours", "/compte"),
        ("GET", f"/v1/letters?q={NAME}", "", "not-logged-in", "/v1/letters"),
        ("GET", f"/v1/staff/accounts?q={NAME}", rig.AGENT, "staff-only", "/v1/staff/accounts"),
    ],
)
async def test_a_refusal_is_written_down(
    method: str, path: str, session: str, reason: str, route: str
) -> None:
    headers = {"authorization": f"Bearer {session}"} if session else {}
    async with product.client(product.fresh(), session=session) as browser:
        with capture_logs() as written:
            await browser.request(method, path, headers=headers)

    found = [(line["reason"], line["route"]) for line in written if "route" in line]
    assert found == [(reason, route)]
    assert NAME not in str(written)


async def test_what_goes_well_is_not() -> None:
    async with product.client(product.fresh(), session=rig.AGENT) as browser:
        with capture_logs() as written:
            await browser.post("/compte", data={"jeton": await token_of(browser, "/compte")})

    assert written == []
