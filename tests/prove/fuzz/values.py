"""JSON as nobody writes it: any value anywhere, and known documents with one part replaced."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

Json = Any


def json_values(words: Sequence[str] = ()) -> st.SearchStrategy[Json]:
    """Draw any JSON value; ``words`` are the texts that may mean something."""
    leaves = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.sampled_from([0, -1, 2**31, 2**63, 2**64, 10**400, 1e308, -0.0]),
        st.sampled_from([*words, ""]),
        st.text(max_size=30),
    )
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from([*words, "id", "status"]) | st.text(max_size=8), inner, max_size=4
            )
        ),
        max_leaves=12,
    )


def anything_like(document: Json, words: Sequence[str] = ()) -> st.SearchStrategy[Json]:
    """Draw this document with up to three of its parts replaced, or taken away."""
    places = list(_places(document, ()))
    change = st.tuples(st.sampled_from(places), st.just(_GONE) | json_values(words))
    return st.lists(change, min_size=1, max_size=3).map(lambda changes: _with(document, changes))


class _Gone:
    """Stands for a part taken away."""


_GONE = _Gone()
_Path = tuple[str | int, ...]


def _places(value: Json, path: _Path) -> list[_Path]:
    found = [path] if path else []
    steps = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for step, inner in steps:
        found += _places(inner, (*path, step))
    return found


def _with(document: Json, changes: Sequence[tuple[_Path, Json]]) -> Json:
    for path, value in changes:
        document = _replaced(document, path, value)
    return document


def _replaced(value: Json, path: _Path, new: Json) -> Json:
    if not path:
        return new
    step, *rest = path
    if isinstance(value, dict) and step in value:
        made = {name: one for name, one in value.items() if name != step}
        inner = _replaced(value[step], tuple(rest), new)
        return made if inner is _GONE else {**made, step: inner}
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        inner = _replaced(value[step], tuple(rest), new)
        return [*value[:step], *([] if inner is _GONE else [inner]), *value[step + 1 :]]
    return value
