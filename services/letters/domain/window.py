"""The recipient's address as the envelope's window shows it (NF Z 10-011)."""

import re
import textwrap
from collections.abc import Sequence
from typing import Final

WIDTH: Final = 38
"""Characters a line may have."""
_PUNCTUATION: Final = re.compile(r"[.,;:()\"/]+")


def window_lines(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the lines in capitals, without punctuation, cut at a word before 38 characters.

    Accents stay: only optical reading of paper asks to drop them.
    """
    capitals = [" ".join(_PUNCTUATION.sub(" ", line).upper().split()) for line in lines]
    cut = [textwrap.wrap(line, WIDTH, break_long_words=True) for line in capitals if line]
    return tuple(part for parts in cut for part in parts)
