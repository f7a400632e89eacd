"""How long the files of proofs are kept: a rule per situation, applied by the work of ``due.py``.

What a proof was, when it was judged and why stay; its file and its name go.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from kit.days import add_years, paris_date
from services.accounts.domain.account import Account
from services.accounts.domain.proof import Proof, ProofKind, ProofState

LOOK_EVERY_YEARS: Final = 1  # at what is kept for as long as its account lives


class Situation(StrEnum):
    """What became of a proof."""

    REPLACED = "replaced"  # by a newer one, before anybody judged it
    IDENTITY_REJECTED = "identity_rejected"
    REJECTED = "rejected"
    NOT_JUDGED = "not_judged"  # when its account was closed
    ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How long, from when, and why."""

    years: int = 0
    days: int = 0
    since: str
    why: str


RULES: Final[Mapping[Situation, Rule]] = {
    Situation.REPLACED: Rule(
        days=30, since="replaced", why="nobody looked at it; time to notice a mistake"
    ),
    Situation.IDENTITY_REJECTED: Rule(
        days=30, since="rejected", why="it serves nothing; time to answer why it was turned down"
    ),
    Situation.REJECTED: Rule(
        days=90, since="rejected", why="it names no more than a register does; the same answer"
    ),
    Situation.NOT_JUDGED: Rule(
        days=30, since="account closed", why="nobody will judge it any more"
    ),
    Situation.ACCEPTED: Rule(
        years=5,
        since="account closed",
        why="who wrote in whose name can be disputed for five years (C. civ. art. 2224)",
    ),
}


def situation_of(proof: Proof) -> Situation:
    """Return what became of a proof; its validity, over or not, changes nothing."""
    match proof.state:
        case ProofState.REPLACED:
            return Situation.REPLACED
        case ProofState.REJECTED if proof.kind is ProofKind.IDENTITY_DOCUMENT:
            return Situation.IDENTITY_REJECTED
        case ProofState.REJECTED:
            return Situation.REJECTED
        case ProofState.IN_REVIEW:
            return Situation.NOT_JUDGED
        case _:
            return Situation.ACCEPTED


def kept_until(proof: Proof, account: Account) -> date | None:
    """Return the last Paris day on which a proof's file is kept; none while no term runs.

    Rejected on 1 March 2027 at any hour, an identity document is kept until 31 March included.
    """
    situation = situation_of(proof)
    match situation:
        case Situation.REPLACED:
            begun = proof.replaced_at
        case Situation.REJECTED | Situation.IDENTITY_REJECTED:
            begun = proof.reviewed_at
        case _:
            begun = account.closed_at
    if begun is None:
        return None
    rule = RULES[situation]
    return add_years(paris_date(begun), rule.years) + timedelta(days=rule.days)


def look_on(proof: Proof, account: Account, *, today: date) -> date:
    """Return the Paris day on which to look at a proof's file: to erase it, or in a year again."""
    last = kept_until(proof, account)
    return add_years(today, LOOK_EVERY_YEARS) if last is None else last + timedelta(days=1)
