"""Worker processes that load what they run, and not the service that started them."""

import importlib
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import parent_process
from multiprocessing.context import SpawnContext, SpawnProcess
from multiprocessing.process import BaseProcess
from types import ModuleType
from typing import Any, Final

from typing_extensions import override

_swapping: Final = threading.Lock()


class _LeanProcess(SpawnProcess):
    """A spawned process told nothing of ``__main__``.

    Python would have it import the parent's main module anew: the whole service, seconds of
    processor for each worker, none of it used there.
    """

    @staticmethod
    @override
    def _Popen(process_obj: BaseProcess) -> Any:
        with _swapping:
            main = sys.modules["__main__"]
            sys.modules["__main__"] = ModuleType("__main__")
            try:
                return SpawnProcess._Popen(process_obj)  # noqa: SLF001
            finally:
                sys.modules["__main__"] = main


class _LeanContext(SpawnContext):
    """Spawn, since gRPC does not survive a fork; lean, since spawning is slow enough."""

    Process = _LeanProcess


def lean_pool(
    workers: int,
    *,
    initializer: Callable[..., object],
    initargs: tuple[Any, ...] = (),
    max_tasks_per_child: int | None = None,
) -> ProcessPoolExecutor:
    """Return a pool of processes; give it work by ``run_in`` to keep them lean.

    They end with the process that started them, however it ends.
    """
    return ProcessPoolExecutor(
        workers,
        mp_context=_LeanContext(),
        initializer=_start,
        initargs=(initializer, *initargs),
        max_tasks_per_child=max_tasks_per_child,
    )


def _start(initializer: Callable[..., object], *initargs: Any) -> None:  # noqa: ANN401 - its own
    threading.Thread(target=_end_with_parent, daemon=True).start()
    initializer(*initargs)


def _end_with_parent() -> None:
    """Wait for the parent's end: a pool's worker waits for work that a killed one never sends."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def run_in(module: str, function: str, *arguments: Any) -> Any:  # noqa: ANN401 - whatever it is
    """Call ``module.function`` by name: only the worker imports the module."""
    return getattr(importlib.import_module(module), function)(*arguments)
