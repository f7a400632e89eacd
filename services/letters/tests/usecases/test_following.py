"""A contract never agreed to: each letter that left offers the next one, already filled in."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from services.letters.domain.following import NextLetter, NothingFollows, next_letters
from services.letters.domain.legal import never_agreed
from services.letters.domain.legal.codes import Ground
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.letter import Follows, Letter, LetterUnknown
from services.letters.domain.outline import missing, outline
from services.letters.domain.tracking import Tracking, TrackingState
from services.letters.tests.builders import (
    ACCOUNT,
    CAMILLE,
    NOW,
    a_company,
    a_contract,
    a_draft,
    a_recipient,
)
from services.letters.tests.fakes import FakeDirectory, FakeStore
from services.letters.usecases.following import follow_letter
from tests.support.time import SettableClock, day

AMBRE = a_recipient()
MEDIATOR = a_recipient(body_id="MEDIATOR", name="Médiation des Assurances et Mutuelles")


def sent(letter: Letter, on: str) -> Letter:
    return replace(letter, tracking=Tracking(state=TrackingState.SIGNED, send_day=day(on)))


def a_letter_of(ground: Ground, **fields: str) -> Letter:
    contract = a_contract(ContractType.GAV, ground, **fields)
    return a_draft(contracts=(contract,), recipient=AMBRE)


class Desk:
    """An agent's desk on fakes."""

    def __init__(self) -> None:
        self.store = FakeStore(FakeDirectory(AMBRE, MEDIATOR))

    async def keep(self, letter: Letter) -> Letter:
        async with self.store.account(ACCOUNT) as transaction:
            await transaction.add(letter, outline(letter))
        return letter

    async def follow(self, letter: Letter, ground: Ground) -> Letter:
        return await follow_letter(
            ACCOUNT, letter.id, ground, author=CAMILLE, store=self.store, clock=SettableClock(NOW)
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_the_complaint_follows_with_all_that_is_known(desk: Desk) -> None:
    asked = await desk.keep(sent(a_letter_of(Ground.ANNULATION), "Mon 2026-11-02"))

    complaint = await desk.follow(asked, Ground.RECLAMATION)

    contract = complaint.contracts[0]
    assert complaint.follows == Follows(letter_id=asked.id, number=asked.number)
    assert (complaint.policyholder, complaint.recipient) == (asked.policyholder, AMBRE)
    assert (contract.reference, contract.ground) == ("VA-88-204417", Ground.RECLAMATION)
    assert contract.value("first_request_sent") == "2026-11-02"
    assert contract.value("discovered") == "2026-09-01"
    assert "concluded" not in contract.fields
    assert missing(complaint) == ()


async def test_asked_twice_the_same_draft_is_given_back(desk: Desk) -> None:
    asked = await desk.keep(sent(a_letter_of(Ground.ANNULATION), "Mon 2026-11-02"))

    first = await desk.follow(asked, Ground.RECLAMATION)
    again = await desk.follow(asked, Ground.RECLAMATION)

    assert again == first
    assert len(desk.store.of(ACCOUNT).changed) == 1


async def test_the_file_goes_from_the_withdrawal_to_the_formal_notice(desk: Desk) -> None:
    withdrawal = a_letter_of(Ground.RENONCIATION, no_consent="true")
    await desk.keep(sent(withdrawal, "Mon 2026-05-04"))
    complaint = await _sent_next(desk, withdrawal, Ground.RECLAMATION, "Fri 2026-06-05")
    referral = await desk.follow(complaint, Ground.MEDIATION)

    assert referral.recipient is None  # the mediator is to be chosen
    assert referral.contracts[0].value("insurer_in_dispute") == AMBRE.name
    assert referral.contracts[0].value("complaint_sent") == "2026-06-05"

    chosen = replace(referral, recipient=MEDIATOR)
    await desk.keep(sent(chosen, "Thu 2026-08-06"))
    notice = await desk.follow(referral, Ground.MISE_EN_DEMEURE)

    known = notice.contracts[0]
    assert notice.recipient == AMBRE
    assert [known.value(name) for name in ("complaint_sent", "mediator_referred")] == [
        "2026-06-05",
        "2026-08-06",
    ]
    assert next_letters(sent(notice, "Mon 2026-11-23")) == ()


async def _sent_next(desk: Desk, earlier: Letter, ground: Ground, on: str) -> Letter:
    letter = sent(await desk.follow(earlier, ground), on)
    return await desk.keep(letter)


@pytest.mark.parametrize(
    "earlier",
    [
        a_letter_of(Ground.ANNULATION),  # not sent
        sent(a_letter_of(Ground.RENONCIATION), "Mon 2026-11-02"),  # says nothing of consent
        sent(a_letter_of(Ground.CUSTOM), "Mon 2026-11-02"),
        sent(a_letter_of(Ground.MISE_EN_DEMEURE), "Mon 2026-11-02"),
        sent(a_draft(), "Mon 2026-11-02"),
    ],
)
async def test_what_follows_nothing_is_turned_down(desk: Desk, earlier: Letter) -> None:
    await desk.keep(earlier)

    assert next_letters(earlier) == ()
    with pytest.raises(NothingFollows):
        await desk.follow(earlier, Ground.RECLAMATION)


async def test_a_letter_that_is_not_the_accounts_is_not_followed(desk: Desk) -> None:
    with pytest.raises(LetterUnknown):
        await desk.follow(replace(a_letter_of(Ground.ANNULATION), id=uuid4()), Ground.RECLAMATION)


def test_each_next_letter_says_from_when_it_may_leave() -> None:
    complaint = sent(a_letter_of(Ground.RECLAMATION), "Thu 2026-12-31")

    assert next_letters(complaint) == (
        NextLetter(ground=Ground.MEDIATION, sendable_from=date(2027, 3, 1)),
        NextLetter(ground=Ground.MISE_EN_DEMEURE, sendable_from=date(2027, 3, 1)),
    )


def test_a_company_has_no_mediator_of_consumers() -> None:
    complaint = replace(a_letter_of(Ground.RECLAMATION), policyholder=a_company())

    found = next_letters(sent(complaint, "Mon 2026-11-02"))

    assert [one.ground for one in found] == [Ground.MISE_EN_DEMEURE]


def test_an_old_letter_that_lacks_a_day_offers_its_next_one_without_date() -> None:
    referral = a_letter_of(Ground.MEDIATION, complaint_sent="")

    (notice,) = next_letters(sent(referral, "Mon 2026-11-02"))

    assert (notice.ground, notice.sendable_from) == (Ground.MISE_EN_DEMEURE, None)


@pytest.mark.parametrize("earlier", never_agreed.NEXT)
def test_what_a_letter_offers_accepts_its_sending_day_as_an_answer(earlier: Ground) -> None:
    letter = sent(a_letter_of(earlier, no_consent="true"), "Mon 2026-11-02")

    assert all(one.sendable_from for one in next_letters(letter))
