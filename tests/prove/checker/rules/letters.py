"""Each letter left exactly once, to the right person, or stands before staff as unknown."""

from collections.abc import Iterator, Sequence

from tests.prove.checker.world import Broken, Row, World

ONCE, RIGHT = "left-once", "right-letter"
LEFT = {"in_transit", "deposited", "signed", "collected", "refused", "unclaimed", "bounced"}
UNKNOWN = "unknown"
ATTACHED = "attached"  # what a letter says of the mandate that is joined to it
PRODUCTS = {"simple": "recommande-simple", "acknowledged": "recommande-ar"}
# What the operator says, and what a sending that heard it may be.
HEARD = {
    "waiting": {"in_transit"},
    "sent": {"in_transit", "deposited"},
    "AR": {"in_transit", "deposited", "signed", "collected"},
    "refused": {"in_transit", "deposited", "refused"},
    "negligence": {"in_transit", "deposited", "unclaimed"},
    "bounced": {"in_transit", "deposited", "bounced"},
}


def check(world: World) -> Iterator[Broken]:
    """Compare the sendings with what the operator took in charge."""
    attempts = world.by("dispatch.attempt", "id")
    accepted: dict[str, list[Row]] = {}
    for letter in world.rows("operator.letter"):
        attempt = attempts.get(letter["our_reference"])
        if attempt is None:
            yield Broken(ONCE, letter["id"], "the operator has a letter no attempt sent")
            continue
        accepted.setdefault(attempt["sending_id"], []).append(letter)
    yield from _as_recorded(world)
    files = world.by("operator.file", "id")
    numbers = {(row["sending_id"], row["number"]): row for row in attempts.values()}
    letters = world.by("letters.letter", "id")
    for sending in world.rows("dispatch.sending"):
        found = accepted.get(sending["id"], [])
        yield from _once(sending, found)
        if sending["state"] in LEFT and len(found) == 1:
            attempt = numbers[sending["id"], sending["attempt_number"]]
            yield from _right(sending, attempt, found[0], [files[n] for n in found[0]["files"]])
        if sending["state"] in LEFT:
            yield from _as_its_text_says(sending, letters.get(sending["letter_id"]))


def _as_recorded(world: World) -> Iterator[Broken]:
    """Check that the operator's memory and its record of effects agree: one acceptance a letter."""
    taken = world.grouped("operator.effect", "partner_id")
    for letter in world.rows("operator.letter"):
        effects = [row["action"] for row in taken.get(letter["id"], ())]
        if effects.count("letter accepted") != 1:
            yield Broken(ONCE, letter["id"], "the operator's record does not say it once")


def _once(sending: Row, found: Sequence[Row]) -> Iterator[Broken]:
    state, times = sending["state"], len(found)
    numbers = ", ".join(letter["id"] for letter in found)
    if times > 1:
        yield Broken(ONCE, sending["id"], f"left {times} times: {numbers} ({state})")
    elif state in LEFT and times == 0:
        yield Broken(ONCE, sending["id"], f"{state}, and the operator never had it")
    elif state not in LEFT and state != UNKNOWN and times:
        yield Broken(ONCE, sending["id"], f"{state}, and the operator has it: {numbers}")


def _right(sending: Row, attempt: Row, letter: Row, files: Sequence[Row]) -> Iterator[Broken]:
    expected = [sending["letter_sha256"], *filter(None, [sending["mandate_sha256"]])]
    pairs = {
        "its operator's number": (attempt["reference"], letter["id"]),
        "its attempt": (attempt["id"], letter["our_reference"]),
        "its recipient": (sending["recipient_address"], letter["to_email"]),
        "its number": (sending["letter_number"], letter["letter_number"]),
        "its product": (PRODUCTS[sending["mail_kind"]], letter["product"]),
        "its files": (expected, [file["sha256"] for file in files]),
    }
    for what, (ours, theirs) in pairs.items():
        if ours != theirs:
            yield Broken(RIGHT, sending["id"], f"{what}: ours {ours}, theirs {theirs}")
    if sending["state"] not in HEARD[letter["status"]]:
        yield Broken(RIGHT, sending["id"], f"{sending['state']}, and there {letter['status']}")


def _as_its_text_says(sending: Row, letter: Row | None) -> Iterator[Broken]:
    """Check that the mandate left with the letter if its text says so, and only then."""
    if letter is None or letter["frozen_for"] != sending["id"]:
        return
    is_said, is_joined = letter["frozen_mandate"] == ATTACHED, bool(sending["mandate_sha256"])
    if is_said != is_joined:
        yield Broken(RIGHT, sending["id"], f"mandate joined: {is_joined}, the text says {is_said}")
