"""Nothing waits, nothing is stuck: facts, mails, due work, and every sending on its way."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.prove.checker.queries import WITH_PLUMBING
from tests.prove.checker.world import Broken, Row, World

DRAINED, STUCK, HEARD = "drained", "nothing-stuck", "every-fact-heard"
LISTENERS = {  # who listens, as the consumers are named in the inbox; to what, as subjects begin
    ("letters", "letters-tracking"): ("dispatch", "evt.dispatch.v1.sending_changed."),
    ("signature", "signature-letters"): ("letters", "evt.letters.v1.letter_changed."),
    ("dispatch", "dispatch-accounts"): ("accounts", "evt.accounts.v1.standing_changed."),
}
# What must be planned for a sending in a state that is not an end: one of these, by key.
NEXT = {
    "preparing": ("prepare:{id}",),
    "scheduled": ("depart:{id}",),
    "due": ("depart:{id}",),
    "blocked": ("depart:{id}",),
    "in_transit": ("news:{id}", "sweep:{account_id}"),
    "deposited": ("window:{id}",),
}


def check(world: World) -> Iterator[Broken]:
    """Look at every queue of every service, and at each sending that is under way."""
    for service in WITH_PLUMBING:
        yield from _queues(world, service)
        yield from _due_work(world, service)
    yield from _facts(world)
    yield from _sendings(world)


def _queues(world: World, service: str) -> Iterator[Broken]:
    for fact in world.rows(f"{service}.outbox"):
        if not fact["published"]:
            told = f"{fact['subject']} tried {fact['attempts']} times: {fact['last_error']}"
            yield Broken(DRAINED, f"{service} outbox", told)
    for dead in world.rows(f"{service}.dead_letter"):
        if dead["state"] != "taken":
            yield Broken(DRAINED, f"{service} dead letter {dead['id']}", str(dead["error"]))
    for mail in world.rows(f"{service}.outgoing_mail"):
        if not mail["sent"]:
            why = "waits" if mail["waits"] else "was given up"
            yield Broken(DRAINED, f"{service} mail {mail['key']}", f"{why}: {mail['last_error']}")


def _due_work(world: World, service: str) -> Iterator[Broken]:
    for item in world.rows(f"{service}.scheduled_item"):
        about = f"{service} {item['key']}"
        if item["state"] == "leased":
            yield Broken(STUCK, about, f"leased, tried {item['attempts']} times")
        elif item["state"] == "pending" and item["due_at"] <= world.now:
            yield Broken(STUCK, about, f"due and not done: {item['last_error']}")


def _facts(world: World) -> Iterator[Broken]:
    for (service, consumer), (owner, subject) in LISTENERS.items():
        taken = {
            row["event_id"] for row in world.rows(f"{service}.inbox") if row["consumer"] == consumer
        }
        told = {
            row["event_id"]
            for row in world.rows(f"{owner}.outbox")
            if row["subject"].startswith(subject)
        }
        if unheard := told - taken:
            yield Broken(HEARD, consumer, f"{len(unheard)} not heard, such as {min(unheard)}")
        if invented := taken - told:
            yield Broken(HEARD, consumer, f"heard what nobody told: {min(invented)}")


def _sendings(world: World) -> Iterator[Broken]:
    items = world.by("dispatch.scheduled_item", "key")
    for sending in world.rows("dispatch.sending"):
        if sending["state"] == "submitting":
            yield Broken(STUCK, sending["id"], "being handed over, by nobody")
        wanted = NEXT.get(sending["state"], ())
        if wanted and not any(_planned(items, key, sending) for key in wanted):
            yield Broken(STUCK, sending["id"], f"{sending['state']}, and nothing is planned")


def _planned(items: Mapping[Any, Row], key: str, sending: Row) -> bool:
    item = items.get(key.format(id=sending["id"], account_id=sending["account_id"]))
    return item is not None and item["state"] == "pending"
