"""What the house tests read: tracked files, their syntax trees, their words."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
SERVICES: Final = ("accounts", "billing", "dispatch", "letters", "signature")


@cache
def tracked() -> tuple[Path, ...]:
    """Every file git keeps, or would keep."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    return tuple(ROOT / name for name in listed if (ROOT / name).is_file())


def python_files(*rooms: str) -> Iterator[Path]:
    """Hand-written Python below the given folders (all of them when none is named)."""
    for path in tracked():
        where = path.relative_to(ROOT)
        wanted = not rooms or any(where.is_relative_to(room) for room in rooms)
        if wanted and path.suffix == ".py" and where.parts[0] != "preavis":
            yield path


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text())


def class_attributes(name: str) -> Iterator[tuple[Path, str, str]]:
    """Yield (file, class, value) for each class-level ``name = "value"``, empty ones left out."""
    for path in python_files("kit", "services"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                for value in filter(None, _assigned(node, name)):  # "" is the default of a field
                    yield path, node.name, value


def _assigned(node: ast.ClassDef, name: str) -> Iterator[str]:
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=found)], value=ast.Constant(value=str(value))):
                if found == name:
                    yield value
            case ast.AnnAssign(target=ast.Name(id=found), value=ast.Constant(value=str(value))):
                if found == name:
                    yield value
            case _:
                continue


def words(identifier: str) -> str:
    """Split an identifier into lower-case words: ``sentDay`` and ``sent_day`` -> ``sent day``."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", identifier)
    return " ".join(part for part in re.split(r"[^A-Za-z0-9]+", spaced.lower()) if part)


def identifiers(path: Path) -> Iterator[str]:
    """Yield each name a Python file defines or binds."""
    for node in ast.walk(tree(path)):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.arg():
                yield node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.id
            case _:
                continue
