"""What remains to be done before a letter can leave: one list, shown and enforced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from kit.errors import TurnedDown
from services.dispatch.domain.letter import MailKind

COMPLETE_LETTER: Final = "complete-letter"
REACH_RECIPIENT: Final = "reach-recipient"
DECIDE_MANDATE: Final = "decide-mandate"
CREDIT_WALLET: Final = "credit-wallet"


class ActionsRemaining(TurnedDown):
    """Something is still to be done before the letter can leave."""

    reason = "actions-remaining"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing to do, with what a sentence about it needs."""

    code: str
    done: bool
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocker:
    """Why an account may not send in its name, as accounts says it."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a kind of mail costs today."""

    mail_kind: MailKind
    net_cents: int
    vat_cents: int
    gross_cents: int
    vat_rate_bp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFacts:
    """A letter before it is frozen, as far as sending it is concerned."""

    number: str
    """The letter's, as people know it: « 26-04833 »."""
    missing: Sequence[str]
    """Stable codes of what is missing; empty when it is complete."""
    recipient: str
    """Name of the recipient; empty until one is chosen."""
    is_reachable: bool
    """False for a recipient that takes paper only."""
    content_hash: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateFacts:
    """Where the mandate stands: it is decided whether it leaves with the letter or not."""

    decided: bool
    attached: bool
    decision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether an account may send in its name on a day, and until when."""

    conditions: Sequence[str]
    """Codes of all that is asked of an account, in the order to do it."""
    blockers: Sequence[Blocker]
    """Those that are not met."""
    valid_until: date | None


def actions(
    *,
    letter: LetterFacts,
    mandate: MandateFacts,
    standing: Standing,
    prices: Sequence[Price],
    available_cents: int,
) -> tuple[Action, ...]:
    """List everything a sending needs, in the order to do it, done or not.

    That the recipient can be reached is shown only when it cannot. Credit counts as done when it
    covers the cheapest kind.
    """
    blocked = {blocker.code: blocker.facts for blocker in standing.blockers}
    cheapest = min((price.gross_cents for price in prices), default=0)
    return (
        Action(
            code=COMPLETE_LETTER,
            done=not letter.missing,
            facts={"missing": ", ".join(letter.missing)} if letter.missing else {},
        ),
        *(
            [Action(code=REACH_RECIPIENT, done=False, facts={"recipient": letter.recipient})]
            if letter.recipient and not letter.is_reachable
            else []
        ),
        Action(code=DECIDE_MANDATE, done=mandate.decided, facts={"decision": mandate.decision}),
        *(
            Action(code=code, done=code not in blocked, facts=blocked.get(code, {}))
            for code in dict.fromkeys((*standing.conditions, *blocked))
        ),
        Action(
            code=CREDIT_WALLET,
            done=available_cents >= cheapest,
            facts={"missing_cents": str(max(0, cheapest - available_cents))},
        ),
    )


def check_done(listed: Sequence[Action]) -> None:
    """Raise ``ActionsRemaining`` naming what is left; the hold itself speaks for the credit."""
    left = [action.code for action in listed if not action.done and action.code != CREDIT_WALLET]
    if left:
        raise ActionsRemaining(actions=", ".join(left))
