"""Validation and preparation."""

from datetime import date, timedelta
from typing import Any

import pytest

from kit.errors import TurnedDown
from services.dispatch.domain.letter import FrozenLetter, MailKind
from services.dispatch.domain.preflight import ActionsRemaining, Blocker
from services.dispatch.domain.sending import (
    AlreadyFinalised,
    DatesChanged,
    MandateChanged,
    Sending,
    State,
)
from services.dispatch.domain.timing import Timing
from services.dispatch.domain.whys import NotPossible, PreparationRefused, SameContractLately
from services.dispatch.ports import Compared, RecentLetter
from services.dispatch.tests.builders import ACCOUNT, LETTER, a_room, a_validation
from services.dispatch.usecases import changing, finalising, planning
from tests.support.time import paris

FRIDAY = date(2027, 1, 15)


async def test_a_validated_letter_is_held_frozen_checked_and_scheduled() -> None:
    room = a_room()

    sending = await room.finalise(send_day=FRIDAY)

    assert sending.state is State.SCHEDULED
    assert room.credit.held == {sending.hold_key: (ACCOUNT, 540)}
    assert room.credit.causes == ["27-00012"]  # what the statement of credit says
    assert (LETTER, 1) in room.letters.frozen
    assert (LETTER, 1) in room.mandates.locked
    assert room.store.kept.items[f"depart:{sending.id}"].due_at == paris("Fri 2027-01-15 08:00")


async def test_now_leaves_at_once_before_the_cutoff() -> None:
    room = a_room(paris("Wed 2027-01-13 17:59"))

    await room.finalise()
    await room.work()

    assert room.sending().state is State.IN_TRANSIT
    assert len(room.operator.letters) == 1


@pytest.mark.parametrize("hour", ["18:00", "19:59", "20:00", "23:59"])
async def test_a_first_sending_after_18_00_leaves_tomorrow_and_says_so(hour: str) -> None:
    room = a_room(paris(f"Wed 2027-01-13 {hour}"))

    with pytest.raises(DatesChanged) as refusal:
        await room.finalise()
    sending = await room.finalise(confirmed_day=date(2027, 1, 14))

    assert refusal.value.facts["send_day"] == "2027-01-14"
    assert sending.order.send_day == date(2027, 1, 14)
    assert not sending.order.leaves_now


async def test_a_second_sending_may_leave_until_20_00() -> None:
    room = a_room()
    await room.finalise()
    await room.work()
    room.clock.set("Wed 2027-01-13 19:59")

    plan = await planning.plan(ACCOUNT, LETTER, a_validation().timing, desk=room.desk)

    assert plan.leaves_now
    assert plan.first.cutoff == paris("Wed 2027-01-13 20:00")


async def test_the_same_press_twice_is_one_sending() -> None:
    room = a_room()

    first = await room.finalise(send_day=FRIDAY)
    again = await room.finalise(send_day=FRIDAY)

    assert again == first
    assert len(room.credit.held) == 1


async def test_another_press_on_a_letter_on_its_way_is_refused() -> None:
    room = a_room()
    await room.finalise(send_day=FRIDAY)

    with pytest.raises(AlreadyFinalised):
        await room.finalise(send_day=FRIDAY, key="press-2")


async def test_nothing_starts_while_actions_remain() -> None:
    room = a_room()
    room.letters.missing = ("recipient",)
    room.mandates.decided = False
    room.accounts.blockers = (Blocker(code="prove-identity", facts={"why": "identity-missing"}),)

    with pytest.raises(ActionsRemaining) as refusal:
        await room.finalise()

    assert refusal.value.facts["actions"] == "complete-letter, decide-mandate, prove-identity"
    assert not room.store.kept.sendings


async def test_a_recipient_that_takes_paper_only_is_told_before_anything_starts() -> None:
    room = a_room()
    room.letters.address = ""

    with pytest.raises(ActionsRemaining) as refusal:
        await room.finalise()

    assert refusal.value.facts["actions"] == "reach-recipient"
    assert not room.store.kept.sendings


async def test_preflight_shows_the_very_list_that_is_enforced() -> None:
    room = a_room()
    room.credit.cents = 100

    found = await planning.look(ACCOUNT, LETTER, desk=room.desk)

    assert [(action.code, action.done) for action in found.actions] == [
        ("complete-letter", True),
        ("decide-mandate", True),
        ("prove-profession", True),
        ("prove-identity", True),
        ("credit-wallet", False),
    ]
    assert found.actions[-1].facts == {"missing_cents": "260"}
    assert not found.ready


async def test_without_credit_nothing_is_frozen_and_the_missing_cents_are_said() -> None:
    room = a_room()
    room.credit.cents = 500

    with pytest.raises(TurnedDown) as refusal:
        await room.finalise()

    assert refusal.value.reason == "credit-insufficient"
    assert refusal.value.facts["missing_cents"] == "40"
    assert room.sending().state is State.TURNED_DOWN
    assert not room.letters.frozen
    assert (LETTER, 1) in room.letters.thawed


async def test_a_price_that_changed_is_refused_and_nothing_stays_held() -> None:
    room = a_room()

    with pytest.raises(TurnedDown) as refusal:
        await room.finalise(gross_cents=500)

    assert refusal.value.reason == "price-changed"
    assert await room.credit.available_cents(ACCOUNT) == room.credit.cents


