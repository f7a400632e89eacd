"""What happened to a sending: the fact that every change publishes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One line of a sending's life: a stable code, when it happened, what a sentence needs.

    ``applied`` is false for late or repeated news: it is recorded, and changes nothing.
    """

    code: str
    at: datetime
    facts: Mapping[str, str] = field(default_factory=dict)
    applied: bool = True
