from dataclasses import replace
from datetime import date

import pytest

from services.accounts.domain.account import AccountState, ImpossibleAccountMove
from services.accounts.domain.proof import ProofKind, ProofState
from services.accounts.domain.retention import RULES, Situation, kept_until, look_on
from services.accounts.tests.builders import a_proof, an_account
from tests.support.time import day, paris

ALIVE = an_account()
CLOSED = ALIVE.close(at=paris("Mon 2027-03-01 23:30"))
JUDGED = paris("Mon 2027-03-01 23:30")  # already 2 March nowhere in France
IDENTITY, ATTESTATION = ProofKind.IDENTITY_DOCUMENT, ProofKind.ORIAS_ATTESTATION


@pytest.mark.parametrize(
    ("kind", "state", "alive", "closed"),  # the last day kept, in an open account and a closed one
    [
        (IDENTITY, ProofState.REJECTED, "Wed 2027-03-31", "Wed 2027-03-31"),
        (ATTESTATION, ProofState.REJECTED, "Sun 2027-05-30", "Sun 2027-05-30"),
        (ProofKind.STATUTES, ProofState.REJECTED, "Sun 2027-05-30", "Sun 2027-05-30"),
        (IDENTITY, ProofState.REPLACED, "Wed 2027-03-31", "Wed 2027-03-31"),
        (IDENTITY, ProofState.IN_REVIEW, None, "Wed 2027-03-31"),
        (IDENTITY, ProofState.ACCEPTED, None, "Mon 2032-03-01"),
        (ATTESTATION, ProofState.ACCEPTED, None, "Mon 2032-03-01"),
    ],
)
def test_a_file_is_kept_as_long_as_its_situation_says(
    kind: ProofKind, state: ProofState, alive: str | None, closed: str
) -> None:
    proof = a_proof(ALIVE.id, kind, state=state)
    proof = replace(
        proof,
        reviewed_at=JUDGED if proof.reviewed_at else None,
        replaced_at=JUDGED if proof.replaced_at else None,
    )

    assert kept_until(proof, ALIVE) == (day(alive) if alive else None)
    assert kept_until(proof, CLOSED) == day(closed)


def test_an_expired_proof_that_was_accepted_is_kept_like_any_other() -> None:
    old = a_proof(ALIVE.id, state=ProofState.ACCEPTED, valid_until=date(2020, 2, 29))

    assert kept_until(old, ALIVE) is None


def test_what_has_no_term_yet_is_looked_at_each_year() -> None:
    proof = a_proof(ALIVE.id, state=ProofState.ACCEPTED)

    assert look_on(proof, ALIVE, today=date(2028, 2, 29)) == date(2029, 2, 28)


def test_the_look_falls_on_the_day_after_the_last() -> None:
    proof = replace(a_proof(ALIVE.id, IDENTITY, state=ProofState.REJECTED), reviewed_at=JUDGED)

    assert look_on(proof, ALIVE, today=date(2027, 3, 1)) == day("Thu 2027-04-01")


def test_every_situation_has_its_rule_and_its_reason() -> None:
    assert set(RULES) == set(Situation)
    assert all(rule.why and rule.since and (rule.years or rule.days) for rule in RULES.values())


def test_an_account_is_closed_once() -> None:
    assert (CLOSED.state, CLOSED.closed_at) == (AccountState.CLOSED, JUDGED)
    with pytest.raises(ImpossibleAccountMove):
        CLOSED.close(at=JUDGED)


def test_erasing_forgets_the_name_and_keeps_the_judgement() -> None:
    proof = a_proof(ALIVE.id, IDENTITY, state=ProofState.REJECTED)

    erased = proof.erased(at=JUDGED)

    assert (erased.filename, erased.erased_at) == ("", JUDGED)
    assert (erased.state, erased.rejection_reason) == (proof.state, proof.rejection_reason)
    assert erased.erased(at=paris("Tue 2027-03-02 10:00")) == erased