async def test_a_mandate_that_no_longer_matches_gives_everything_back() -> None:
    room = a_room()
    room.mandates.refusal = "mandate-letter-changed"

    with pytest.raises(TurnedDown) as refusal:
        await room.finalise()

    assert refusal.value.facts["why"] == "mandate-letter-changed"
    assert await room.credit.available_cents(ACCOUNT) == room.credit.cents
    assert (LETTER, 1) in room.letters.thawed


@pytest.mark.parametrize("attached", [True, False])
async def test_a_mandate_decided_anew_meanwhile_never_contradicts_the_letter(
    monkeypatch: pytest.MonkeyPatch, attached: bool
) -> None:
    """The letter was printed with, or without, the mention of a mandate: so must it leave."""
    room = a_room()
    room.mandates.attached = attached
    freeze = room.letters.freeze

    async def decided_meanwhile(sending: Sending, **asked: Any) -> tuple[FrozenLetter, bytes]:
        room.mandates.attached = not attached
        return await freeze(sending, **asked)

    monkeypatch.setattr(room.letters, "freeze", decided_meanwhile)
    with pytest.raises(MandateChanged):
        await room.finalise()

    sending = room.sending()
    assert (sending.state, sending.reason) == (State.TURNED_DOWN, "mandate-changed")
    assert await room.credit.available_cents(ACCOUNT) == room.credit.cents
    assert not room.mandates.locked
    assert (LETTER, 1) in room.letters.thawed


async def test_a_press_that_was_turned_down_says_so_again() -> None:
    room = a_room()
    room.credit.cents = 0
    with pytest.raises(TurnedDown):
        await room.finalise()

    with pytest.raises(PreparationRefused) as refusal:
        await room.finalise()

    assert refusal.value.facts["why"] == "credit-insufficient"


async def test_after_a_refusal_another_press_starts_a_new_generation() -> None:
    room = a_room()
    room.credit.cents = 0
    with pytest.raises(TurnedDown):
        await room.finalise()
    room.credit.cents = 10_000

    sending = await room.finalise(key="press-2")

    assert (sending.generation, sending.state) == (2, State.SCHEDULED)
    assert list(room.credit.held) == [f"send:{sending.id}:2"]


async def test_a_day_the_law_forbids_is_refused_with_the_nearest_one() -> None:
    room = a_room()
    room.letters.refused_days = {FRIDAY}

    with pytest.raises(NotPossible) as refusal:
        await room.finalise(send_day=FRIDAY)

    assert refusal.value.facts == {"why": "too-late", "nearest_possible_day": "2027-01-13"}


async def test_a_preparation_nobody_waits_for_is_carried_on_and_its_refusal_is_mailed() -> None:
    room = a_room()
    asked = a_validation(send_day=FRIDAY)
    found = await planning.look(ACCOUNT, LETTER, desk=room.desk)
    plan = await planning.plan(ACCOUNT, LETTER, asked.timing, desk=room.desk)
    order = finalising._order(asked, plan, found, desk=room.desk)
    await finalising._begin(ACCOUNT, LETTER, order, found.agency, desk=room.desk)
    room.mandates.refusal = "mandate-undecided"
    room.clock.advance(timedelta(minutes=2))

    await room.work_until_quiet()

    assert room.sending().state is State.TURNED_DOWN
    assert [mail.to for mail in room.store.kept.mails.values()] == ["camille@beraud.example"]


async def test_a_simple_letter_costs_the_simple_price() -> None:
    room = a_room()

    sending = await room.finalise(kind=MailKind.SIMPLE)

    assert sending.held_cents == 360


async def test_a_contract_ended_lately_is_ended_again_only_when_confirmed() -> None:
    room = a_room()
    room.letters.recent = (
        RecentLetter(number="26-00041", send_day=date(2026, 12, 20), message=b""),
    )

    with pytest.raises(SameContractLately) as refusal:
        await room.finalise(send_day=FRIDAY)

    assert refusal.value.facts == {"number": "26-00041", "send_day": "2026-12-20"}
    assert not room.store.kept.sendings
    sending = await room.finalise(send_day=FRIDAY, same_contract=True)
    assert sending.order.same_contract_confirmed
    room.letters.recent = ()
    assert await room.finalise(send_day=FRIDAY) == sending  # the same press, whatever is asked now


async def test_a_letter_that_moves_is_not_asked_about_its_contract_again() -> None:
    room = a_room()
    sending = await room.finalise(send_day=FRIDAY)
    room.letters.recent = (RecentLetter(number="26-00043", send_day=FRIDAY, message=b""),)

    moved = await changing.reschedule(
        ACCOUNT, sending.id, Timing(send_day=date(2027, 1, 18)), version=0, key="m", desk=room.desk
    )

    assert moved.order.send_day == date(2027, 1, 18)


async def test_what_a_plan_is_compared_with_is_handed_on_to_letters() -> None:
    room, now = a_room(), Timing(now=True)
    known = Compared(new_start=date(2028, 1, 11), yearly_premium_cents=36_500)

    plain = await planning.plan(ACCOUNT, LETTER, now, desk=room.desk)
    told = await planning.plan(ACCOUNT, LETTER, now, desk=room.desk, compared=known)

    assert plain.planned.cover is None
    assert told.planned.cover is not None
    assert told.send_day == plain.send_day
