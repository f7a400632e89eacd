"""What an agent may ask of the list: each view and each filter, in each order."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Final

from bench.lists.load import TODAY
from services.letters.domain.legal.codes import Ground
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.letter import State
from services.letters.domain.listing import Filters, ListQuery, Sort
from services.letters.domain.tracking import TrackingState, View

UNDER_WAY: Final = (
    TrackingState.SCHEDULED,
    TrackingState.PREPARING,
    TrackingState.IN_TRANSIT,
    TrackingState.DEPOSITED,
    TrackingState.RETRANSMITTED,
)
MONTH: Final = date(2026, 11, 1)
FILTERS: Final[Mapping[str, Filters]] = {
    "a word of one letter": Filters(text="c4ca4238"),  # of the first
    "a word of all": Filters(text="mutuelle"),
    "the beginning of a word": Filters(text="ab"),
    "numbers": Filters(number="26-00"),
    "policyholder": Filters(policyholder="abc"),
    "recipient": Filters(recipient="17"),
    "recipient of all": Filters(recipient="mutuelle"),
    "ends this month": Filters(last_covered_from=MONTH, last_covered_until=date(2026, 12, 1)),
    "sent lately": Filters(sent_from=MONTH),
    "begun this month": Filters(created_from=MONTH, created_until=TODAY),
    "a contract": Filters(contract_type=ContractType.AUTO),
    "a rare contract": Filters(contract_type=ContractType.AUTRE),
    "a ground": Filters(ground=Ground.RIA),
    "a rare ground": Filters(ground=Ground.CUSTOM),
    "drafts": Filters(states=(State.DRAFT,)),
    "frozen": Filters(states=(State.FROZEN,)),
    "under way": Filters(tracking_states=UNDER_WAY),
    "blocked": Filters(tracking_states=(TrackingState.BLOCKED,)),
    "an author": Filters(author_profile_id="author-1"),
    "a rare author": Filters(author_profile_id="author-9"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """One list, and how a person would name it."""

    name: str
    query: ListQuery


def of_views() -> list[Question]:
    """Return each view in each order, both ways."""
    return [
        Question(
            f"{view or 'all'} by {sort}{' down' if down else ''}",
            ListQuery(view=view, sort=sort, descending=down),
        )
        for view, sort, down in product((None, *View), Sort, (False, True))
    ]


def of_filters() -> list[Question]:
    """Return each filter in each order, and within the view that agents open most."""
    asked = [
        Question(f"{name} by {sort}", ListQuery(filters=filters, sort=sort))
        for (name, filters), sort in product(FILTERS.items(), Sort)
    ]
    within = [
        Question(f"{name} among sent", ListQuery(view=View.SENT, filters=filters))
        for name, filters in FILTERS.items()
    ]
    return asked + within


def after(question: Question, cursor: str) -> Question:
    """Return the next page of a list."""
    return replace(question, query=replace(question.query, cursor=cursor))
