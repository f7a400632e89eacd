"""Planning and freezing a letter when another one lately ended the same contract."""

from dataclasses import replace
from uuid import uuid4

import pytest

from services.letters.domain.letter import Letter
from services.letters.domain.outline import outline
from services.letters.domain.recent import SameContractLately
from services.letters.domain.tracking import Tracking, TrackingState
from services.letters.tests.builders import ACCOUNT, NOW, a_contract, a_draft
from services.letters.tests.desk import AMBRE, House, a_house
from services.letters.usecases import sendings
from services.letters.usecases.sendings import Wish
from tests.support.time import day


def a_letter(number: str, *, reference: str = "VA-88-204417") -> Letter:
    return a_draft(number=number, contracts=(a_contract(reference=reference),), recipient=AMBRE)


@pytest.fixture
async def first() -> House:
    """The house, with one letter about to be sent."""
    return await a_house(a_letter("26-00001"))


async def one_more(house: House, reference: str = "va 88 204417") -> House:
    """The same house, at its next letter."""
    letter = a_letter("26-00002", reference=reference)
    async with house.store.account(ACCOUNT) as transaction:
        await transaction.add(letter, outline(letter))
    return replace(house, letter=letter)


async def numbers_planned(house: House) -> list[str]:
    planned = await sendings.plan_letter(
        ACCOUNT,
        house.letter.id,
        Wish(),
        store=house.store,
        clock=house.clock,
    )
    return [one.number for one in planned.recent]


async def test_a_plan_tells_the_letters_lately_locked_for_the_same_contract(first: House) -> None:
    second = await one_more(first)
    assert await numbers_planned(second) == []  # a draft sends nothing

    await first.freeze()

    assert await numbers_planned(second) == ["26-00001"]
    assert await numbers_planned(first) == []


async def test_a_second_letter_is_frozen_only_when_it_is_confirmed(first: House) -> None:
    second = await one_more(first)
    await first.freeze()

    with pytest.raises(SameContractLately) as refusal:
        await second.freeze(sending_id=uuid4())

    assert refusal.value.facts == {"number": "26-00001", "send_day": "2026-11-29"}
    assert len(first.store.of(ACCOUNT).versions) == 1
    asked = {"sending_id": uuid4(), "same_contract_confirmed": True}
    confirmed = await second.freeze(**asked)
    assert await second.freeze(**asked) == confirmed


async def test_the_same_question_gets_its_answer_whatever_came_since(first: House) -> None:
    frozen = await first.freeze()
    second = await one_more(first)
    await second.freeze(sending_id=uuid4(), same_contract_confirmed=True)

    assert await first.freeze() == frozen


async def test_a_letter_that_moves_to_another_day_is_not_asked_again(first: House) -> None:
    await first.freeze()
    second = await one_more(first)
    await second.freeze(sending_id=uuid4(), same_contract_confirmed=True)

    _, moved, _ = await first.freeze(send_day=day("Sat 2026-11-28"))

    assert moved.send_day == day("Sat 2026-11-28")


async def test_after_a_cancel_the_contract_is_free_and_is_looked_at_again(first: House) -> None:
    _, frozen, _ = await first.freeze()
    cancelled = Tracking(
        state=TrackingState.CANCELLED,
        sending_id=frozen.sending_id,
        version=3,
        generation=1,
        changed_at=NOW,
    )
    await first.follow(cancelled)
    second = await one_more(first)

    await second.freeze(sending_id=uuid4())

    with pytest.raises(SameContractLately):
        await first.freeze(generation=2)


async def test_another_contract_with_the_same_body_is_sent_without_a_word(first: House) -> None:
    await first.freeze()
    second = await one_more(first, reference="VA-90-000001")

    assert await numbers_planned(second) == []
    _, frozen, _ = await second.freeze(sending_id=uuid4())
    assert frozen.generation == 1
