"""The evidence of a sending: one canonical form, each event chained to the one before."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.domain.evidence import (
    GENESIS,
    Evidence,
    EvidenceAltered,
    EvidenceEvent,
    canonical,
)
from services.dispatch.tests.seals import NOON, some_evidence

plain = st.recursive(
    st.text() | st.integers() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@given(plain)
def test_the_canonical_form_says_the_same_and_only_one_way(value: object) -> None:
    written = canonical(value)

    assert json.loads(written) == value
    assert canonical(json.loads(written)) == written


@pytest.mark.parametrize("value", [1.5, {"a": 1.0}, [{"b": [0.1]}]])
def test_a_float_has_no_canonical_form(value: object) -> None:
    with pytest.raises(TypeError):
        canonical(value)


def test_evidence_reads_back_whole() -> None:
    evidence = some_evidence()

    assert Evidence.read(evidence.to_bytes()) == evidence


def test_the_first_event_is_chained_to_nothing() -> None:
    assert some_evidence().events[0].previous == GENESIS


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("SubmissionAcceptance", "SubmissionRejection"),
        ("4512", "4513"),
        ("2026-11-24T12:00:00+00:00", "2026-11-24T12:00:01+00:00"),
    ],
)
def test_an_event_that_was_touched_breaks_the_chain(part: str, other: str) -> None:
    touched = some_evidence().to_bytes().replace(part.encode(), other.encode(), 1)

    with pytest.raises(EvidenceAltered):
        Evidence.read(touched)


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"null", some_evidence().to_bytes() + b"\n", b"\xff"]
)
def test_what_is_not_canonical_evidence_is_refused(data: bytes) -> None:
    with pytest.raises(EvidenceAltered):
        Evidence.read(data)


def test_an_event_cannot_be_taken_out() -> None:
    whole = some_evidence()
    later = EvidenceEvent.after(
        whole.head, at=NOON + timedelta(days=3), code="ContentHandover", facts={}
    )
    without = Evidence(
        letter=whole.letter,
        parties=whole.parties,
        events=[whole.events[0], later],
        proofs=whole.proofs,
    )

    with pytest.raises(EvidenceAltered):
        Evidence.read(without.to_bytes())
