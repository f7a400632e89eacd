"""What a letter lacks, and what the lists show of it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kit.errors import TurnedDown
from services.letters.domain.legal import forms, questions
from services.letters.domain.letter import Letter, State
from services.letters.domain.words import search_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """One thing to complete: a stable code, and for a field of which contract."""

    code: str
    contract_id: UUID | None = None
    field: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What lists and searches keep of a letter."""

    state: State
    last_covered_day: date | None
    new_start: date | None
    search_words: frozenset[str]


class LetterIncomplete(TurnedDown):
    """The letter lacks something: it cannot be sent yet."""

    reason = "letter-incomplete"


def missing(letter: Letter) -> tuple[Missing, ...]:
    """Return what must be completed before sending, in the order of the pages."""
    if letter.frozen is not None:
        return ()
    found = [*_policyholder(letter), *_recipient(letter)]
    if not letter.contracts:
        found.append(Missing(code="contract"))
    for contract in letter.contracts:
        if not contract.reference:
            found.append(Missing(code="field", contract_id=contract.id, field="reference"))
        found += [
            Missing(code="field", contract_id=contract.id, field=name)
            for name in forms.missing(contract.fields, contract.type, contract.ground)
        ]
    return tuple(found)


def state_of(letter: Letter) -> State:
    """Return where the writing of the letter stands."""
    if letter.frozen is not None:
        return State.FROZEN
    return State.DRAFT if missing(letter) else State.COMPLETE


def outline(
    letter: Letter, *, last_covered_day: date | None = None, new_start: date | None = None
) -> Outline:
    """Return the outline; a frozen letter's own days win over the planned ones given."""
    if letter.frozen is not None:
        last_covered_day, new_start = letter.frozen.last_covered_day, letter.frozen.new_start
    return Outline(
        state=state_of(letter),
        last_covered_day=last_covered_day,
        new_start=new_start,
        search_words=search_words(
            letter.number,
            *letter.policyholder.names,
            letter.extras.client_reference,
            *(contract.reference for contract in letter.contracts),
        ),
    )


def _policyholder(letter: Letter) -> list[Missing]:
    asked = questions.POLICYHOLDER_FIELDS.get(letter.ground, ()) if letter.ground else ()
    persons = letter.policyholder.persons
    if "birth_day" in asked and any(person.birth_day is None for person in persons):
        return [Missing(code="policyholder", field="birth_day")]
    return []


def _recipient(letter: Letter) -> list[Missing]:
    if letter.recipient is None:
        return [Missing(code="recipient")]
    return [] if letter.recipient.is_open else [Missing(code="recipient-closed")]
