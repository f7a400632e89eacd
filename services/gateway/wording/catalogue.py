"""Short French lines by stable code: states, notices, actions to do, events, remarks."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import structlog

from kit import french
from services.gateway.wording.reasons import said

HERE: Final = Path(__file__).parent
BOOKS: Final = ("states", "notices", "actions", "events", "words")

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Line:
    """What to show for a code: a few words, a sentence, an icon and a family of colours."""

    code: str
    title: str
    text: str = ""
    icon: str = "info"
    family: str = "neutre"
    link: str = ""
    button: str = ""


class Catalogue:
    """All lines. A code that has none is logged, and shown as it is rather than hidden."""

    def __init__(self, books: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> None:
        self._books = books

    @classmethod
    def load(cls) -> Self:
        """Read the books of this folder."""
        books = {name: tomllib.loads((HERE / f"{name}.toml").read_text("utf-8")) for name in BOOKS}
        for words in books["words"].values():
            words |= {code: french.typography(word) for code, word in words.items()}
        return cls(books)

    def codes(self, book: str) -> frozenset[str]:
        """Return every code of a book."""
        return frozenset(self._books[book])

    def state(self, code: str, facts: Mapping[str, str] | None = None) -> Line:
        """Return a tracking state: badge and second line."""
        return self._line("states", code, facts)

    def notice(self, code: str, facts: Mapping[str, str] | None = None) -> Line:
        """Return a message about what was just done."""
        return self._line("notices", code, facts)

    def action(self, code: str, facts: Mapping[str, str] | None = None) -> Line:
        """Return a thing to do before sending; ``code`` ends in ``.done`` once it is."""
        return self._line("actions", code, facts)

    def to_do(self, code: str, facts: Mapping[str, str]) -> Line:
        """Return a thing still to do, in the words of its precise cause where there is one."""
        why = facts.get("why", "")
        return self.action(why if why in self._books["actions"] else code, facts)

    def event(self, code: str, facts: Mapping[str, str] | None = None) -> Line:
        """Return a line of a sending's life."""
        return self._line("events", code, facts)

    def word(self, group: str, code: str) -> str:
        """Return the word for a member of a closed list, as « Attestation ORIAS »."""
        found = self._books["words"].get(group, {}).get(code)
        if found is None:
            _log.error("word_missing", group=group, code=code)
            return code
        return str(found)

    def options(self, group: str) -> Mapping[str, str]:
        """Return all words of a group, in their order, for a list of choices."""
        return self._books["words"][group]

    def _line(self, book: str, code: str, facts: Mapping[str, str] | None) -> Line:
        entry = self._books[book].get(code)
        if entry is None:
            _log.error("line_missing", book=book, code=code)
            return Line(code, code)
        texts = {name: said(str(value), facts or {}) for name, value in entry.items()}
        for plain in ("icon", "family", "link"):
            if plain in entry:
                texts[plain] = str(entry[plain])
        return Line(code, **texts)
