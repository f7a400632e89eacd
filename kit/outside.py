"""What others wrote, read without surprise: either a value we can work with, or ``ValueError``."""

import json
from typing import Any, Final, NoReturn

_NO_TEXT: Final = "\0"  # Postgres stores every character but this one


def read_json(data: bytes | str) -> Any:  # noqa: ANN401 - JSON
    """Read JSON whose texts can be stored and sent on.

    Raises ``ValueError`` whatever is wrong: encoding, syntax, nesting without end, numbers that are
    none, texts that no database takes.
    """
    try:
        value = json.loads(data, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("nested without end") from error
    _check_texts(value)
    return value


def _check_texts(value: object) -> None:
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str() as text:
                if _NO_TEXT in text:
                    raise ValueError("a text holds a NUL")
                text.encode()  # raises a ValueError on half a character
            case list() as items:
                waiting += items
            case dict() as fields:
                waiting += [*fields, *fields.values()]
            case _:
                pass


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")
