"""How far business time is ahead of the machine's: one small file that all processes read."""

import os
from datetime import datetime, timedelta
from pathlib import Path

from kit.clock import system_clock


class OffsetFile:
    """The file. Reading costs one ``stat``; it is read again only when it has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = (0, 0)
        self._offset = timedelta()

    def now(self) -> datetime:
        """Return the present business instant, in UTC."""
        return system_clock() + self.offset()

    def offset(self) -> timedelta:
        """Return how far ahead business time is; a missing file means not at all."""
        try:
            stat = os.stat(self._path)  # noqa: PTH116 - called for every instant; this is twice as fast
        except FileNotFoundError:
            return self._offset
        if (stat.st_mtime_ns, stat.st_ino) != self._seen:
            self._offset = timedelta(seconds=float(self._path.read_text()))
            self._seen = (stat.st_mtime_ns, stat.st_ino)
        return self._offset

    def reach(self, instant: datetime) -> None:
        """Make it at least this instant, for every process; a past one changes nothing."""
        present = system_clock()
        if instant <= present + self.offset():
            return
        draft = self._path.with_suffix(".part")
        draft.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(repr((instant - present).total_seconds()))
        draft.replace(self._path)
