"""How a process of ours runs: on uvloop, which spends half of asyncio's own loop on a message."""

from collections.abc import Coroutine
from typing import Any, TypeVar

import uvloop

T = TypeVar("T")


def run_process(main: Coroutine[Any, Any, T]) -> T:
    """Run the whole life of a process; return what it returns, raise what it raises."""
    return uvloop.run(main)
