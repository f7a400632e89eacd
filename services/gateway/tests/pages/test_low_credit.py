"""The dashboard says that the credit is low, to those who ever had some."""

import pytest

from preavis.billing.v1 import billing_pb2
from services.gateway.tests.pages import rig, sample

SAID = "Votre crédit est bas."


@pytest.mark.parametrize(
    ("wallet", "said"),
    [
        (sample.wallet(2_999), True),
        (sample.wallet(3_000), False),
        (billing_pb2.GetWalletResponse(low_below_cents=3_000), False),  # nothing bought yet
    ],
    ids=["low", "at the bound", "new"],
)
async def test_the_dashboard_says_when_credit_is_low(
    wallet: billing_pb2.GetWalletResponse, said: bool
) -> None:
    browser = rig.browser()
    browser.log_in()
    browser.stubs.billing.answers["GetWallet"] = wallet

    shown = await browser.open("/tableau-de-bord")

    assert (SAID in shown.text) is said
