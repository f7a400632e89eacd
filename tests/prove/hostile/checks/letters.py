"""Printed letters: every text that was kept stands there, as its place sets it."""

from collections.abc import Iterator, Mapping
from typing import Final

from kit.french import typography
from kit.text import tidy
from tests.prove.hostile.checks.pdfs import says
from tests.prove.hostile.texts import HOSTILE, UNPRINTED

_NAMES: Final = {"last_name", "reference"}  # to the letter
_PARAGRAPHS: Final = {"free_text", "ground_text"}  # with the spaces and apostrophes of French
_LEFT_OUT: Final = {HOSTILE[name] for name in UNPRINTED}


def unsaid(pdf: bytes, kept: Mapping[str, str]) -> Iterator[str]:
    """Yield each field whose text is not in the letter; ``kept`` has texts by field."""
    for field, text in words_of(kept).items():
        if not says(pdf, text):
            yield f"{field} is not as typed: {text!r}"


def words_of(kept: Mapping[str, str]) -> dict[str, str]:
    """Return what a letter must say of the texts that were kept, by field."""
    words = {}
    for field, typed in kept.items():
        name = field.rpartition(".")[2]
        if typed not in _LEFT_OUT and name in _NAMES | _PARAGRAPHS:
            words[field] = tidy(typed) if name in _NAMES else typography(tidy(typed))
    return words
