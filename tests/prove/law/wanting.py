"""What the sentences want of an answer, and how an answer falls short of it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from typing_extensions import override


class OneOf:
    """Several answers are right: the sentences do not choose between them."""

    def __init__(self, *allowed: object) -> None:
        self.allowed = allowed

    @override
    def __repr__(self) -> str:
        return f"one of {self.allowed}"


def differences(wanted: Mapping[str, Any], got: Mapping[str, Any]) -> list[str]:
    """Return each key whose answer is not the wanted one; other keys are not looked at."""
    return [
        f"{key}: the sentences give {_plain(value)}, the engine {got.get(key)!r}"
        for key, value in wanted.items()
        if not _meets(_plain(value), got.get(key))
    ]


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _meets(wanted: object, got: object) -> bool:
    return got in wanted.allowed if isinstance(wanted, OneOf) else got == wanted
