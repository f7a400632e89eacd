"""The checker finds nothing in a healthy world, and each of its rules can fail."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from tests.prove.checker.checking import RULES, check
from tests.prove.checker.forged import (
    ACCOUNT,
    ATTEMPT,
    CANCELLED,
    DEPOSITED_AT,
    LETTER,
    NOW,
    PROOF,
    SECOND,
    SENDING,
    Tables,
    broken,
    fact,
    healthy,
)
from tests.prove.checker.reading import read_requests
from tests.prove.checker.world import Broken, World


def rules(found: list[Broken]) -> set[str]:
    return {one.rule for one in found}


def row(tables: Tables, table: str, **where: Any) -> dict[str, Any]:
    (found,) = (one for one in tables[table] if where.items() <= one.items())
    return found


def put(table: str, where: dict[str, Any], **changes: Any) -> Callable[[Tables], object]:
    return lambda tables: row(tables, table, **where).update(changes)


def add(table: str, **values: Any) -> Callable[[Tables], object]:
    return lambda tables: tables[table].append(values)


def again(table: str, where: dict[str, Any], **changes: Any) -> Callable[[Tables], object]:
    return lambda tables: tables[table].append({**row(tables, table, **where), **changes})


def drop(table: str, **where: Any) -> Callable[[Tables], object]:
    return lambda tables: tables[table].remove(row(tables, table, **where))


def test_a_healthy_world_breaks_no_promise() -> None:
    assert check(healthy()) == []


ONE, TWO = {"id": SENDING}, {"id": CANCELLED}
KEY, BOUGHT = f"send:{SENDING}:1", "top_up:top-up-1"
DEPOSIT = f"{SENDING} deposit"
HELD = {"key": KEY}
ITEM = {"kind": "depart", "attempts": 3, "last_error": "no"}


@pytest.mark.parametrize(
    ("rule", "about", "change"),
    [
        # what was acknowledged
        ("acknowledged-once", "P-1", again("letters.letter", {"id": LETTER}, id="letter-9")),
        ("acknowledged-once", "P-1", put("letters.letter", {"id": LETTER}, client_reference="?")),
        ("acknowledged-once", "P-1", put("letters.letter", {"id": LETTER}, contracts=2)),
        ("acknowledged-once", "P-1", put("letters.letter", {"id": LETTER}, contracts=0)),
        ("acknowledged-once", "P-1", put("letters.letter", {"id": LETTER}, recipient_id="other")),
        ("acknowledged-once", "P-1", drop("signature.decision", letter_id=LETTER)),
        ("acknowledged-once", "P-1", again("signature.decision", {"letter_id": LETTER})),
        ("acknowledged-once", LETTER, drop("dispatch.sending", id=SENDING)),
        ("acknowledged-once", LETTER, put("dispatch.sending", ONE, generation=2)),
        ("acknowledged-once", LETTER, again("dispatch.timeline", {"sending_id": SENDING})),
        ("acknowledged-once", "P-2", put("dispatch.sending", TWO, state="scheduled")),
        ("acknowledged-once", "P-2", put("dispatch.sending", TWO, send_day=date(2026, 11, 26))),
        ("acknowledged-once", ACCOUNT, again("billing.top_up", {"id": "top-up-1"}, id="top-up-2")),
        ("acknowledged-once", ACCOUNT, drop("billing.top_up", id="top-up-1")),
        # each letter once
        ("left-once", SENDING, again("operator.letter", {"id": "400001"}, id="400002")),
        ("left-once", SENDING, drop("operator.letter", id="400001")),
        ("left-once", "400001", put("operator.letter", {}, our_reference="nobody")),
        ("left-once", SENDING, put("dispatch.sending", ONE, state="failed")),
        ("left-once", "400001", again("operator.effect", {"reference": ATTEMPT})),
        ("right-letter", SENDING, put("operator.letter", {}, to_email="other@body.example")),
        ("right-letter", SENDING, put("operator.letter", {}, letter_number="L-9")),
        ("right-letter", SENDING, put("operator.letter", {}, product="recommande-simple")),
        ("right-letter", SENDING, put("operator.file", {}, sha256="sha-other")),
        ("right-letter", SENDING, put("operator.letter", {}, status="refused")),
        (
            "right-letter", SENDING,
            put("letters.letter", {"id": LETTER}, frozen_mandate="attached"),
        ),
        # every cent
        ("every-cent", ACCOUNT, put("billing.wallet", {}, available_cents=4461)),
        ("every-cent", ACCOUNT, put("billing.wallet", {}, held_cents=540)),
        ("every-cent", ACCOUNT, put("billing.wallet", {}, version=6)),
        ("every-cent", BOUGHT, put("billing.posting", {"bucket": "cards"}, amount_cents=-1)),
        ("every-cent", "hold:x", put("billing.entry", {"kind": "release"}, key="hold:x")),
        ("every-cent", KEY, put("billing.hold", HELD, state="held")),
        ("every-cent", KEY, drop("billing.hold", **HELD)),
        ("every-cent", KEY, put("billing.hold", HELD, state="reversed")),
        ("every-cent", KEY, put("dispatch.sending", ONE, state="bounced")),
        ("every-cent", KEY, add("billing.credit_note", key=KEY, number="AV-2026-1")),
        ("every-cent", "AV-2026", add("billing.credit_note", key="x", number="AV-2026-2")),
        ("every-cent", KEY, put("billing.hold", HELD, net_cents=900)),
        ("every-cent", KEY, put("billing.hold", HELD, captured_on=date(2026, 11, 25))),
        ("every-cent", KEY, drop("billing.entry", kind="capture")),
        ("every-cent", "send:nobody:1", again("billing.hold", HELD, key="send:nobody:1")),
        ("every-cent", f"capture:send:{SENDING}:1", again("billing.entry", {"kind": "capture"})),
        ("every-cent", SENDING, put("dispatch.sending", ONE, gross_cents="360")),
        ("every-cent", "pi_2", again("cards.charge", {}, payment_id="pi_2")),
        ("every-cent", "top-up-1", put("cards.charge", {}, amount_cents=4000)),
        ("every-cent", "top-up-1", put("billing.top_up", {}, state="pending")),
        ("every-cent", "RC-2026", put("billing.top_up", {}, receipt_number="RC-2026-2")),
        # nothing waits
        ("drained", "dispatch outbox", put("dispatch.outbox", {}, published=False)),
        (
            "drained", "letters dead letter 3",
            add("letters.dead_letter", id=3, consumer="c", subject="s", state="dead", error="e"),
        ),
        (
            "drained", "dispatch mail m",
            add("dispatch.outgoing_mail", key="m", sent=False, waits=True, last_error="away"),
        ),
        (
            "nothing-stuck", "dispatch depart:x",
            add("dispatch.scheduled_item", key="depart:x", state="leased", due_at=NOW, **ITEM),
        ),
        (
            "nothing-stuck", "dispatch depart:x",
            add("dispatch.scheduled_item", key="depart:x", state="pending", due_at=NOW, **ITEM),
        ),
        ("nothing-stuck", SENDING, put("dispatch.sending", ONE, state="submitting")),
        ("nothing-stuck", SENDING, put("dispatch.sending", ONE, state="in_transit")),
        ("nothing-stuck", SENDING, put("dispatch.sending", ONE, state="deposited")),
        ("nothing-stuck", CANCELLED, put("dispatch.sending", TWO, state="preparing")),
        ("every-fact-heard", "letters-tracking", drop("letters.inbox", event_id="event-1")),
        ("every-fact-heard", "letters-tracking", drop("dispatch.outbox", event_id="event-1")),
        (
            "every-fact-heard", "signature-letters",
            lambda tables: tables["letters.outbox"].append(
                fact("event-2", "evt.letters.v1.letter_changed.letter-1")
            ),
        ),
        # projections
        ("projections", SENDING, put("letters.letter", {"id": LETTER}, tracking_state="deposited")),
        ("projections", SENDING, put("letters.letter", {"id": LETTER}, tracking_version=8)),
        ("projections", SENDING, put("letters.letter", {"id": LETTER}, frozen_sha256="other")),
        ("projections", SENDING, put("signature.mandate", {"id": "m-1"}, locked_by=None)),
        ("projections", CANCELLED, put("signature.mandate", {"id": "m-2"}, locked_by=1)),
        ("projections", CANCELLED, drop("letters.letter", id=SECOND)),
        (
            "projections", CANCELLED,
            put("dispatch.sending", TWO, state="turned_down", locked=False),
        ),
        # proofs
        ("proofs-kept", DEPOSIT, put("operator.proof", {"kind": "ev"}, sha256="other")),
        ("proofs-kept", DEPOSIT, put("dispatch.proof", {"kind": "deposit"}, sha256="gone")),
        ("proofs-kept", SENDING, drop("dispatch.proof", kind="receipt")),
        ("proofs-kept", SENDING, drop("dispatch.proof", kind="evidence")),
        ("proofs-kept", SENDING, again("dispatch.proof", {"kind": "deposit"})),
        ("proofs-kept", SENDING, put("dispatch.sending", ONE, letter_sha256="gone")),
        ("proofs-kept", ACCOUNT, put("dispatch.evidence_head", {}, number=2)),
    ],
)  # fmt: skip
def test_each_promise_can_be_broken(
    rule: str, about: str, change: Callable[[Tables], object]
) -> None:
    found = check(broken(change))

    assert (rule, about) in {(one.rule, one.about) for one in found}


def test_every_rule_is_run() -> None:
    said = {
        "acknowledged-once", "left-once", "right-letter", "every-cent", "drained", "nothing-stuck",
        "every-fact-heard", "projections", "proofs-kept",
    }  # fmt: skip

    assert len(RULES) == 6
    assert said == _names_in_the_rules()


def _names_in_the_rules() -> set[str]:
    from tests.prove.checker.rules import (  # noqa: PLC0415 - what they call themselves
        acknowledged,
        letters,
        money,
        plumbing,
        projections,
        proofs,
    )

    return {
        acknowledged.RULE, letters.ONCE, letters.RIGHT, money.RULE, plumbing.DRAINED,
        plumbing.STUCK, plumbing.HEARD, projections.RULE, proofs.RULE,
    }  # fmt: skip


def test_an_altered_file_is_found() -> None:
    world = healthy()
    files = {**world.blobs["dispatch"], f"{PROOF}.sending1": "other bytes"}

    found = check(replace(world, blobs={"dispatch": files}))

    assert [one.told for one in found] == ["its file was altered"]


def test_an_unknown_letter_before_staff_is_no_broken_promise() -> None:
    def change(tables: Tables) -> None:
        row(tables, "dispatch.sending", id=SENDING).update(state="unknown", deposited_at=None)
        row(tables, "letters.letter", id=LETTER).update(tracking_state="in_transit")
        row(tables, "billing.hold", **HELD).update(state="held", captured_on=None)
        tables["billing.entry"].remove(row(tables, "billing.entry", kind="capture"))
        row(tables, "billing.wallet").update(held_cents=540, version=4)
        tables["dispatch.proof"].clear()
        tables["dispatch.evidence_head"].clear()

    assert check(broken(change)) == []


def test_an_unknown_letter_that_left_twice_is_found() -> None:
    def change(tables: Tables) -> None:
        row(tables, "dispatch.sending", id=SENDING).update(state="unknown")
        tables["operator.letter"].append({**row(tables, "operator.letter"), "id": "400002"})

    assert "left-once" in rules(check(broken(change)))


def test_a_letter_on_its_way_needs_something_planned() -> None:
    def change(tables: Tables) -> None:
        row(tables, "dispatch.sending", id=CANCELLED).update(state="scheduled")
        later = NOW + timedelta(days=1)
        item = {"key": f"depart:{CANCELLED}", "state": "pending", "due_at": later, **ITEM}
        tables["dispatch.scheduled_item"].append(item)

    assert "nothing-stuck" not in rules(check(broken(change)))


def test_the_night_of_the_deposit_is_a_paris_night() -> None:
    late = DEPOSITED_AT.replace(hour=23, minute=30)  # half past midnight in Paris

    found = check(broken(put("dispatch.sending", ONE, deposited_at=late)))

    assert [one.rule for one in found] == ["every-cent"]


def test_what_was_not_acknowledged_may_have_happened_or_not() -> None:
    world = healthy()
    unsure = [replace(one, outcome="unknown", answer={}) for one in world.requests]

    assert check(replace(world, requests=unsure)) == []
    only_once = replace(
        broken(again("letters.letter", {"id": LETTER}, id="letter-9")), requests=unsure
    )
    assert "acknowledged-once" in rules(check(only_once))


def test_a_history_is_read_by_request() -> None:
    lines = [
        '{"id":"1","event":"asked","act":"a","account":"c","subject":"s","key":"k","wanted":{}}',
        '{"id":"1","event":"lost","why":"ReadError"}',
        '{"id":"2","event":"asked","act":"b","account":"c","subject":"s","key":"","wanted":{}}',
        '{"id":"1","event":"acknowledged","answer":{"letter_id":"9"}}',
        '{"id":"3","event":"asked","act":"b","account":"c","subject":"s","key":"","wanted":{}}',
        '{"id":"3","event":"refused","answer":{"reason":"no"}}',
    ]

    found = read_requests(lines)

    assert [(one.id, one.outcome) for one in found] == [
        ("1", "acknowledged"), ("2", "unknown"), ("3", "refused"),
    ]  # fmt: skip
    assert found[0].answer == {"letter_id": "9"}


def test_worlds_are_forged_apart() -> None:
    before = deepcopy(healthy().tables)
    broken(put("billing.wallet", {}, available_cents=0))

    assert isinstance(healthy(), World)
    assert healthy().tables == before
