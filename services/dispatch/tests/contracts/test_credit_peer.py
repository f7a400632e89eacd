"""What billing is asked, and how its answer is read."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from kit.errors import TryAgain
from kit.ids import new_id
from preavis.billing.v1 import billing_pb2 as pb
from services.dispatch.peers import BillingPeer
from services.dispatch.ports import Reversal
from services.dispatch.tests.peers import AGENCY

NOON = datetime(2027, 1, 14, 11, tzinfo=UTC)


class BillingStub:
    """Answers a reversal as billing does, once the capture has come."""

    def __init__(self, number: str) -> None:
        self.asked: list[pb.ReverseRequest] = []
        self._number = number

    async def Reverse(  # noqa: N802 - as generated
        self,
        request: pb.ReverseRequest,
        timeout: float,  # noqa: ASYNC109 - as generated
    ) -> pb.ReverseResponse:
        assert timeout
        self.asked.append(request)
        answer = pb.ReverseResponse()
        if self._number:
            answer.credit_note.number = self._number
            answer.credit_note.price.gross_cents = 540
            answer.credit_note.issued_at.FromDatetime(NOON)
        return answer


async def reverse(stub: Any) -> Reversal:
    return await BillingPeer(stub).reverse(
        new_id(), "send:7:1", cause="26-00042", on_day=date(2027, 1, 14), buyer=AGENCY
    )


async def test_a_reversal_names_the_buyer_as_its_credit_note_must() -> None:
    stub = BillingStub("AV-2027-000001")

    found = await reverse(stub)

    (request,) = stub.asked
    assert found == Reversal(credit_note="AV-2027-000001", gross_cents=540, at=NOON)
    assert (request.key, request.cause, request.on_day) == ("send:7:1", "26-00042", "2027-01-14")
    assert request.buyer_name == "Béraud Assurances"
    assert list(request.buyer_lines) == [
        "12 rue des Tilleuls",
        "73000 Chambéry",
        "SIREN 732 829 320",
    ]


async def test_a_reversal_that_waits_for_its_capture_is_asked_again() -> None:
    with pytest.raises(TryAgain):
        await reverse(BillingStub(""))
