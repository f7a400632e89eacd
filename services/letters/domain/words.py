"""Words as people type them: no accent, capital or punctuation, to search and to sort."""

import re
import unicodedata
from typing import Final

_LIGATURES: Final = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss", "ø": "o"})
_GAPS: Final = re.compile(r"[^0-9a-z]+")
_LONGEST_WORD: Final = 40


def folded(text: str) -> str:
    """Return ``text`` in lower-case letters and digits, one space between words.

    « Mutuelle Val d’Ambre » becomes ``mutuelle val d ambre``.
    """
    plain = unicodedata.normalize("NFKD", text.translate(_LIGATURES)).casefold()
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return _GAPS.sub(" ", bare).strip()


def words(text: str) -> tuple[str, ...]:
    """Return the folded words of ``text``, in order, each cut at 40 characters."""
    return tuple(word[:_LONGEST_WORD] for word in folded(text).split())


def squeezed(text: str) -> str:
    """Return the folded words of ``text`` without gaps: « VA-88 204417 » becomes ``va88204417``."""
    return "".join(words(text))[:_LONGEST_WORD]


def search_words(*texts: str) -> frozenset[str]:
    """Return what a search may find of these texts: their words, and each text without gaps.

    The second lets ``va88204417`` find « VA-88-204417 ».
    """
    found: set[str] = set()
    for text in texts:
        found.update(words(text))
        found.add(squeezed(text))
    found.discard("")
    return frozenset(found)


def all_begin(query: str, among: frozenset[str]) -> bool:
    """Say whether each word of the query begins some word of ``among``."""
    return all(any(word.startswith(asked) for word in among) for asked in words(query))


def spans(query: str, text: str) -> tuple[tuple[int, int], ...]:
    """Return the half-open ranges of characters of ``text`` that the words of the query begin."""
    asked = words(query)
    found = []
    for match in re.finditer(r"\w+", text):
        kept = [len(word) for word in asked if folded(match.group()).startswith(word)]
        if kept:
            end = _characters_for(match.group(), max(kept))
            found.append((match.start(), match.start() + end))
    return tuple(found)


def _characters_for(word: str, length: int) -> int:
    """Return how many characters of ``word`` fold into at least ``length`` letters."""
    for count in range(1, len(word) + 1):
        if len(folded(word[:count])) >= length:
            return count
    return len(word)
