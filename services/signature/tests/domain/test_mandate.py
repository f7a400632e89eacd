"""The decision about a mandate: who may follow whom, and when it stops holding."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.signature.domain.mandate import (
    NEXT,
    Decision,
    LetterChangedSince,
    LetterNow,
    Mandate,
    MandateDecided,
    MandateLocked,
    MandateReleased,
    MandateVoided,
    NothingToValidate,
    ScanReplaced,
    VoidCause,
)
from services.signature.tests.builders import (
    AS_WRITTEN,
    MONDAY,
    PAUL,
    REWRITTEN,
    WARNING,
    a_mandate,
    a_mandate_to_validate,
    a_scan,
    a_scanned_mandate,
    an_opted_out_mandate,
)

MADE: dict[Decision, Callable[[], Mandate]] = {
    Decision.NONE: a_mandate,
    Decision.SCAN_TO_VALIDATE: a_mandate_to_validate,
    Decision.SCANNED: a_scanned_mandate,
    Decision.OPTED_OUT: an_opted_out_mandate,
}


def upload(mandate: Mandate) -> Mandate:
    return mandate.receive_scan(a_scan("2" * 64), letter=AS_WRITTEN, at=MONDAY)[0]


def validate(mandate: Mandate) -> Mandate:
    return mandate.validate_scan("1" * 64, letter=AS_WRITTEN, by=PAUL, at=MONDAY)[0]


def opt_out(mandate: Mandate) -> Mandate:
    return mandate.opt_out(WARNING, letter=AS_WRITTEN, by=PAUL, at=MONDAY)[0]


def withdraw(mandate: Mandate) -> Mandate:
    return mandate.withdraw(at=MONDAY)[0]


VERBS = {
    Decision.SCAN_TO_VALIDATE: upload,
    Decision.SCANNED: validate,
    Decision.OPTED_OUT: opt_out,
    Decision.NONE: withdraw,
}


@pytest.mark.parametrize("before", Decision)
@pytest.mark.parametrize("after", Decision)
def test_the_table_of_decisions_is_the_diagram(before: Decision, after: Decision) -> None:
    mandate = MADE[before]()

    if after in NEXT[before]:
        assert VERBS[after](mandate).decision is after
    elif before is after:
        assert VERBS[after](mandate) == mandate  # repeated: nothing changes
    else:
        with pytest.raises(NothingToValidate):
            VERBS[after](mandate)


@pytest.mark.parametrize("before", Decision)
@pytest.mark.parametrize("verb", [upload, opt_out, withdraw])
def test_nothing_changes_once_a_sending_uses_the_mandate(
    before: Decision, verb: Callable[[Mandate], Mandate]
) -> None:
    locked = replace(MADE[before](), locked_by=1)

    try:
        changed = verb(locked)
    except MandateLocked:
        return
    assert changed == locked


def test_a_validated_scan_is_told_with_what_it_is_bound_to() -> None:
    decided, fact = a_mandate_to_validate().validate_scan(
        "1" * 64, letter=AS_WRITTEN, by=PAUL, at=MONDAY
    )

    assert fact == MandateDecided(mandate=decided)
    assert decided.bound_hash == AS_WRITTEN.content_hash
    assert decided.decided_by == PAUL
    assert decided.version == 2


def test_another_scan_than_the_one_looked_at_is_not_validated() -> None:
    with pytest.raises(ScanReplaced):
        a_mandate_to_validate().validate_scan("9" * 64, letter=AS_WRITTEN, by=PAUL, at=MONDAY)


def test_a_scan_made_for_another_content_is_not_validated() -> None:
    with pytest.raises(LetterChangedSince):
        a_mandate_to_validate().validate_scan("1" * 64, letter=REWRITTEN, by=PAUL, at=MONDAY)


@pytest.mark.parametrize("made", [a_mandate_to_validate, a_scanned_mandate, an_opted_out_mandate])
def test_a_letter_that_changes_voids_what_was_made_for_it(made: Callable[[], Mandate]) -> None:
    before = made()

    voided, fact = before.hear_of_letter(REWRITTEN, at=MONDAY)

    assert voided.decision is Decision.NONE
    assert voided.scan is None
    assert fact == MandateVoided(
        mandate=voided,
        cause=VoidCause.LETTER_CHANGED,
        content_hash=REWRITTEN.content_hash,
        voided_at=MONDAY,
    )
    assert voided.version == before.version + 1


@pytest.mark.parametrize(
    ("news", "why"),
    [
        (LetterNow(content_hash="a" * 64, version=9), "same content"),
        (LetterNow(content_hash="b" * 64, version=3), "the version it was bound to"),
        (LetterNow(content_hash="b" * 64, version=2), "older than what it was bound to"),
    ],
)
def test_news_that_tells_nothing_new_changes_nothing(news: LetterNow, why: str) -> None:
    before = a_scanned_mandate()

    assert before.hear_of_letter(news, at=MONDAY) == (before, None), why


def test_a_locked_mandate_stays_whatever_is_heard_of_the_letter() -> None:
    locked = a_scanned_mandate().lock(1)

    assert locked.hear_of_letter(REWRITTEN, at=MONDAY) == (locked, None)


@pytest.mark.parametrize(
    ("made", "content_hash", "obstacle"),
    [
        (a_mandate, "a" * 64, "mandate-undecided"),
        (a_mandate_to_validate, "a" * 64, "mandate-not-validated"),
        (a_scanned_mandate, "a" * 64, ""),
        (an_opted_out_mandate, "a" * 64, ""),
        (a_scanned_mandate, "b" * 64, "mandate-letter-changed"),
        (an_opted_out_mandate, "b" * 64, "mandate-letter-changed"),
    ],
)
def test_a_letter_leaves_only_with_a_decision_made_for_it(
    made: Callable[[], Mandate], content_hash: str, obstacle: str
) -> None:
    assert made().obstacle(content_hash) == obstacle


def test_a_generation_given_up_never_locks_again() -> None:
    released = a_scanned_mandate().lock(1).release(1)

    assert released.locked_by is None
    with pytest.raises(MandateReleased):
        released.lock(1)
    assert released.lock(2).locked_by == 2


def test_a_release_that_comes_before_its_lock_is_remembered() -> None:
    with pytest.raises(MandateReleased):
        a_scanned_mandate().release(1).lock(1)


def test_an_older_release_leaves_a_later_generation_its_hold() -> None:
    assert a_scanned_mandate().lock(2).release(1).locked_by == 2


@given(
    st.lists(
        st.tuples(st.sampled_from(["lock", "release"]), st.integers(min_value=1, max_value=4)),
        max_size=12,
    )
)
def test_locks_and_releases_in_any_order_agree(steps: list[tuple[str, int]]) -> None:
    mandate = a_scanned_mandate()
    for step, generation in steps:
        before = mandate
        try:
            mandate = mandate.lock(generation) if step == "lock" else mandate.release(generation)
        except MandateReleased:
            assert generation <= before.released_up_to
        assert mandate.version in {before.version, before.version + 1}
        assert mandate.released_up_to >= before.released_up_to
        assert mandate.locked_by is None or mandate.locked_by > mandate.released_up_to


def test_opting_out_again_under_a_new_warning_is_a_new_decision() -> None:
    before = an_opted_out_mandate()

    after, fact = before.opt_out("2027-01", letter=AS_WRITTEN, by=PAUL, at=MONDAY)

    assert fact is not None
    assert (after.warning_version, after.version) == ("2027-01", before.version + 1)
