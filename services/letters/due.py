"""Due work: every night, rows of the plumbing that nothing will ask for again are erased."""

from kit.clock import Clock
from kit.db import Database
from kit.due import LEASE_S, DueWorker
from kit.pruning import PRUNE, Pruning


def due_worker(database: Database, clock: Clock, *, lease_s: int = LEASE_S) -> DueWorker:
    """Return what does this service's due work."""
    handlers = {PRUNE: Pruning(database, clock)}
    return DueWorker(database, clock, leased=handlers, lease_s=lease_s)
