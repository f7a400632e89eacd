"""How big a storm is: by settings, so that a laptop and a night can both run it."""

import os
import secrets
from dataclasses import dataclass
from random import Random
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """One storm. The same seed draws the same letters, weather and targets.

    What happens between processes is never the same twice: the seed is for the plan, the history
    and the logs are for the rest.
    """

    letters: int
    kills: int
    seed: int
    agencies: int
    asking: int  # requests in flight at once

    @classmethod
    def of(cls, *, letters: int, kills: int) -> Self:
        """Return this size, or what ``PREAVIS_PROVE_LETTERS``, ``_KILLS`` and ``_SEED`` say."""
        letters = int(os.environ.get("PREAVIS_PROVE_LETTERS", letters))
        return cls(
            letters=letters,
            kills=int(os.environ.get("PREAVIS_PROVE_KILLS", kills)),
            seed=int(os.environ.get("PREAVIS_PROVE_SEED", secrets.randbelow(10**6))),
            agencies=max(2, min(10, letters // 20)),
            asking=6,
        )

    def random(self, *about: object) -> Random:
        """Return the dice of one matter: drawing for one does not disturb the others."""
        return Random(f"{self.seed}/{'/'.join(map(str, about))}")  # noqa: S311 - not a secret
