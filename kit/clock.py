"""Where the time comes from: business time is handed down, technical time is the system's."""

import importlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast

Clock = Callable[[], datetime]
"""Returns the present instant, aware, in UTC."""


def system_clock() -> datetime:
    """Return the present instant of this machine, for leases, backoff, sessions and tokens."""
    return datetime.now(UTC)


def load_clock(spec: str) -> Clock:
    """Find the business clock named in the settings: ``"system"`` or ``"module:function"``.

    Raises ``ValueError`` when the name leads nowhere, so that a process never starts on a wrong
    clock.
    """
    if spec == "system":
        return system_clock
    module_name, _, function_name = spec.partition(":")
    try:
        return cast("Clock", getattr(importlib.import_module(module_name), function_name))
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"no clock at {spec!r}") from error
