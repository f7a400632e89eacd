"""A fact from the bus: read, or buried as undecodable."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.events.outbox import Undecodable, read_incoming
from preavis.dispatch.v1 import events_pb2
from tests.prove.fuzz.cases import fuzzed
from tests.prove.fuzz.spoiling import spoilt

pytestmark = pytest.mark.slow

KIND: Final = events_pb2.SendingChanged
HEADERS: Final = {
    "ce-id": str(UUID(int=1)),
    "ce-type": KIND.DESCRIPTOR.full_name,
    "ce-subject": str(UUID(int=2)),
    "ce-time": datetime(2027, 1, 13, tzinfo=UTC).isoformat(),
    "ce-accountid": str(UUID(int=3)),
    "ce-aggregateversion": "7",
}
FACT: Final = KIND(account_id=str(UUID(int=3)), aggregate_version=7).SerializeToString()
VALUES: Final = st.sampled_from(
    ["", "-1", "1_000", "9" * 25, "9" * 5000, "7.0", "٧", "\0", "2027-01-13T00:00:00",
     "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "x" * 5000,
     "{00000000-0000-0000-0000-000000000001}", "urn:uuid:" + "0" * 32]
)  # fmt: skip


@given(
    changed=st.dictionaries(
        st.sampled_from(sorted(HEADERS)), VALUES | st.text(max_size=40), max_size=3
    ),
    gone=st.sets(st.sampled_from(sorted(HEADERS)), max_size=1),
    payload=spoilt([FACT], [b"\x0a\xff\xff\xff\xff\x0f", b"\x0b" * 200]),
)
@fuzzed(400)
def test_a_fact_is_read_whole_or_buried(
    changed: dict[str, str], gone: set[str], payload: bytes
) -> None:
    headers = {name: value for name, value in (HEADERS | changed).items() if name not in gone}

    with suppress(Undecodable):
        fact = read_incoming(headers, payload, {KIND.DESCRIPTOR.full_name: KIND})
        assert isinstance(fact.message, KIND)
        assert fact.occurred_at.tzinfo is not None
        assert 0 <= fact.aggregate_version < 2**63
        assert "\0" not in fact.aggregate_id
