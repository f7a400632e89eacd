from datetime import date
from itertools import product
from pathlib import Path
from uuid import uuid4

import pytest

from services.accounts.domain import account as accounts
from services.accounts.domain import proof as proofs
from services.accounts.domain.fields import Unfit
from services.accounts.domain.proof import (
    ProofKind,
    ProofReviewed,
    ProofState,
    RejectionReason,
    read_last_day,
)
from services.accounts.tests.builders import NOW, a_proof

README = Path(__file__).resolve().parents[2] / "README.md"
TODAY = date(2026, 11, 23)
ATTESTATION, IDENTITY = ProofKind.ORIAS_ATTESTATION, ProofKind.IDENTITY_DOCUMENT


@pytest.mark.parametrize(("state", "verb"), list(product(ProofState, ("accept", "reject", "give"))))
def test_only_a_proof_in_review_is_judged(state: ProofState, verb: str) -> None:
    proof = a_proof(uuid4(), state=state)

    def judge() -> ProofState:
        match verb:
            case "accept":
                return proof.accept(by="Inès", at=NOW, valid_until=None, note="").state
            case "reject":
                reason = RejectionReason.UNREADABLE
                return proof.reject(by="Inès", at=NOW, reason=reason, note="").state
            case _:
                return proof.replaced(at=NOW).state

    if state is ProofState.IN_REVIEW:
        assert judge() in {ProofState.ACCEPTED, ProofState.REJECTED, ProofState.REPLACED}
    else:
        with pytest.raises(ProofReviewed):
            judge()


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2027, 2, 27), ProofState.ACCEPTED),
        (date(2027, 2, 28), ProofState.ACCEPTED),
        (date(2027, 3, 1), ProofState.EXPIRED),
    ],
)
def test_a_proof_is_valid_until_its_last_day_included(day: date, state: ProofState) -> None:
    proof = a_proof(uuid4(), state=ProofState.ACCEPTED, valid_until=date(2027, 2, 28))

    assert proof.state_on(day) is state


def test_an_attestation_is_not_accepted_without_its_last_day() -> None:
    proof = a_proof(uuid4(), ATTESTATION, valid_until=None)

    with pytest.raises(Unfit):
        proof.accept(by="Inès", at=NOW, valid_until=None, note="")


@pytest.mark.parametrize(
    ("kind", "typed", "read"),
    [
        (ATTESTATION, "2026-11-23", TODAY),
        (ATTESTATION, "2027-02-28", date(2027, 2, 28)),
        (IDENTITY, "", None),
        (IDENTITY, "2036-01-01", date(2036, 1, 1)),
    ],
)
def test_a_last_day_to_come_is_read(kind: ProofKind, typed: str, read: date | None) -> None:
    assert read_last_day(kind, typed, today=TODAY) == read


@pytest.mark.parametrize(
    ("kind", "typed", "reason"),
    [
        (ATTESTATION, "", "field-required"),
        (ATTESTATION, "2026-11-22", "proof-expired"),
        (ATTESTATION, "2029-02-28", "validity-too-long"),
        (ATTESTATION, "2027-02-29", "day-invalid"),
        (ATTESTATION, "28/02/2027", "day-invalid"),
        (IDENTITY, "2060-01-01", "validity-too-long"),
    ],
)
def test_a_last_day_that_cannot_be_is_turned_down(kind: ProofKind, typed: str, reason: str) -> None:
    with pytest.raises(Unfit) as unfit:
        read_last_day(kind, typed, today=TODAY)

    assert unfit.value.reason == reason


@pytest.mark.parametrize("table", [accounts.NEXT, proofs.NEXT])
def test_the_readme_draws_each_move(table: dict[str, frozenset[str]]) -> None:
    drawn = README.read_text("utf-8")

    missing = [f"{a} --> {b}" for a, after in table.items() for b in after]
    assert not [move for move in missing if move not in drawn]
