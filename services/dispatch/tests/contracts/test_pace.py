"""A hand-over that gets no turn was not made: nobody has to find out what became of it."""

import pytest

from kit.clock import system_clock
from kit.http import PartnerDown, PartnerHttp
from kit.ids import new_id
from services.dispatch.domain.letter import MailKind
from services.dispatch.partners.ar24 import Ar24
from services.dispatch.ports import OperatorDown, Parcel

PARCEL = Parcel(
    attempt_id=new_id(), sender="7", recipient_name="Mutuelle Val d’Ambre",
    recipient_address="lre@ambre.example", letter_number="26-00001", kind=MailKind.SIMPLE,
    files=["11"], secret="s",
)  # fmt: skip


async def no_turn() -> None:
    raise PartnerDown("too many calls to ar24", partner="ar24")


async def test_without_a_turn_the_letter_waits_and_is_not_unknown() -> None:
    async with PartnerHttp("http://127.0.0.1:9/api", partner="ar24", pace=no_turn) as http:
        operator = Ar24(http, token="t", private_key="k", webhook_base_url="", clock=system_clock)

        with pytest.raises(OperatorDown):
            await operator.hand_over(PARCEL)
