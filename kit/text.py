"""Texts that people type, as they print: on one line, and without what nobody sees."""

import unicodedata
from collections.abc import Iterator
from typing import Final

_MOST_MARKS: Final = 4  # accents stacked on one letter: no language needs more


def tidy(text: str) -> str:
    """Return ``text`` as it prints: composed, on one line, spaces single, nothing invisible.

    Controls, marks that turn the direction of writing, characters of no width, and accents piled
    on one letter until they cover the lines around are left out.
    """
    spaced = " ".join(unicodedata.normalize("NFC", text).split())
    return " ".join("".join(_printed(spaced)).split())


def _printed(text: str) -> Iterator[str]:
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS and character.isprintable():
            yield character
