"""What no text that is shown or kept may hold."""

import unicodedata
from typing import Final

_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls, marks that turn the direction of writing or have no width, breaks of lines."""
_UNSEEN: Final = frozenset("\u034f\u115f\u1160\u2800\u3164\ufe0f\uffa0")  # blank, and no space
OUR_OWN: Final = frozenset("\n\r\t\f")  # what HTML, text and PDF are laid out with


def hidden(text: str, *, allowed: frozenset[str] = frozenset()) -> list[str]:
    """Return the characters of a text that nobody sees, as ``U+202E RIGHT-TO-LEFT OVERRIDE``."""
    found = {c for c in text if c in _UNSEEN or unicodedata.category(c) in _HIDDEN} - allowed
    return sorted(f"U+{ord(c):04X} {unicodedata.name(c, 'control')}" for c in found)
