"""The routes that an application really has, those of what is mounted on it included."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from starlette.routing import Mount, Route
from typing_extensions import override


@dataclass(frozen=True, slots=True, order=True)
class Door:
    """One method of one route; ``path`` is its template, as ``/v1/letters/{letter_id}``."""

    path: str
    method: str

    @override
    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def names(self) -> list[str]:
        """What its path asks for: ``["letter_id"]``."""
        return re.findall(r"\{(\w+)(?::\w+)?\}", self.path)

    def address(self, values: Mapping[str, str]) -> str:
        """Return the path with these values; ``x`` stands for one that is not given."""
        return re.sub(r"\{(\w+)(?::\w+)?\}", lambda found: values.get(found[1], "x"), self.path)


def doors_of(app: FastAPI) -> list[Door]:
    """List the doors of an application. Raises ``TypeError`` on a kind of route unknown here."""
    return sorted(_walk(app.routes, ""))


def mounts_of(app: FastAPI) -> list[str]:
    """List where files are served from."""
    return sorted(
        route.path
        for route in app.routes
        if isinstance(route, Mount) and not isinstance(route.app, FastAPI)
    )


def _walk(routes: Iterable[Any], before: str) -> Iterator[Door]:
    for route in routes:
        if isinstance(route, Mount):
            if isinstance(route.app, FastAPI):
                yield from _walk(route.app.routes, before + route.path)
        elif isinstance(route, Route):
            for method in (route.methods or set()) - {"HEAD"}:
                yield Door(before + route.path, method)
        elif hasattr(route, "original_router"):  # how FastAPI keeps an included router
            yield from _walk(route.original_router.routes, before)
        else:
            raise TypeError(f"{type(route).__name__} is no kind of route that is tried here")
