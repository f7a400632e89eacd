"""Planning, printing, freezing, thawing and following, on fakes."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from kit.errors import InvalidFields
from kit.failpoints import Crashed, crash_at
from services.letters.domain.legal.codes import Ground, MailKind, SenderMode
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.legal.grounds import CATALOGUE_VERSION
from services.letters.domain.letter import (
    GenerationGivenUp,
    GenerationSuperseded,
    ImpossibleTermination,
    LetterFrozen,
    LetterHeld,
    LetterSent,
    MandateMention,
    StaleVersion,
    State,
)
from services.letters.domain.outline import LetterIncomplete, state_of
from services.letters.domain.planning import MailNotAllowed, SenderNotAllowed
from services.letters.domain.tracking import Tracking, TrackingState
from services.letters.tests.builders import ACCOUNT, NOW, a_contract, a_draft
from services.letters.tests.desk import AMBRE, IDEAL, SENDING, House, a_house, plan
from services.letters.usecases import sendings
from services.letters.usecases.sendings import Viewing
from tests.support.time import day


@pytest.fixture
async def house() -> House:
    return await a_house(a_draft(contracts=(a_contract(),), recipient=AMBRE))


async def test_a_plan_starts_from_today_in_paris(house: House) -> None:
    explored = await plan(house)

    assert explored.evaluation.send_day == IDEAL
    assert explored.evaluation.last_covered_day == day("Thu 2026-12-31")
    assert explored.evaluation.steps
    assert explored.soonest is not None
    assert explored.soonest.send_day == day("Mon 2026-11-23")


async def test_an_inexact_start_comes_with_its_exact_neighbours(house: House) -> None:
    explored = await plan(house)

    assert not explored.evaluation.exact
    found = [(one.new_start, one.send_day) for one in explored.neighbours]
    assert found == [
        (day("Thu 2026-12-31"), day("Sun 2026-11-29")),
        (day("Sat 2027-01-02"), day("Mon 2026-11-30")),
    ]


async def test_a_wished_start_wins_over_the_letters_own(house: House) -> None:
    explored = await plan(house, new_start=day("Sat 2027-01-02"))

    assert explored.evaluation.send_day == day("Mon 2026-11-30")


async def test_a_letter_without_contract_cannot_be_planned() -> None:
    house = await a_house(a_draft())

    with pytest.raises(InvalidFields):
        await plan(house)


async def test_freezing_locks_the_content_and_keeps_the_printed_bytes(house: House) -> None:
    letter, frozen, pdf = await house.freeze()

    assert state_of(letter) is State.FROZEN
    assert house.files.kept[frozen.sha256] == pdf
    assert (frozen.send_day, frozen.new_start) == (IDEAL, day("Fri 2027-01-01"))
    assert frozen.presumed_receipt == day("Mon 2026-11-30")
    assert frozen.catalogue_version == CATALOGUE_VERSION
    assert (frozen.law_valid_from, frozen.law_valid_until) == (day("Tue 2020-12-01"), None)
    assert house.letterheads.asked == [IDEAL]
    [printed] = house.typesetter.printed
    assert (printed.day, printed.is_draft) == (IDEAL, False)
    assert printed.mandate is MandateMention.ATTACHED
    with pytest.raises(LetterFrozen):
        await house.change("Trop tard.")


async def test_freezing_is_told_once_whatever_is_repeated(house: House) -> None:
    first = await house.freeze()
    again = await house.freeze()

    assert again == first
    kept = house.store.of(ACCOUNT)
    assert len(kept.frozen) == len(kept.versions) == len(kept.changed) == 1
    assert len(house.typesetter.printed) == 1


async def test_the_standing_version_answers_even_after_its_own_version_moved(house: House) -> None:
    _, first, _ = await house.freeze(version=1)

    _, again, _ = await house.freeze(version=1)

    assert again == first


async def test_rescheduling_freezes_a_new_version_of_the_same_generation(house: House) -> None:
    _, first, _ = await house.freeze()

    letter, second, _ = await house.freeze(
        send_day=day("Mon 2026-11-30"), new_start=day("Sat 2027-01-02")
    )

    assert second.sha256 != first.sha256
    assert letter.version == 3
    assert second.new_start == day("Sat 2027-01-02")
    assert len(house.store.of(ACCOUNT).versions) == 2


async def test_a_cancelled_letter_is_frozen_again_by_a_later_generation(house: House) -> None:
    await house.freeze()

    _, second, _ = await house.freeze(generation=2, send_day=day("Sat 2026-11-28"))

    assert second.generation == 2
    with pytest.raises(GenerationSuperseded):
        await house.freeze(generation=1)


async def test_the_printed_address_stays_when_the_directory_changes(house: House) -> None:
    await house.freeze()
    moved = replace(AMBRE, postal=(replace(AMBRE.postal[0], town="Annecy"),))
    house.store._directory.known[AMBRE.body_id] = moved

    _, again, _ = await house.freeze(send_day=day("Sat 2026-11-28"))

    assert again.recipient.postal_lines[-1] == "73000 Chambéry"


async def test_another_sending_does_not_take_a_held_letter(house: House) -> None:
    await house.freeze()

    with pytest.raises(LetterHeld):
        await house.freeze(sending_id=uuid4())


@pytest.mark.parametrize(
    ("send_day", "rule"),
    [
        ("Thu 2026-12-03", "too-late"),  # the tolerance ends on Wed 2 December
        ("Mon 2026-11-02", "deferral-not-agreed"),
    ],
)
async def test_a_day_that_the_law_refuses_freezes_nothing(
    house: House, send_day: str, rule: str
) -> None:
    with pytest.raises(ImpossibleTermination) as refused:
        await house.freeze(send_day=day(send_day))

    assert refused.value.facts["rule"] == rule
    assert house.store.of(ACCOUNT).versions == []
    assert house.typesetter.printed == []


async def test_a_sender_the_ground_forbids_freezes_nothing(house: House) -> None:
    with pytest.raises(SenderNotAllowed):
        await house.freeze(sender=SenderMode.PLATFORM)  # RIA: the new body notifies

    assert house.store.of(ACCOUNT).versions == []


async def test_a_mail_the_sender_may_not_use_freezes_nothing(house: House) -> None:
    with pytest.raises(MailNotAllowed):
        await house.freeze(mail_kind=MailKind.PAPER_ACKNOWLEDGED)


@pytest.mark.parametrize("place", ["letters.freeze.printed", "letters.freeze.locked"])
async def test_a_freeze_that_died_is_asked_again_and_told_once(house: House, place: str) -> None:
    with crash_at(place), pytest.raises(Crashed):
        await house.freeze()

    _, frozen, pdf = await house.freeze()

    kept = house.store.of(ACCOUNT)
    assert kept.versions == kept.frozen == [frozen]
    assert house.files.kept[frozen.sha256] == pdf


async def test_an_incomplete_letter_is_not_frozen() -> None:
    contract = a_contract(contact_name="")
    house = await a_house(a_draft(contracts=(contract,), recipient=AMBRE))

    with pytest.raises(LetterIncomplete) as refused:
        await house.freeze()

    assert refused.value.facts["missing"] == "contact_name"


async def test_a_letter_changed_since_it_was_confirmed_is_not_frozen(house: House) -> None:
    await house.change("Un mot de plus.")

    with pytest.raises(StaleVersion):
        await house.freeze(version=1)


async def test_an_agreed_deferral_binds_the_wanted_start(house: House) -> None:
    agreed = a_contract(deferral_agreed="true")
    deferred = await a_house(a_draft(contracts=(agreed,), recipient=AMBRE))

    _, one, _ = await deferred.freeze()
    _, other, _ = await deferred.freeze(new_start=day("Sat 2027-01-02"))

    assert one.content_hash != other.content_hash


async def test_thawing_gives_the_letter_back_once(house: House) -> None:
    await house.freeze()

    thawed = await house.thaw()
    again = await house.thaw()

    assert thawed == again
    assert state_of(thawed) is State.COMPLETE
    assert thawed.version == 3
    assert (await house.change("De retour.")).extras.free_text == "De retour."


async def test_thawing_another_generation_gives_nothing_back(house: House) -> None:
    letter, frozen, _ = await house.freeze(generation=2)

    thawed = await house.thaw(generation=1)

    assert (thawed.frozen, thawed.version) == (frozen, letter.version)


async def test_a_freeze_that_comes_after_its_thaw_locks_nothing(house: House) -> None:
    thawed = await house.thaw(generation=1)

    with pytest.raises(GenerationGivenUp):
        await house.freeze(generation=1)

    assert thawed.version == house.letter.version  # nobody who edits it is disturbed
    assert not house.typesetter.printed
    assert (await house.change("Encore à moi.")).extras.free_text == "Encore à moi."
    _, frozen, _ = await house.freeze(generation=2)
    assert frozen.generation == 2


async def test_a_letter_that_left_is_not_given_back(house: House) -> None:
    await house.freeze()
    await house.follow(news(TrackingState.DEPOSITED, version=4))

    with pytest.raises(LetterSent):
        await house.thaw()


def news(
    state: TrackingState, *, version: int, sending_id: UUID = SENDING, hours: int = 0
) -> Tracking:
    return Tracking(
        state=state,
        sending_id=sending_id,
        version=version,
        generation=1,
        send_day=IDEAL,
        changed_at=NOW + timedelta(hours=hours),
        may_be_finalised=False,
    )


async def test_late_and_repeated_news_change_nothing(house: House) -> None:
    signed = news(TrackingState.SIGNED, version=5)

    await house.follow(signed)
    after = await house.follow(news(TrackingState.DEPOSITED, version=4))

    assert after.tracking == signed
    assert (await house.follow(replace(signed, reason="echo"))).tracking == signed


async def test_a_later_sending_takes_the_letter_over(house: House) -> None:
    await house.follow(news(TrackingState.CANCELLED, version=9))
    second = news(TrackingState.SCHEDULED, version=1, sending_id=uuid4(), hours=1)

    assert (await house.follow(second)).tracking == second


async def test_a_draft_is_looked_at_even_when_the_law_refuses_its_dates(house: House) -> None:
    contract = a_contract(wanted_new_start="2026-11-25")
    early = await a_house(a_draft(contracts=(contract,), recipient=AMBRE))

    printed, frozen = await sendings.render_letter(
        ACCOUNT, early.letter.id, Viewing(), store=early.store, press=early.press, clock=early.clock
    )

    assert not frozen
    assert early.typesetter.printed[0].last_covered_day is None
    assert printed.page_count == 1


async def test_a_frozen_letter_is_looked_at_as_it_was_frozen(house: House) -> None:
    _, kept, pdf = await house.freeze()

    printed, frozen = await sendings.render_letter(
        ACCOUNT, house.letter.id, Viewing(), store=house.store, press=house.press, clock=house.clock
    )
    preview = await sendings.preview_letter(
        ACCOUNT, house.letter.id, Viewing(), store=house.store, press=house.press, clock=house.clock
    )

    assert (printed.pdf, frozen) == (pdf, True)
    assert printed.sha256 == kept.sha256
    assert repr(IDEAL) in preview.html


async def test_two_contracts_with_other_anniversaries_do_not_share_a_letter() -> None:
    both = (
        a_contract(ContractType.GAV, Ground.ECHEANCE, reference="A"),
        a_contract(ContractType.CHASSE, Ground.ECHEANCE, reference="B", anniversary="2027-06-01"),
    )
    house = await a_house(a_draft(contracts=both, recipient=AMBRE))

    with pytest.raises(ImpossibleTermination) as refused:
        await house.freeze(send_day=day("Mon 2026-11-23"))

    assert refused.value.facts["rule"] == "effect-dates-differ"
