"""Due work: every night, rows of the plumbing that nothing will ask for again are erased."""

from kit.clock import Clock
from kit.db import Database
from kit.due import DueWorker
from kit.pruning import PRUNE, Pruning


def due_worker(database: Database, clock: Clock) -> DueWorker:
    """Return what does this service's due work."""
    return DueWorker(database, clock, leased={PRUNE: Pruning(database, clock)})
