"""Every cent is explained: by the ledger, by a letter that was deposited, by a card that paid."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.prove.checker.world import ACKNOWLEDGED, Broken, Row, World

RULE = "every-cent"
PARIS = ZoneInfo("Europe/Paris")
HELD = {"scheduled", "due", "blocked", "submitting", "unknown", "in_transit"}
CHARGED = {"deposited", "signed", "collected", "refused", "unclaimed"}
GIVEN_BACK = {"turned_down", "cancelled", "failed"}
MOVEMENTS = ("hold", "capture", "release", "reversal")
SETTLED = {
    "held": set(),
    "captured": {"capture"},
    "released": {"release"},
    "reversed": {"capture", "reversal"},
}


def check(world: World) -> Iterator[Broken]:
    """Compare wallets, ledger, holds, sendings and cards with each other."""
    yield from _entries(world)
    yield from _wallets(world)
    yield from _open_holds(world)
    yield from _holds_of_sendings(world)
    yield from _prices(world)
    yield from _cards(world)
    yield from _papers(world)


def _entries(world: World) -> Iterator[Broken]:
    sums: Counter[str] = Counter()
    moves: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for posting in world.rows("billing.posting"):
        sums[posting["entry_id"]] += posting["amount_cents"]
        moves[posting["entry_id"]][posting["bucket"]] += posting["amount_cents"]
    keys = Counter(entry["key"] for entry in world.rows("billing.entry"))
    for key, times in keys.items():
        if times > 1:
            yield Broken(RULE, key, f"written {times} times")
    for entry in world.rows("billing.entry"):
        if sums[entry["id"]]:
            yield Broken(RULE, entry["key"], f"its postings sum to {sums[entry['id']]}")
        said = (entry["available_change"], entry["held_change"])
        if said != (moves[entry["id"]]["available"], moves[entry["id"]]["held"]):
            yield Broken(RULE, entry["key"], "its postings are not what it says")
        kind, _, cause = entry["key"].partition(":")
        if kind != entry["kind"] or not cause:
            yield Broken(RULE, entry["key"], f"its key does not name its {entry['kind']}")


def _wallets(world: World) -> Iterator[Broken]:
    entries = world.grouped("billing.entry", "account_id")
    for wallet in world.rows("billing.wallet"):
        about, written = wallet["account_id"], entries.get(wallet["account_id"], ())
        for column, change in (
            ("available_cents", "available_change"),
            ("held_cents", "held_change"),
        ):
            total = sum(entry[change] for entry in written)
            if wallet[column] != total:
                yield Broken(RULE, about, f"{column} {wallet[column]}, entries say {total}")
            if wallet[column] < 0:
                yield Broken(RULE, about, f"{column} below zero")
        versions = sorted(entry["wallet_version"] for entry in written)
        if versions != list(range(1, wallet["version"] + 1)):
            yield Broken(RULE, about, "an entry is missing, or came twice")


def _open_holds(world: World) -> Iterator[Broken]:
    held: Counter[str] = Counter()
    for hold in world.rows("billing.hold"):
        if hold["state"] == "held":
            held[hold["account_id"]] += gross(hold)
    for wallet in world.rows("billing.wallet"):
        if wallet["held_cents"] != held[wallet["account_id"]]:
            told = f"{wallet['held_cents']} held, open holds say {held[wallet['account_id']]}"
            yield Broken(RULE, wallet["account_id"], told)


def _holds_of_sendings(world: World) -> Iterator[Broken]:
    """Check the money of each generation of each sending, and that there is no other."""
    holds = world.by("billing.hold", "key")
    entries = world.by("billing.entry", "key")
    explained = set()
    for sending in world.rows("dispatch.sending"):
        for generation in range(1, sending["generation"] + 1):
            key = f"send:{sending['id']}:{generation}"
            explained.add(key)
            is_last = generation == sending["generation"]
            wanted = _wanted(sending) if is_last else {"released", "absent"}
            hold = holds.get(key)
            found = hold["state"] if hold else "absent"
            if found not in wanted:
                yield Broken(RULE, key, f"{found}, its sending is {sending['state']}")
            if hold is not None:
                yield from _movements(hold, entries)
                if found in {"captured", "reversed"}:
                    yield from _charged(hold, sending)
    for key in holds.keys() - explained:
        yield Broken(RULE, key, "money held for no sending")


def _wanted(sending: Row) -> set[str]:
    state = sending["state"]
    if state in HELD:
        return {"held"}
    if state in CHARGED:
        return {"captured"}
    if state == "bounced" and sending["deposited_at"]:
        return {"reversed"}
    if state == "preparing":
        return {"held", "absent"}
    return {"released", "absent"} if state == "turned_down" else {"released"}


def _movements(hold: Row, entries: Mapping[Any, Row]) -> Iterator[Broken]:
    """Check that a hold went through the ledger as its state says; a tombstone never did."""
    written = {kind for kind in MOVEMENTS if f"{kind}:{hold['key']}" in entries}
    wanted = {"hold", *SETTLED[hold["state"]]} if hold["product"] else set()
    if written != wanted:
        yield Broken(RULE, hold["key"], f"{hold['state']}, the ledger has {sorted(written)}")


def _charged(hold: Row, sending: Row) -> Iterator[Broken]:
    if gross(hold) != int(sending["gross_cents"]):
        yield Broken(RULE, hold["key"], f"charged {gross(hold)}, agreed {sending['gross_cents']}")
    deposited: datetime | None = sending["deposited_at"]
    day = deposited.astimezone(PARIS).date() if deposited else None
    if hold["captured_on"] != day:
        yield Broken(RULE, hold["key"], f"charged as of {hold['captured_on']}, deposited {day}")


def _prices(world: World) -> Iterator[Broken]:
    """Check that the price agreed is the one the client was shown and confirmed."""
    sendings = world.by("dispatch.sending", "letter_id")
    for request in world.asked("finalise", ACKNOWLEDGED):
        sending = sendings.get(request.wanted["letter_id"])
        if sending is None or sending["generation"] != request.answer["generation"]:
            continue
        if int(sending["gross_cents"]) != request.wanted["expected_gross_cents"]:
            yield Broken(RULE, sending["id"], f"agreed {request.wanted['expected_gross_cents']}")


def _cards(world: World) -> Iterator[Broken]:
    paid = {row["payment_id"]: row for row in world.rows("cards.charge") if row["paid"]}
    entries = world.by("billing.entry", "key")
    credited = set()
    for top_up in world.rows("billing.top_up"):
        charge, entry = paid.get(top_up["payment_id"]), entries.get(f"top_up:{top_up['id']}")
        if (top_up["state"] == "paid") != (entry is not None):
            yield Broken(RULE, top_up["id"], f"{top_up['state']}, credited: {entry is not None}")
        if entry is None:
            continue
        credited.add(top_up["payment_id"])
        amounts = (top_up["amount_cents"], entry["available_change"])
        if charge is None or amounts != (charge["amount_cents"], charge["amount_cents"]):
            yield Broken(RULE, top_up["id"], f"credited {amounts}, the card paid {charge}")
    for payment_id in paid.keys() - credited:
        yield Broken(RULE, payment_id, "a card paid, and nobody was credited")


def _papers(world: World) -> Iterator[Broken]:
    """Check that receipts and credit notes are numbered without gap or double.

    A reversal and its credit note go together: one is never there without the other.
    """
    notes = world.by("billing.credit_note", "key")
    numbers = [row["number"] for row in notes.values() if row["number"]]
    numbers += [
        row["receipt_number"] for row in world.rows("billing.top_up") if row["receipt_number"]
    ]
    for hold in world.rows("billing.hold"):
        note = notes.get(hold["key"])
        if (hold["state"] == "reversed") != bool(note and note["number"]):
            yield Broken(RULE, hold["key"], f"{hold['state']}, its credit note is {note}")
    years: defaultdict[str, list[int]] = defaultdict(list)
    for number in numbers:
        series, _, rank = number.rpartition("-")
        years[series].append(int(rank))
    for series, ranks in years.items():
        if sorted(ranks) != list(range(1, len(ranks) + 1)):
            yield Broken(RULE, series, "its papers have a gap, or a double")


def gross(hold: Row) -> int:
    """Return what a hold sets aside, VAT included; nothing for a tombstone."""
    return int(hold["net_cents"] or 0) + int(hold["vat_cents"] or 0)
