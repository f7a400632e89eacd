"""What was acknowledged has exactly one effect; what was not has one at most."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from tests.prove.checker.world import ACKNOWLEDGED, Broken, Request, Row, World

RULE = "acknowledged-once"
RESTARTABLE = {"turned_down", "cancelled", "failed"}


def check(world: World) -> Iterator[Broken]:
    """Compare the clients' history with what stands."""
    yield from _letters(world)
    yield from _contents(world)
    yield from _mandates(world)
    yield from _sendings(world)
    yield from _changes(world)
    yield from _purchases(world)


def _letters(world: World) -> Iterator[Broken]:
    standing = world.grouped("letters.letter", "client_reference")
    for request in world.asked("create-letter"):
        found = standing.get(request.subject, ())
        if len(found) > 1:
            yield Broken(RULE, request.subject, f"created {len(found)} times")
        if request.outcome != ACKNOWLEDGED:
            continue
        if [row["id"] for row in found] != [request.answer["letter_id"]]:
            yield Broken(RULE, request.subject, "acknowledged as another letter, or lost")
    known = {request.subject for request in world.asked("create-letter")}
    for reference in standing.keys() - known:
        yield Broken(RULE, str(reference), "a letter nobody asked for")


def _contents(world: World) -> Iterator[Broken]:
    letters = world.by("letters.letter", "id")
    for request in world.asked("set-recipient", ACKNOWLEDGED):
        letter = letters.get(request.wanted["letter_id"])
        if letter is None or letter["recipient_id"] != request.wanted["recipient_id"]:
            yield Broken(RULE, request.subject, "its recipient is not the one chosen")
    for request in world.asked("add-contract"):
        letter = letters.get(request.wanted["letter_id"])
        contracts = letter["contracts"] if letter else 0
        if contracts > 1:
            yield Broken(RULE, request.subject, f"{contracts} contracts, one was added")
        if request.outcome == ACKNOWLEDGED and contracts != 1:
            yield Broken(RULE, request.subject, "its contract was acknowledged and is lost")


def _mandates(world: World) -> Iterator[Broken]:
    decided = world.grouped("signature.decision", "letter_id")
    mandates = world.by("signature.mandate", "letter_id")
    for act, decision in (("opt-out", "opted_out"), ("validate-scan", "scanned")):
        for request in world.asked(act, ACKNOWLEDGED):
            letter_id = request.wanted["letter_id"]
            found = [row["decision"] for row in decided.get(letter_id, ())]
            if found != [decision] or mandates[letter_id]["decision"] != decision:
                yield Broken(RULE, request.subject, f"decided once as {decision}, found {found}")


def _sendings(world: World) -> Iterator[Broken]:
    """A validation that was acknowledged began one generation, and no other did."""
    sendings = world.by("dispatch.sending", "letter_id")
    validated = _validations(world)
    asked: defaultdict[str, list[Request]] = defaultdict(list)
    for request in world.asked("finalise"):
        asked[request.wanted["letter_id"]].append(request)
    for letter_id, requests in asked.items():
        sending = sendings.get(letter_id)
        if sending is not None:
            yield from _generations(sending, requests, validated[sending["id"]])
        elif any(request.outcome == ACKNOWLEDGED for request in requests):
            yield Broken(RULE, letter_id, "its validation was acknowledged and is lost")
    for letter_id in sendings.keys() - asked.keys():
        yield Broken(RULE, letter_id, "a sending nobody validated")


def _generations(sending: Row, requests: Sequence[Request], validated: int) -> Iterator[Broken]:
    letter_id, generation = sending["letter_id"], sending["generation"]
    answers = Counter(
        request.answer["generation"] for request in requests if request.outcome == ACKNOWLEDGED
    )
    for answered, times in answers.items():
        if times > 1:
            yield Broken(RULE, letter_id, f"generation {answered} acknowledged {times} times")
    if validated != generation:
        yield Broken(RULE, letter_id, f"{validated} validations are written, not {generation}")
    if generation > len(requests):
        yield Broken(RULE, letter_id, f"validated {generation} times, asked {len(requests)}")


def _validations(world: World) -> Counter[str]:
    """Count the generations that were validated, by sending."""
    return Counter(
        line["sending_id"]
        for line in world.rows("dispatch.timeline")
        if line["code"] == "validated"
    )


def _changes(world: World) -> Iterator[Broken]:
    sendings = world.by("dispatch.sending", "letter_id")
    for request in world.asked("cancel", ACKNOWLEDGED):
        sending = sendings[request.wanted["letter_id"]]
        again = sending["generation"] > request.answer["generation"]
        if not again and sending["state"] != "cancelled":
            yield Broken(RULE, request.subject, f"cancelled, and {sending['state']}")
    for request in world.asked("move", ACKNOWLEDGED):
        sending = sendings[request.wanted["letter_id"]]
        same = sending["generation"] == request.answer["generation"]
        if same and str(sending["send_day"]) < request.wanted["send_day"]:
            yield Broken(RULE, request.subject, f"moved, and planned on {sending['send_day']}")


def _purchases(world: World) -> Iterator[Broken]:
    known = world.grouped("billing.top_up", "account_id")
    asked: defaultdict[str, list[Request]] = defaultdict(list)
    for request in world.asked("top-up"):
        asked[request.account].append(request)
    for account_id in asked.keys() | known.keys():
        found = {row["id"] for row in known.get(account_id, ())}
        answers = [
            request.answer["top_up_id"]
            for request in asked[account_id]
            if request.outcome == ACKNOWLEDGED
        ]
        if len(set(answers)) != len(answers):
            yield Broken(RULE, account_id, "two purchases were answered with the same one")
        if lost := set(answers) - found:
            yield Broken(RULE, account_id, f"purchases acknowledged and lost: {sorted(lost)}")
        if len(found) > len(asked[account_id]):
            yield Broken(
                RULE, account_id, f"{len(found)} purchases, {len(asked[account_id])} asked"
            )
