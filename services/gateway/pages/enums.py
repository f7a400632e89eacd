"""Closed lists of the protos as short words: ``PROOF_STATE_IN_REVIEW`` is ``in-review``."""

import re
from typing import Any, Final

_WORD_START: Final = re.compile(r"(?<!^)(?=[A-Z])")


def _prefix(enum: Any) -> str:  # noqa: ANN401 - generated enums share no type
    return _WORD_START.sub("_", enum.DESCRIPTOR.name).upper() + "_"


def slug(enum: Any, value: int) -> str:  # noqa: ANN401
    """Return the word of a member."""
    name: str = enum.Name(value)
    return name.removeprefix(_prefix(enum)).lower().replace("_", "-")


def member(enum: Any, word: str) -> Any:  # noqa: ANN401
    """Return the member of a word; the unspecified one, zero, for a word that names none."""
    name = _prefix(enum) + word.upper().replace("-", "_")
    return enum.Value(name) if name in enum.keys() else 0  # noqa: SIM118 - an enum is no dict
