"""Every night, the books are compared with themselves."""

from collections.abc import Sequence

import structlog
from prometheus_client import Gauge

from services.billing.ports import Store

DIFFERENCES = Gauge("billing_ledger_differences", "Disagreements found in the books last night")
_log = structlog.get_logger(__name__)


async def audit_books(*, store: Store) -> Sequence[str]:
    """Return what disagrees in the books, and say it where the alerts look."""
    differences = await store.differences()
    DIFFERENCES.set(len(differences))
    for difference in differences:
        _log.error("ledger_difference", difference=difference)
    return differences
