"""Bytes that were once in order: cut, turned, doubled, and sewn together."""

from collections.abc import Sequence

from hypothesis import strategies as st

MOST_CHANGES = 6


def spoilt(
    originals: Sequence[bytes], words: Sequence[bytes] = (b"\0", b"\xff")
) -> st.SearchStrategy[bytes]:
    """Draw one of these, changed in a few places; ``words`` are put where they hurt."""
    return st.one_of(
        st.binary(max_size=200),
        st.sampled_from(originals),
        st.builds(_spoil, st.sampled_from(originals), st.lists(_change(words), max_size=6)),
        st.builds(_sewn, st.sampled_from(originals), st.sampled_from(originals), _PLACE),
    )


_PLACE = st.floats(0, 1, exclude_max=True)


def _change(words: Sequence[bytes]) -> st.SearchStrategy[tuple[str, float, float, bytes]]:
    kinds = st.sampled_from(["cut", "drop", "double", "flip", "put", "put over"])
    return st.tuples(kinds, _PLACE, _PLACE, st.sampled_from(words) | st.binary(max_size=8))


def _spoil(original: bytes, changes: Sequence[tuple[str, float, float, bytes]]) -> bytes:
    data = original
    for kind, first, second, word in changes:
        data = _changed(data, kind, sorted((first, second)), word)
    return data


def _changed(data: bytes, kind: str, places: Sequence[float], word: bytes) -> bytes:
    start, stop = (int(place * len(data)) for place in places)
    match kind:
        case "cut":
            return data[:stop]
        case "drop":
            return data[:start] + data[stop:]
        case "double":
            return data[:stop] + data[start:]
        case "flip":
            return (
                data[:start]
                + bytes(byte ^ 1 << start % 8 for byte in data[start : start + 1])
                + data[start + 1 :]
            )
        case "put":
            return data[:start] + word + data[start:]
        case _:
            return data[:start] + word + data[start + len(word) :]


def _sewn(head: bytes, tail: bytes, place: float) -> bytes:
    return head[: int(place * len(head)) + 1] + tail
