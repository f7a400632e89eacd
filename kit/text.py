"""Texts that people type, as they print: on one line, and without what nobody sees."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

# Printable by their category, and yet nothing is seen: fillers, joiners, choices of a variant.
_UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_MOST_MARKS: Final = 4  # accents stacked on one letter: no language needs more
_PILE: Final = 200  # marks on one letter, beyond which composing them costs too much
_NO_WORDS: Final = re.compile(rf"[^\w\s]{{{_PILE + 1},}}")  # no mark is of a word: quick to find


def tidy(text: str) -> str:
    """Return ``text`` as it prints: composed, on one line, spaces single, nothing invisible.

    Controls, marks that turn the direction of writing, characters of no width, blanks that pass
    for letters, and accents piled on one letter until they cover the lines around are left out.
    """
    spaced = " ".join(unicodedata.normalize("NFC", without_unseen(text)).split())
    return " ".join("".join(_printed(spaced)).split())


def without_unseen(text: str) -> str:
    """Return ``text`` without the letters and marks that leave no trace on any page."""
    return _UNSEEN.sub("", text)


def tidy_lines(text: str) -> str:
    """Return a text of several lines as it prints: each line tidied, one empty line at most."""
    lines = [tidy(line) for line in text.splitlines()]
    kept = [line for rank, line in enumerate(lines) if line or (rank and lines[rank - 1])]
    return "\n".join(kept).strip()


def is_piled(text: str) -> bool:
    """Say whether one letter bears more than two hundred marks.

    Composing such a text takes the square of its length: 15 seconds for 80,000 marks.
    """
    return any(_highest(found[0]) > _PILE for found in _NO_WORDS.finditer(text))


def _highest(text: str) -> int:
    highest = marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        highest = max(highest, marks)
    return highest


def _printed(text: str) -> Iterator[str]:
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS and character.isprintable():
            yield character
