"""Days that no calendar of ours can walk are refused, over real gRPC."""

import pytest

from kit.errors import InvalidFields
from kit.ids import new_id
from preavis.letters.v1 import letters_pb2 as pb
from services.letters.tests.wire.conftest import House

pytestmark = pytest.mark.servers


@pytest.mark.parametrize("field", ["first_send_day", "send_day", "new_start"])
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_a_plan_is_made_for_days_of_our_time(house: House, field: str, day: str) -> None:
    request = pb.PlanLetterRequest(letter_id=str(new_id()), **{field: day})

    with house.agent() as letters, pytest.raises(InvalidFields) as refused:
        await letters.PlanLetter(request)

    assert [(e.field, e.reason) for e in refused.value.errors] == [(field, "day-out-of-range")]
