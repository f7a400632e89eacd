"""The letters of one file: what may follow a letter that left, and what the next one knows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from kit.errors import InvalidFields, TurnedDown
from kit.ids import derived_id
from services.letters.domain.contract import Contract
from services.letters.domain.legal import eligibility, forms, never_agreed, questions
from services.letters.domain.legal.codes import CodeFamily, Ground
from services.letters.domain.letter import Letter
from services.letters.domain.planning import facts_of, kind_of

_SAID: Final = questions.NO_CONSENT.code


class NothingFollows(TurnedDown):
    """That letter does not follow this one, or this one has not left."""

    reason = "nothing-follows"


@dataclass(frozen=True, slots=True, kw_only=True)
class NextLetter:
    """A letter that may follow: its ground, and the day it opens when nobody answers before."""

    ground: Ground
    sendable_from: date | None


def next_letters(letter: Letter) -> tuple[NextLetter, ...]:
    """Return what may follow a letter; nothing before it left."""
    ground, sent_on = letter.ground, letter.tracking.sent_on
    if ground is None or sent_on is None:
        return ()
    if ground is Ground.RENONCIATION and letter.contracts[0].value(_SAID) != "true":
        return ()
    return tuple(
        NextLetter(ground=one, sendable_from=_opens(letter, one))
        for one in never_agreed.NEXT.get(ground, ())
        if _is_open(letter, one)
    )


def check_follows(letter: Letter, ground: Ground) -> None:
    """Raise ``NothingFollows`` unless that letter may follow this one."""
    if ground not in {one.ground for one in next_letters(letter)}:
        raise NothingFollows(number=letter.number)


def contracts_of_next(letter: Letter, ground: Ground, next_id: UUID) -> tuple[Contract, ...]:
    """Return the same contracts, their forms answered by what is known already."""
    return tuple(
        Contract(
            id=derived_id(next_id, "FollowLetter", str(one.id)),
            type=one.type,
            ground=ground,
            reference=one.reference,
            fields=_answers(letter, one, ground),
        )
        for one in letter.contracts
    )


def _answers(letter: Letter, contract: Contract, ground: Ground) -> Mapping[str, str]:
    """Keep the answers that both letters ask for; the earlier one's sending is an answer itself."""
    known = dict(contract.fields)
    if letter.tracking.sent_on:
        known[never_agreed.SENT_AS[contract.ground]] = letter.tracking.sent_on.isoformat()
    if letter.written_to:
        known.setdefault(questions.INSURER_IN_DISPUTE.code, letter.written_to.name)
    asked = [field.code for field in questions.fields_for(contract.type, ground)]
    return {code: known[code] for code in asked if known.get(code)}


def _opens(letter: Letter, ground: Ground) -> date | None:
    """Return the day the next letter opens; ``None`` when an old letter lacks a day it needs."""
    contract = letter.contracts[0]
    facts = forms.facts(
        _answers(letter, contract, ground),
        contract_type=contract.type,
        ground=ground,
        policyholder=kind_of(letter),
        code_family=CodeFamily.ASSURANCES,  # these days are the same in every code
    )
    try:
        return never_agreed.opens(facts)
    except InvalidFields:
        return None


def _is_open(letter: Letter, ground: Ground) -> bool:
    each = (replace(facts, ground=ground) for facts in facts_of(letter))
    return all(
        eligibility.check(
            ground,
            facts.contract_type,
            policyholder=facts.policyholder,
            requester=facts.requester,
            family=facts.code_family,
        )
        is None
        for facts in each
    )
