"""Names under which browsers save our files."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from tests.prove.hostile.checks.text import hidden

_HEADER: Final = re.compile(r"(?:inline|attachment); filename\*=UTF-8''([A-Za-z0-9._~%-]+)")
LONGEST: Final = 200


def faults_of_name(header: str) -> Iterator[str]:
    """Yield what is wrong with a ``Content-Disposition``: it holds one name, and nothing else."""
    found = _HEADER.fullmatch(header)
    if found is None:
        yield f"not one name: {header[:120]!r}"
        return
    name = unquote(found[1], errors="strict")
    if marks := hidden(name):
        yield f"{marks} in {name[:60]!r}"
    if not 0 < len(name) <= LONGEST:
        yield f"a name of {len(name)} characters"
