"""What one service keeps of another's facts equals what the owner says."""

from collections.abc import Iterator
from typing import Any

from tests.prove.checker.world import Broken, Row, World

RULE = "projections"
SHOWN_AS = {  # the owner's state, and the word that lists show for it
    "preparing": "preparing",
    "turned_down": "not_sent",
    "scheduled": "scheduled",
    "blocked": "blocked",
    "due": "in_transit",
    "submitting": "in_transit",
    "unknown": "in_transit",
    "in_transit": "in_transit",
    "deposited": "deposited",
    "collected": "collected",
    "signed": "signed",
    "refused": "refused",
    "unclaimed": "unclaimed",
    "cancelled": "cancelled",
    "failed": "failed",
    "bounced": "undeliverable",
}
GONE = {"turned_down", "cancelled", "failed"}


def check(world: World) -> Iterator[Broken]:
    """Compare each letter's tracking, lock and mandate with its sending."""
    letters = world.by("letters.letter", "id")
    mandates = world.by("signature.mandate", "letter_id")
    told = world.by("dispatch.told", "sending_id")
    for sending in world.rows("dispatch.sending"):
        letter = letters.get(sending["letter_id"])
        if letter is None:
            yield Broken(RULE, sending["id"], "its letter does not exist")
            continue
        yield from _tracking(sending, letter, told[sending["id"]]["aggregate_version"])
        if _is_gone(sending):
            yield from _let_go(sending, letter, mandates.get(sending["letter_id"]))
        elif sending["state"] != "preparing":
            yield from _locked(sending, letter, mandates.get(sending["letter_id"]))
    sent = world.by("dispatch.sending", "letter_id")
    for letter in letters.values():
        if letter["id"] not in sent and letter["tracking_state"] != "not_sent":
            yield Broken(RULE, letter["id"], "followed, and never sent")


def _tracking(sending: Row, letter: Row, version: int) -> Iterator[Broken]:
    ours: dict[str, Any] = {
        "state": SHOWN_AS[sending["state"]],
        "version": version,
        "generation": sending["generation"],
    }
    for name, value in ours.items():
        if letter[f"tracking_{name}"] != value:
            told = f"{name} {value}, the list says {letter[f'tracking_{name}']}"
            yield Broken(RULE, sending["id"], told)


def _locked(sending: Row, letter: Row, mandate: Row | None) -> Iterator[Broken]:
    wanted = (sending["id"], sending["generation"], sending["letter_sha256"])
    if (letter["frozen_for"], letter["frozen_generation"], letter["frozen_sha256"]) != wanted:
        yield Broken(RULE, sending["id"], f"{sending['state']}, its letter is not frozen for it")
    if mandate is None or mandate["locked_by"] != sending["generation"]:
        yield Broken(RULE, sending["id"], f"{sending['state']}, its mandate is not locked")


def _is_gone(sending: Row) -> bool:
    undelivered = sending["state"] == "bounced" and not sending["deposited_at"]
    return sending["state"] in GONE or undelivered


def _let_go(sending: Row, letter: Row, mandate: Row | None) -> Iterator[Broken]:
    if mandate is not None and mandate["locked_by"] is not None:
        yield Broken(RULE, sending["id"], f"{sending['state']}, its mandate is still locked")
    held = letter["frozen_for"] == sending["id"] and sending["state"] == "turned_down"
    if held and not sending["locked"]:  # once scheduled, only its date may change
        yield Broken(RULE, sending["id"], "turned down, its letter is still frozen")
