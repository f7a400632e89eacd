"""A small world in which all is well, by hand; tests break one thing of it at a time."""

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any, Final

from tests.prove.checker.world import Request, World

NOW: Final = datetime(2026, 11, 25, 9, tzinfo=UTC)
DEPOSITED_AT: Final = datetime(2026, 11, 24, 9, tzinfo=UTC)
ACCOUNT, SENDING, LETTER, RECIPIENT, ATTEMPT = "account-1", "sending-1", "letter-1", "body-1", "a-1"
CANCELLED, SECOND = "sending-2", "letter-2"
SHA, PROOF, RECEIPT, SHEET = "sha-letter", "sha-deposit", "sha-receipt", "sha-sheet"
Tables = dict[str, list[dict[str, Any]]]


def healthy() -> World:
    """Return a world with one letter signed for, one cancelled, and one purchase."""
    files = [f"{sha}.sending1" for sha in (SHA, PROOF, RECEIPT, SHEET)]
    return World(
        now=NOW,
        requests=_requests(),
        tables={**_plumbing(), **_services(), **_partners()},
        blobs={"dispatch": {name: name.partition(".")[0] for name in files}},
    )


def broken(change: Callable[[Tables], object]) -> World:
    """Return the healthy world with one thing changed in its tables."""
    world = healthy()
    tables: Tables = deepcopy(
        {name: [dict(row) for row in rows] for name, rows in world.tables.items()}
    )
    change(tables)
    return World(now=world.now, requests=world.requests, tables=tables, blobs=world.blobs)


def _requests() -> list[Request]:
    def asked(act: str, subject: str, wanted: dict[str, Any], **answer: Any) -> Request:
        return Request(
            id=f"{act}-{subject}", act=act, account=ACCOUNT, subject=subject, key="k",
            wanted=wanted, outcome="acknowledged", answer=answer,
        )  # fmt: skip

    validation = {"expected_gross_cents": 540}
    found = [asked("top-up", "P-1", {"amount_cents": 5000}, top_up_id="top-up-1")]
    for subject, letter in (("P-1", LETTER), ("P-2", SECOND)):
        about = {"letter_id": letter}
        found += [
            asked("create-letter", subject, {}, letter_id=letter),
            asked("set-recipient", subject, {**about, "recipient_id": RECIPIENT}),
            asked("add-contract", subject, about),
            asked("opt-out", subject, about),
            asked("finalise", subject, {**about, **validation}, generation=1),
        ]
    found.append(
        asked("move", "P-2", {"letter_id": SECOND, "send_day": "2026-11-27"}, generation=1)
    )
    found.append(asked("cancel", "P-2", {"letter_id": SECOND}, generation=1))
    return found


def _services() -> Tables:
    letter = {
        "id": LETTER, "account_id": ACCOUNT, "number": "L-1", "version": 3, "state": "frozen",
        "client_reference": "P-1", "contracts": 1, "recipient_id": RECIPIENT,
        "frozen_for": SENDING, "frozen_generation": 1, "frozen_sha256": SHA,
        "frozen_mandate": "held",
        "tracking_state": "signed", "tracking_version": 9, "tracking_generation": 1,
    }  # fmt: skip
    sending = {
        "id": SENDING, "account_id": ACCOUNT, "letter_id": LETTER, "generation": 1, "version": 9,
        "state": "signed", "send_day": date(2026, 11, 24), "gross_cents": "540",
        "mail_kind": "acknowledged", "held_cents": 540, "letter_sha256": SHA,
        "letter_number": "L-1", "recipient_address": "lre@body.example", "mandate_sha256": None,
        "attempt_number": 1, "deposited_at": DEPOSITED_AT, "ended_at": NOW, "reason": "",
        "locked": True,
    }  # fmt: skip
    second = {
        **letter, "id": SECOND, "number": "L-2", "client_reference": "P-2",
        "frozen_for": CANCELLED, "tracking_state": "cancelled", "tracking_version": 4,
    }  # fmt: skip
    cancelled = {
        **sending, "id": CANCELLED, "letter_id": SECOND, "version": 4, "state": "cancelled",
        "send_day": date(2026, 11, 27), "attempt_number": None, "deposited_at": None,
        "ended_at": None, "letter_number": "L-2", "letter_sha256": None,
    }  # fmt: skip
    mandate = {
        "id": "m-1", "account_id": ACCOUNT, "letter_id": LETTER, "decision": "opted_out",
        "locked_by": 1, "released_up_to": 0, "scan_sha256": None,
    }  # fmt: skip
    return {
        "accounts.account": [{"account_id": ACCOUNT, "state": "active"}],
        "letters.letter": [letter, second],
        "signature.mandate": [
            mandate,
            {**mandate, "id": "m-2", "letter_id": SECOND, "locked_by": None, "released_up_to": 1},
        ],
        "signature.decision": [
            {"letter_id": one, "decision": "opted_out", "mandate_version": 1}
            for one in (LETTER, SECOND)
        ],
        "dispatch.sending": [sending, cancelled],
        "dispatch.attempt": [
            {
                "id": ATTEMPT, "account_id": ACCOUNT, "sending_id": SENDING, "number": 1,
                "generation": 1, "state": "accepted", "reference": "400001",
            }
        ],
        "dispatch.timeline": [
            {"sending_id": one, "generation": 1, "code": "validated", "facts": {}, "applied": True}
            for one in (SENDING, CANCELLED)
        ],
        "dispatch.told": [
            {"sending_id": SENDING, "aggregate_version": 9},
            {"sending_id": CANCELLED, "aggregate_version": 4},
        ],
        "dispatch.proof": [
            {
                "account_id": ACCOUNT, "sending_id": SENDING, "attempt": 1, "kind": kind,
                "sha256": sha, "byte_count": 9, "operator_reference": "400001",
            }
            for kind, sha in (("deposit", PROOF), ("receipt", RECEIPT), ("evidence", SHEET))
        ],
        "dispatch.evidence_head": [{"account_id": ACCOUNT, "number": 1, "sha256": "h"}],
        "gateway.kept_answer": [],
        **_money(),
    }  # fmt: skip


