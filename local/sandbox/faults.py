"""Switches that make a partner misbehave, a number of times or until turned off."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from local.sandbox.store import Store

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS fault (
    partner TEXT NOT NULL, name TEXT NOT NULL, settings TEXT NOT NULL, remaining INTEGER,
    PRIMARY KEY (partner, name)
);
"""


class Partner(StrEnum):
    """Who the sandbox plays."""

    MAIL = "mail"
    AR24 = "ar24"
    STRIPE = "stripe"
    ORIAS = "orias"
    TSA = "tsa"


class Fault(StrEnum):
    """How a partner may misbehave."""

    OUTAGE = "outage"
    MAINTENANCE = "maintenance"
    SLOW = "slow"
    ERROR_BEFORE_ACCEPT = "error_before_accept"
    TIMEOUT_AFTER_ACCEPT = "timeout_after_accept"
    DUPLICATED = "duplicated"
    REORDERED = "reordered"
    LOST = "lost"
    DELAYED = "delayed"
    ANSWERS = "answers"
    QUOTA = "quota"
    BOUNCE = "bounce"
    HELD = "held"
    REJECTED = "rejected"


_CALLS: Final = (
    Fault.OUTAGE,
    Fault.SLOW,
    Fault.ERROR_BEFORE_ACCEPT,
    Fault.TIMEOUT_AFTER_ACCEPT,
)
_NEWS: Final = (Fault.DUPLICATED, Fault.REORDERED, Fault.LOST, Fault.DELAYED)
OFFERED: Final[dict[Partner, tuple[Fault, ...]]] = {
    Partner.AR24: (
        *_CALLS,
        Fault.MAINTENANCE,
        *_NEWS,
        Fault.ANSWERS,
        Fault.QUOTA,
        Fault.BOUNCE,
        Fault.HELD,
        Fault.REJECTED,
    ),
    Partner.STRIPE: (*_CALLS, *_NEWS),
    Partner.ORIAS: _CALLS,
    Partner.TSA: _CALLS,
    Partner.MAIL: _CALLS,
}


class UnknownFault(ValueError):
    """This partner has no such switch, or its setting cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """One switch that is on; ``remaining`` is None until it is turned off by hand."""

    fault: Fault
    settings: dict[str, Any]
    remaining: int | None

    def seconds(self, default: float) -> float:
        """Return the delay this switch was set to."""
        return float(self.settings.get("seconds", default))


class Faults:
    """The switches of all partners."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._well: set[Partner] = set()  # known to have no switch on: each call asks several times

    def on(self, partner: Partner) -> list[Switch]:
        """Return the switches that are on."""
        if partner in self._well:
            return []
        rows = self._store.rows("SELECT * FROM fault WHERE partner = ? ORDER BY name", (partner,))
        if not rows and not self._store.in_transaction:  # else it may be taken back
            self._well.add(partner)
        return [
            Switch(
                fault=Fault(row["name"]),
                settings=json.loads(row["settings"]),
                remaining=row["remaining"],
            )
            for row in rows
        ]

    def replace(self, partner: Partner, wanted: dict[str, dict[str, Any]]) -> None:
        """Turn these switches on and all the others off. Raises ``UnknownFault``."""
        for name, settings in wanted.items():
            if name not in OFFERED[partner]:
                raise UnknownFault(f"{partner} has no switch {name!r}")
            _check(settings)
        with self._store.transaction():
            self._store.write("DELETE FROM fault WHERE partner = ?", (partner,))
            for name, settings in wanted.items():
                self._store.write(
                    "INSERT INTO fault VALUES (?, ?, ?, ?)",
                    (partner, name, json.dumps(settings), settings.get("times")),
                )
        self._well.discard(partner)

    def peek(self, partner: Partner, fault: Fault) -> Switch | None:
        """Return a switch if it is on, without counting it as fired."""
        return next((switch for switch in self.on(partner) if switch.fault is fault), None)

    def fire(self, partner: Partner, fault: Fault, *, path: str = "") -> Switch | None:
        """Return a switch if it is on, and count it; the last of its times turns it off.

        A switch that was set for the calls of one ``path`` is off for the others.
        """
        switch = self.peek(partner, fault)
        if switch is None or not path.rstrip("/").endswith(switch.settings.get("path", "")):
            return None
        if switch.remaining is not None:
            with self._store.transaction():
                self._store.write(
                    "UPDATE fault SET remaining = remaining - 1 WHERE partner = ? AND name = ?",
                    (partner, fault),
                )
                self._store.write("DELETE FROM fault WHERE remaining <= 0")
        return switch


def _check(settings: dict[str, Any]) -> None:
    for name in ("seconds", "times", "sends"):
        value = settings.get(name, 1)
        if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
            raise UnknownFault(f"{name} must be a positive number")
    if settings.get("times") == 0:
        raise UnknownFault("times must be at least 1")
    if not isinstance(settings.get("path", ""), str):
        raise UnknownFault("path is the end of a path")
    if settings.get("mode", "whole") not in {"whole", "result", "clear"}:
        raise UnknownFault("mode is whole, result or clear")
