"""Every measure by name, in the order in which they run; a new one is a line here."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Final

from bench.ground import Ground
from bench.law import measure as law
from bench.ledger import measure as ledger
from bench.letters import measure as letters
from bench.lists import measure as lists
from bench.outbox import measure as outbox
from bench.rest import measure as rest
from bench.sendings import measure as sendings
from bench.sizes import Sizes
from bench.table import Line

Measure = Callable[[Sizes, Ground], AsyncIterator[Line]]

MEASURES: Final[Mapping[str, Measure]] = {
    law.NAME: law.measure,
    letters.NAME: letters.measure,
    ledger.NAME: ledger.measure,
    outbox.NAME: outbox.measure,
    lists.NAME: lists.measure,
    rest.NAME: rest.measure,
    sendings.NAME: sendings.measure,
}
"""Those that need the whole house come last, side by side: it is opened once."""