def _money() -> Tables:
    def hold(sending: str, state: str, day: date | None) -> dict[str, Any]:
        return {
            "account_id": ACCOUNT, "key": f"send:{sending}:1", "state": state,
            "product": "LRE_ACKNOWLEDGED", "net_cents": 450, "vat_cents": 90, "captured_on": day,
            "cause": "a letter",
        }  # fmt: skip

    moves = [
        ("top_up", "top_up:top-up-1", {"cards": -5000, "available": 5000}),
        ("hold", f"hold:send:{SENDING}:1", {"available": -540, "held": 540}),
        ("hold", f"hold:send:{CANCELLED}:1", {"available": -540, "held": 540}),
        ("release", f"release:send:{CANCELLED}:1", {"held": -540, "available": 540}),
        ("capture", f"capture:send:{SENDING}:1", {"held": -540, "revenue": 450, "vat": 90}),
    ]
    return {
        "billing.wallet": [
            {
                "account_id": ACCOUNT, "available_cents": 4460, "held_cents": 0, "version": 5,
                "frozen_for": "",
            }
        ],
        "billing.entry": [
            {
                "id": key, "account_id": ACCOUNT, "kind": kind, "key": key, "cause": "",
                "on_day": date(2026, 11, 24), "available_change": postings.get("available", 0),
                "held_change": postings.get("held", 0), "wallet_version": rank,
            }
            for rank, (kind, key, postings) in enumerate(moves, 1)
        ],
        "billing.posting": [
            {"entry_id": key, "account_id": ACCOUNT, "bucket": bucket, "amount_cents": cents}
            for _, key, postings in moves
            for bucket, cents in postings.items()
        ],
        "billing.hold": [
            hold(SENDING, "captured", date(2026, 11, 24)),
            hold(CANCELLED, "released", None),
        ],
        "billing.credit_note": [],
        "billing.top_up": [
            {
                "id": "top-up-1", "account_id": ACCOUNT, "amount_cents": 5000, "state": "paid",
                "session_id": "cs_1", "payment_id": "pi_1", "receipt_number": "RC-2026-1",
                "receipt_sha256": "r", "refunded_cents": 0, "alert": "",
            }
        ],
    }  # fmt: skip


def _partners() -> Tables:
    return {
        "operator.letter": [
            {
                "id": "400001", "status": "AR", "product": "recommande-ar", "noticed_at": "",
                "decided_at": "", "our_reference": ATTEMPT, "letter_number": "L-1",
                "to_email": "lre@body.example", "files": [7],
            }
        ],
        "operator.file": [{"id": 7, "sha256": SHA}],
        "operator.effect": [
            {"action": "letter accepted", "reference": ATTEMPT, "partner_id": "400001"}
        ],
        "operator.proof": [
            {"letter_id": "400001", "kind": kind, "sha256": sha}
            for kind, sha in (("ev", PROOF), ("ar", RECEIPT))
        ],
        "cards.charge": [{"payment_id": "pi_1", "amount_cents": 5000, "paid": 1}],
        "cards.session": [],
    }  # fmt: skip


def _plumbing() -> Tables:
    found: Tables = {}
    for service in ("accounts", "billing", "letters", "signature", "dispatch"):
        for table in ("outbox", "inbox", "dead_letter", "scheduled_item", "outgoing_mail"):
            found[f"{service}.{table}"] = []
    found["dispatch.outbox"] = [fact("event-1", "evt.dispatch.v1.sending_changed.sending-1")]
    found["letters.inbox"] = [{"consumer": "letters-tracking", "event_id": "event-1"}]
    return found


def fact(event_id: str, subject: str) -> dict[str, Any]:
    """Return a fact that was published."""
    return {
        "event_id": event_id, "subject": subject, "published": True, "attempts": 0,
        "last_error": None,
    }  # fmt: skip
