"""Named places where a test may kill the process, to prove that it recovers."""

import ast
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

KILLED: Final = 137  # the exit code of a process that got SIGKILL
_armed: set[str] = set()


class Crashed(BaseException):
    """The process "died" here, for tests that stay in one process; nothing may catch it."""


def failpoint(name: str) -> None:
    """Die here, at once and without clean-up, if this failpoint is a chosen one.

    ``PREAVIS_FAILPOINT`` names it, or several parted by commas; ``PREAVIS_FAILPOINT_ONCE`` may name
    a folder in which each death leaves a file of that name, so that the restarted process survives
    there. Without them, does nothing.
    The name is a literal, ``service.noun.step``: ``declared_in`` finds it in the source.
    """
    if name in _armed:
        _armed.discard(name)
        raise Crashed(name)
    if name not in os.environ.get("PREAVIS_FAILPOINT", "").split(","):
        return
    once = os.environ.get("PREAVIS_FAILPOINT_ONCE")
    if once:
        Path(once).mkdir(parents=True, exist_ok=True)
        try:
            (Path(once) / name).touch(exist_ok=False)
        except FileExistsError:
            return
    os._exit(KILLED)


@contextmanager
def crash_at(name: str) -> Iterator[None]:
    """Raise ``Crashed`` the first time this failpoint is passed inside the block."""
    _armed.add(name)
    try:
        yield
    finally:
        _armed.discard(name)


def declared_in(folder: Path) -> list[str]:
    """List the names of all failpoints written under a folder, sorted, tests left out."""
    names = {
        name
        for path in folder.rglob("*.py")
        if "tests" not in path.parts
        for name in _names_in(ast.parse(path.read_text("utf-8")))
    }
    return sorted(names)


def _names_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        function, argument = node.func, node.args[0]
        if (
            isinstance(function, ast.Name)
            and function.id == "failpoint"
            and isinstance(argument, ast.Constant)
        ):
            yield str(argument.value)
