"""What people read when something is refused: from a stable reason and its facts to French."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final, Self

import structlog

from kit import french
from kit.days import paris_date

CATALOGUE: Final = Path(__file__).with_name("reasons.toml")
UNSAID: Final = "…"  # stands for a fact that the refusal did not carry

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Words:
    """A refusal in French: a few words, then a sentence or two."""

    title: str
    detail: str


class Reasons:
    """The catalogue of refusals."""

    def __init__(self, entries: Mapping[str, Mapping[str, str]]) -> None:
        self._entries = entries

    @classmethod
    def load(cls, path: Path = CATALOGUE) -> Self:
        """Read the catalogue. Raises ``KeyError`` when an entry lacks its title or its detail."""
        entries = tomllib.loads(path.read_text("utf-8"))
        return cls({r: {"title": e["title"], "detail": e["detail"]} for r, e in entries.items()})

    def __contains__(self, reason: str) -> bool:
        return reason in self._entries

    def template(self, reason: str) -> Words:
        """Return what is said about ``reason`` before any fact is known. Raises ``KeyError``."""
        entry = self._entries[reason]
        return Words(french.typography(entry["title"]), french.typography(entry["detail"]))

    def words(self, reason: str, facts: Mapping[str, str] | None = None) -> Words:
        """Return what to say about ``reason``; an unknown one is logged, and said vaguely."""
        entry = self._entries.get(reason)
        if entry is None:
            _log.error("reason_without_words", reason=reason)
            entry = self._entries["internal-error"]
        return Words(french.typography(entry["title"]), said(entry["detail"], facts or {}))


def said(sentence: str, facts: Mapping[str, str]) -> str:
    """Return a catalogue's sentence with its ``{facts}`` filled in, as people read them."""
    readable = _Said({name: _readable(name, value) for name, value in facts.items()})
    return french.typography(sentence.format_map(readable))


class _Said(dict[str, str]):
    def __missing__(self, key: str) -> str:
        _log.error("fact_missing", fact=key)
        return UNSAID


def _readable(name: str, value: str) -> str:
    """Write sums, days and instants as people read them; anything else as it came."""
    unit = name.rpartition("_")[2]  # the last word of a fact's name says what it is
    try:
        if unit == "cents":
            return french.euros(int(value))
        if unit == "day":
            return french.long_day(date.fromisoformat(value))
        if unit == "at":
            instant = datetime.fromisoformat(value)
            return f"{french.plain_day(paris_date(instant))} à {french.instant_hm(instant)}"
    except ValueError:
        return value
    return value
