"""Facts between services: outbox, relay, JetStream, inbox, dead letters (ARCHITECTURE.md §3)."""

from kit.events.bus import Bus
from kit.events.consumer import Consumer, Listener
from kit.events.dead_letters import DeadLetter, list_dead_letters, replay
from kit.events.outbox import Incoming, announce
from kit.events.relay import Relay, republish

__all__ = [
    "Bus",
    "Consumer",
    "DeadLetter",
    "Incoming",
    "Listener",
    "Relay",
    "announce",
    "list_dead_letters",
    "replay",
    "republish",
]
