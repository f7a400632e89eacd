"""What is written down for us alone: logs, facts on their way, metrics."""

import json
from collections.abc import Collection, Iterator

from tests.prove.hostile.texts import MARK


def faults_of_log(log: bytes, persons: Collection[str] = ()) -> Iterator[str]:
    """Yield each line that is no event of ours, or names somebody."""
    for rank, line in enumerate(log.splitlines(), start=1):
        try:
            event = json.loads(line)
        except ValueError:
            yield f"line {rank} is no JSON: {line[:120]!r}"
            continue
        if not isinstance(event, dict) or not {"event", "level", "timestamp"} <= event.keys():
            yield f"line {rank} is no event: {line[:120]!r}"
        yield from (f"line {rank}: {one}" for one in faults_of_bytes(line, persons))


def faults_of_bytes(data: bytes, persons: Collection[str] = ()) -> Iterator[str]:
    """Yield what names somebody, or holds a text that was typed."""
    folded = data.decode("utf-8", "replace").casefold()
    for word in (MARK, *persons):
        if word.casefold() in folded:
            start = max(0, folded.index(word.casefold()) - 60)
            yield f"{word!r} in {folded[start : start + 160]!r}"
