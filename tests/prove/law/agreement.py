"""Both formulations asked about one case: the engine by the door of ``preavis legal check``."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cli.legal.functions import FUNCTIONS
from cli.legal.reading import Answer, Vector
from tests.prove.law.sentences import wanted_of
from tests.prove.law.wanting import differences

SHOWN = 8
Ask = Callable[[Vector], Answer]


@dataclass(slots=True)
class Tally:
    """How many cases were asked, and on which ones the two disagree."""

    cases: int = 0
    disagreements: list[str] = field(default_factory=list)

    def report(self) -> str:
        """Return the first disagreements, each with what it takes to ask again."""
        head = f"{len(self.disagreements)} of {self.cases} cases disagree"
        return "\n".join([head, *self.disagreements[:SHOWN]])


def disagreement(case: Mapping[str, Any], ask: Ask | None = None) -> list[str]:
    """Return how the engine's answer departs from the sentences; an exception departs too."""
    wanted = wanted_of(case)
    try:
        got = (ask or FUNCTIONS[case["function"]])(Vector(case))
    except Exception as problem:  # noqa: BLE001 - one case must not hide the others
        return [f"raised {type(problem).__name__}: {problem}"]
    return differences(wanted, got)


def compare(cases: Iterable[Mapping[str, Any]], ask: Ask | None = None) -> Tally:
    """Ask both about each case; ``ask`` stands for the engine where a test wants another."""
    tally = Tally()
    for case in cases:
        tally.cases += 1
        wrong = disagreement(case, ask)
        if wrong:
            asked = {key: case.get(key) for key in ("ground", "contract_type", "inputs")}
            tally.disagreements.append(f"{case['id']} {json.dumps(asked)}\n  " + "; ".join(wrong))
    return tally
