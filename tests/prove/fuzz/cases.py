"""How many cases, drawn from which seed: few in `make test`, all of them in `make prove`."""

import os
from collections.abc import Callable
from typing import Any, Final, TypeVar

from hypothesis import HealthCheck, Phase, seed, settings

TIMES: Final = int(os.environ.get("PREAVIS_PROVE_TIMES", "1"))
"""How many times as many cases as in `make test`."""
SEED: Final = int(os.environ.get("PREAVIS_PROVE_SEED", "1"))
"""The same seed draws the same cases; a failure prints it. `make test` always draws the same, so
that a commit is judged by what it changed; `make prove` draws new ones at each run."""
WITHOUT_SHRINKING: Final = (Phase.explicit, Phase.generate)
"""For what lives behind a server: asking it again and again to find the least case costs too much,
and its state is no longer what it was."""

Test = TypeVar("Test", bound=Callable[..., Any])


def fuzzed(cases: int, *, shrinking: bool = True) -> Callable[[Test], Test]:
    """Try a test on this many cases, times ``PREAVIS_PROVE_TIMES``."""
    chosen = settings(
        max_examples=cases * TIMES,
        deadline=None,  # the machine is shared: what is slow is caught by the test's own limit
        database=None,  # what was found before becomes an example in the test itself
        suppress_health_check=list(HealthCheck),
        phases=(*WITHOUT_SHRINKING, Phase.shrink) if shrinking else WITHOUT_SHRINKING,
        print_blob=True,
    )

    def tried(test: Test) -> Test:
        return seed(SEED)(chosen(test))

    return tried
