"""What letters is asked about a contract that another letter ends, and how its answer is read."""

from datetime import date
from typing import Any

import pytest

from preavis.letters.v1 import letters_pb2 as pb
from services.dispatch.peers import LettersPeer
from services.dispatch.ports import NOTHING_COMPARED, Compared, Planned
from services.dispatch.tests.builders import ACCOUNT, LETTER, a_room

TODAY = date(2027, 1, 13)
FRIDAY = date(2027, 1, 15)
OTHER = pb.RecentLetter(
    number="26-00041", send_day="2026-12-20", state=pb.TRACKING_STATE_DEPOSITED,
    contract_references=["VA 88"],
)  # fmt: skip
GAP = pb.CoverBetween(kind=pb.CoverBetween.KIND_GAP, days=10)


class LettersStub:
    """Answers as letters does, and keeps what it was asked."""

    def __init__(self, **answer: Any) -> None:
        self.asked: list[Any] = []
        self._answer = answer

    async def PlanLetter(  # noqa: N802 - as generated
        self,
        request: pb.PlanLetterRequest,
        timeout: float,  # noqa: ASYNC109 - as generated
    ) -> pb.PlanLetterResponse:
        assert timeout
        self.asked.append(request)
        return pb.PlanLetterResponse(**self._answer)

    async def FreezeLetter(  # noqa: N802 - as generated
        self,
        request: pb.FreezeLetterRequest,
        timeout: float,  # noqa: ASYNC109 - as generated
    ) -> pb.FreezeLetterResponse:
        assert timeout
        self.asked.append(request)
        to = pb.LetterRecipient(recipient_id=str(LETTER))
        frozen = pb.FrozenLetter(send_day=request.send_day, recipient=to)
        return pb.FreezeLetterResponse(frozen=frozen)


async def planned(stub: Any, compared: Compared = NOTHING_COMPARED) -> Planned:
    return await LettersPeer(stub).plan(
        ACCOUNT, LETTER, send_day=FRIDAY, new_start=None, first_send_day=TODAY, compared=compared
    )


async def test_other_letters_and_the_days_between_come_whole() -> None:
    plan = await planned(LettersStub(recent_letters=[OTHER], cover=GAP))

    (one,) = plan.recent
    assert (one.number, one.send_day) == ("26-00041", date(2026, 12, 20))
    assert pb.RecentLetter.FromString(one.message) == OTHER
    assert plan.cover == GAP.SerializeToString()


async def test_what_letters_does_not_say_is_nothing() -> None:
    plan = await planned(stub := LettersStub())

    (request,) = stub.asked
    assert (request.known_new_start, request.yearly_premium_cents) == ("", 0)
    assert (list(plan.recent), plan.cover) == ([], None)


async def test_what_a_plan_is_compared_with_is_no_timing() -> None:
    known = Compared(new_start=date(2028, 1, 11), yearly_premium_cents=36_500)

    await planned(stub := LettersStub(), known)

    (request,) = stub.asked
    assert (request.known_new_start, request.yearly_premium_cents) == ("2028-01-11", 36_500)
    assert (request.send_day, request.new_start) == ("2027-01-15", "")


@pytest.mark.parametrize("confirmed", [False, True])
async def test_freezing_says_whether_the_other_letter_was_seen(confirmed: bool) -> None:
    sending = await a_room().finalise(send_day=FRIDAY, same_contract=confirmed)

    await LettersPeer(stub := LettersStub()).freeze(sending, send_day=FRIDAY, key="f")  # type: ignore[arg-type]  # as much of it as is asked

    (request,) = stub.asked
    assert request.same_contract_confirmed is confirmed
