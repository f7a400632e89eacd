from dataclasses import replace
from datetime import date

import pytest

from services.accounts.domain.account import AccountKind, AccountState
from services.accounts.domain.alerts import alerts
from services.accounts.domain.proof import Proof, ProofKind, ProofState
from services.accounts.domain.registration import Registration
from services.accounts.domain.registration import RegistrationStatus as Status
from services.accounts.domain.standing import standing
from services.accounts.tests.builders import a_proof, an_account, both_proofs

DAY = date(2026, 11, 23)
ACCOUNT = an_account()
IDENTITY = both_proofs(ACCOUNT.id)[1]


def codes(*proofs: Proof, day: date = DAY) -> list[str]:
    return [remark.code for remark in standing(ACCOUNT, proofs, day).blockers]


def test_an_account_with_both_proofs_and_a_registration_may_send() -> None:
    found = standing(ACCOUNT, both_proofs(ACCOUNT.id), DAY)

    assert found.may_send
    assert found.last_day == date(2027, 2, 28)
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (ProofState.IN_REVIEW, "attestation-in-review"),
        (ProofState.REJECTED, "attestation-rejected"),
        (ProofState.REPLACED, "attestation-missing"),
    ],
)
def test_a_proof_not_accepted_forbids(state: ProofState, code: str) -> None:
    assert codes(IDENTITY, a_proof(ACCOUNT.id, state=state)) == [code]


def test_nothing_handed_in_forbids_twice() -> None:
    assert codes() == ["attestation-missing", "identity-missing"]


@pytest.mark.parametrize(
    ("day", "warned", "forbidden"),
    [
        (date(2027, 1, 28), False, False),
        (date(2027, 1, 29), True, False),  # thirty days ahead
        (date(2027, 2, 28), True, False),
        (date(2027, 3, 1), False, True),
    ],
)
def test_the_end_of_an_attestation_is_told_then_forbids(
    day: date, warned: bool, forbidden: bool
) -> None:
    found = standing(ACCOUNT, both_proofs(ACCOUNT.id), day)

    assert bool(found.warnings) is warned
    assert found.may_send is not forbidden


def test_a_newer_attestation_takes_over_without_a_gap() -> None:
    newer = a_proof(ACCOUNT.id, state=ProofState.ACCEPTED, valid_until=date(2028, 2, 29))

    found = standing(ACCOUNT, [*both_proofs(ACCOUNT.id), newer], date(2027, 2, 20))

    assert found.may_send
    assert found.warnings == ()
    assert found.last_day == date(2028, 2, 29)


def test_a_new_proof_in_review_does_not_suspend_the_old_one() -> None:
    assert codes(*both_proofs(ACCOUNT.id), a_proof(ACCOUNT.id)) == []


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (Status.PENDING, "registration-pending"),
        (Status.UNKNOWN, "registration-unknown"),
        (Status.OTHER_SIREN, "registration-other-siren"),
        (Status.LAPSED, "registration-lapsed"),
    ],
)
def test_a_registry_that_does_not_say_yes_forbids(status: Status, code: str) -> None:
    account = replace(ACCOUNT, registration=Registration(status=status))

    found = standing(account, both_proofs(account.id), DAY)

    assert [remark.code for remark in found.blockers] == [code]


def test_a_lapse_warns_then_forbids_on_its_day() -> None:
    lapsed = Registration(status=Status.LAPSED, blocks_from=date(2026, 12, 1))
    account = replace(ACCOUNT, registration=lapsed)
    proofs = both_proofs(account.id)

    before, after = (standing(account, proofs, date(2026, *md)) for md in ((11, 30), (12, 1)))

    assert before.may_send
    assert before.last_day == date(2026, 11, 30)
    assert [(r.code, r.facts) for r in before.warnings] == [
        ("registration-lapsed", {"from_day": "2026-12-01"})
    ]
    assert not after.may_send


def test_an_insurer_proves_itself_by_its_statutes() -> None:
    account = replace(ACCOUNT, kind=AccountKind.INSURER, registration=Registration())
    statutes = a_proof(account.id, ProofKind.STATUTES, state=ProofState.ACCEPTED, valid_until=None)

    found = standing(account, [IDENTITY, statutes], DAY)

    assert found.may_send
    assert found.last_day is None


def test_an_account_not_active_may_not_send() -> None:
    account = replace(ACCOUNT, state=AccountState.PENDING)

    found = standing(account, both_proofs(account.id), DAY)

    assert [remark.code for remark in found.blockers] == ["account-not-active"]


@pytest.mark.parametrize(
    ("day", "changes_on"),
    [
        (date(2026, 11, 23), date(2027, 1, 29)),
        (date(2027, 1, 29), date(2027, 2, 21)),
        (date(2027, 2, 21), date(2027, 3, 1)),
        (date(2027, 3, 1), None),
    ],
)
def test_the_next_look_is_on_the_day_something_changes(day: date, changes_on: date | None) -> None:
    assert standing(ACCOUNT, both_proofs(ACCOUNT.id), day).changes_on == changes_on


def test_the_holder_is_told_once_a_month_once_a_week_and_once_after() -> None:
    proofs = both_proofs(ACCOUNT.id)
    days = [date(2027, 1, 29), date(2027, 2, 10), date(2027, 2, 21), date(2027, 2, 27)]

    keys = [n.key for d in days for n in alerts(ACCOUNT, standing(ACCOUNT, proofs, d))]
    after = [n.kind for n in alerts(ACCOUNT, standing(ACCOUNT, proofs, date(2027, 3, 1)))]

    assert len(keys) == 4
    assert len(set(keys)) == 2
    assert after == ["proof-expired"]
