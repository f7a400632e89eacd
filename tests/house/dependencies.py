"""What a service needs of others' packages: its own imports, and those of the kit it uses."""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Final

from tests.house.source import ROOT, python_files, tree

OURS: Final = {"kit", "services", "preavis", "cli", "local", "tests"}
# Loaded by name at run time, never imported: drivers, parsers of forms, PDF cuts.
BY_NAME: Final = {
    "sqlalchemy": {"asyncpg"},
    "fastapi": {"python-multipart"},
    "pydantic": {"email-validator"},
}


def needed(service: str) -> set[str]:
    """Return the distributions that a service's own code and its part of the kit import."""
    seen: set[Path] = set()
    packages: set[str] = set()
    waiting = [p for p in python_files(f"services/{service}") if "tests" not in p.parts]
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        for module in (*_imports(path), *_imports_by_name(path)):
            top = module.split(".")[0]
            if top == "kit":
                waiting.extend(_files_of(module))
            elif top not in OURS:
                packages.add(module)
    return _distributions(packages)


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _imports_by_name(path: Path) -> Iterator[str]:
    """Yield the modules of the kit that a worker process is told to load."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and re.fullmatch(r"kit\.[a-z_.]+", str(node.value)):
            yield str(node.value)


def _files_of(module: str) -> Iterator[Path]:
    bare = ROOT / Path(*module.split("."))
    for candidate in (bare.with_suffix(".py"), bare / "__init__.py"):
        if candidate.exists():
            yield candidate


def _distributions(modules: set[str]) -> set[str]:
    known = _installed()
    found: set[str] = set()
    for module in modules:
        top = module.split(".")[0]
        names = {name.lower().replace("_", "-") for name in known.get(top, ())}
        if top in {"google", "opentelemetry", "grpc_health", "grpc_status"}:
            names = {_exact(module)} - {""}
        found |= names
    for name in list(found):
        found |= BY_NAME.get(name, set())
    return found


@cache
def _installed() -> Mapping[str, list[str]]:
    """Map each import name to its distributions: a walk through all that is installed."""
    return packages_distributions()


def _exact(module: str) -> str:
    """Tell apart the distributions that share one namespace."""
    exact = {
        "google.protobuf": "protobuf",
        "google.rpc": "googleapis-common-protos",
        "grpc_health": "grpcio-health-checking",
        "grpc_status": "grpcio-status",
        "opentelemetry.sdk": "opentelemetry-sdk",
        "opentelemetry.exporter.otlp": "opentelemetry-exporter-otlp-proto-http",
        "opentelemetry.instrumentation.asyncpg": "opentelemetry-instrumentation-asyncpg",
        "opentelemetry.instrumentation.fastapi": "opentelemetry-instrumentation-fastapi",
        "opentelemetry.instrumentation.httpx": "opentelemetry-instrumentation-httpx",
        "opentelemetry": "opentelemetry-sdk",
    }
    return next((name for prefix, name in exact.items() if module.startswith(prefix)), "")
