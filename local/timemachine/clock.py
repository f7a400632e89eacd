"""The clock spec of a demonstration: ``local.timemachine.clock:now``."""

import os
from datetime import datetime
from pathlib import Path
from typing import Final

from local.timemachine.offset import OffsetFile

VARIABLE: Final = "LOCAL_TIMEMACHINE_FILE"

if VARIABLE not in os.environ:
    raise ValueError(f"{VARIABLE} names no file: this clock cannot tell the time")

FILE: Final = OffsetFile(Path(os.environ[VARIABLE]))


def now() -> datetime:
    """Return the demonstration's present business instant, in UTC."""
    return FILE.now()
