"""The evidence of one sending: who, what, when, each event chained to the one before."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from kit.outside import read_json

FORMAT: Final = "preavis-evidence/1"
ATTACHMENT_NAME: Final = "preavis-evidence.json"
GENESIS: Final = "0" * 64  # what the first event of a sending is chained to


class EvidenceAltered(ValueError):
    """The evidence is not what was sealed: not canonical, not complete, or its chain is broken."""


def canonical(value: object) -> bytes:
    """Write JSON in the one way that can be hashed: sorted keys, no spaces, UTF-8 (RFC 8785).

    Only text, whole numbers, booleans, lists and objects: a float raises ``TypeError``.
    """
    _refuse_floats(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def chain(previous: str, event: Mapping[str, object]) -> str:
    """Return the hash that seals ``event`` and, through ``previous``, everything before it."""
    return hashlib.sha256(canonical({"event": event, "previous": previous})).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceEvent:
    """One thing that happened. ``code`` is the event's name in ETSI EN 319 522-1."""

    at: datetime
    code: str
    facts: Mapping[str, str]
    previous: str
    hash: str

    @classmethod
    def after(
        cls, previous: str, *, at: datetime, code: str, facts: Mapping[str, str]
    ) -> "EvidenceEvent":
        """Chain a new event to the one whose hash is ``previous`` (``GENESIS`` for the first)."""
        body = _event_body(at, code, facts)
        return cls(at=at, code=code, facts=facts, previous=previous, hash=chain(previous, body))

    @property
    def holds(self) -> bool:
        """Tell whether the hash is that of this very event."""
        return chain(self.previous, _event_body(self.at, self.code, self.facts)) == self.hash


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceProof:
    """A file of the operator, kept byte for byte: ``sha256`` in hexadecimal."""

    kind: str
    sha256: str
    operator_reference: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that the evidence sheet proves about one sending."""

    letter: Mapping[str, str]
    parties: Mapping[str, Mapping[str, str]]
    events: Sequence[EvidenceEvent]
    proofs: Sequence[EvidenceProof]

    @property
    def sha256(self) -> str:
        """The hash of the whole: the account's next evidence is chained to it."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    @property
    def head(self) -> str:
        """The hash of the last event: it alone commits to all of them."""
        return self.events[-1].hash if self.events else GENESIS

    def to_bytes(self) -> bytes:
        """Return the JSON that travels inside the sealed sheet."""
        return canonical(
            {
                "format": FORMAT,
                "letter": dict(self.letter),
                "parties": {role: dict(party) for role, party in self.parties.items()},
                "events": [
                    _event_body(event.at, event.code, event.facts)
                    | {"previous": event.previous, "hash": event.hash}
                    for event in self.events
                ],
                "proofs": [
                    {
                        "kind": proof.kind,
                        "sha256": proof.sha256,
                        "operator_reference": proof.operator_reference,
                        "fetched_at": proof.fetched_at.isoformat(),
                    }
                    for proof in self.proofs
                ],
                "head": self.head,
            }
        )

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Read what ``to_bytes`` wrote. Raises ``EvidenceAltered`` when anything in it differs."""
        try:
            raw = read_json(data)
            evidence = cls(
                letter=raw["letter"],
                parties=raw["parties"],
                events=[
                    EvidenceEvent(
                        at=datetime.fromisoformat(event["at"]),
                        code=event["code"],
                        facts=event["facts"],
                        previous=event["previous"],
                        hash=event["hash"],
                    )
                    for event in raw["events"]
                ],
                proofs=[
                    EvidenceProof(
                        kind=proof["kind"],
                        sha256=proof["sha256"],
                        operator_reference=proof["operator_reference"],
                        fetched_at=datetime.fromisoformat(proof["fetched_at"]),
                    )
                    for proof in raw["proofs"]
                ],
            )
            unchanged = evidence.to_bytes() == data
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise EvidenceAltered("unreadable evidence") from error
        if not unchanged:
            raise EvidenceAltered("evidence is not in its canonical form")
        evidence._check_chain()
        return evidence

    def _check_chain(self) -> None:
        previous = GENESIS
        for event in self.events:
            if event.previous != previous or not event.holds:
                raise EvidenceAltered(f"the chain breaks at {event.code}, {event.at.isoformat()}")
            previous = event.hash


def _event_body(at: datetime, code: str, facts: Mapping[str, str]) -> dict[str, object]:
    return {"at": at.isoformat(), "code": code, "facts": dict(facts)}


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError("a float has no canonical form")
    if isinstance(value, Mapping):
        for inner in value.values():
            _refuse_floats(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_floats(inner)
