"""Every try of every call to the card company waits for its turn."""

import pytest

from kit.http import PartnerDown
from services.billing.partners.stripe_cards import StripeCards
from services.billing.tests.builders import a_top_up

NOWHERE = "http://127.0.0.1:9"


class Turns:
    """A pace that counts, and may say no."""

    def __init__(self, *, most: int = 99) -> None:
        self.taken = 0
        self._most = most

    async def __call__(self) -> None:
        self.taken += 1
        if self.taken > self._most:
            raise PartnerDown("too many calls")


async def test_a_call_tried_again_takes_another_turn() -> None:
    turns = Turns()
    cards = StripeCards(api_key="sk_test_x", webhook_secret="whsec_x", base=NOWHERE, pace=turns)

    with pytest.raises(PartnerDown):
        await cards.open_page(a_top_up())
    await cards.close()

    assert turns.taken == 3  # the first try and the SDK's two


async def test_without_a_turn_nothing_leaves() -> None:
    turns = Turns(most=0)
    cards = StripeCards(api_key="sk_test_x", webhook_secret="whsec_x", base=NOWHERE, pace=turns)

    with pytest.raises(PartnerDown, match="too many calls"):
        await cards.read("cs_1")
    await cards.close()

    assert turns.taken == 1
