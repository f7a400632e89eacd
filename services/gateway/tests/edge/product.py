"""The product as it is served, on stubs that answer, fail, or know nobody."""

from functools import cache
from typing import Any

import httpx
from fastapi import FastAPI
from typing_extensions import override

from kit.errors import Kind, TurnedDown
from services.gateway import files, main
from services.gateway.tests.api.house import FakeStore
from services.gateway.tests.pages import rig, sample, sample_letter
from services.gateway.wording.reasons import Reasons
from tests.support.routes import Door, doors_of

HTTPS = "https://preavis.example"
FILES = "https://pieces.preavis.example"
VALUES = {
    "number": sample_letter.NUMBER,
    "account_id": sample.ACCOUNT_ID,
    "sending_id": sample_letter.SENDING_ID,
}


class Missing(TurnedDown):
    """What our services say of anything here that is not stubbed."""

    kind = Kind.MISSING
    reason = "letter-missing"


class Stub(rig.Stub):
    """Answers what the sample knows, and finds nothing else."""

    @override
    def __getattr__(self, rpc: str) -> Any:
        self.answers.setdefault(rpc, lambda _: Missing())
        return super().__getattr__(rpc)


class Broken(rig.Stub):
    """Has a mistake of ours, whatever it is asked."""

    @override
    def __getattr__(self, rpc: str) -> Any:
        self.answers[rpc] = lambda _: 1 / 0
        return super().__getattr__(rpc)


def settings(**more: Any) -> Any:
    return rig.settings(**({"public_url": HTTPS, "files_url": FILES} | more))


@cache
def served() -> FastAPI:
    """Return one product for all tests: its templates are compiled once."""
    return build()


def fresh() -> FastAPI:
    """Return the one product, with no memory of earlier requests."""
    app = served()
    app.state.store = FakeStore()
    for stub in vars(app.state.house).values():
        stub.asked.clear()
    return app


def build(**more: Any) -> FastAPI:
    """Build the product on stubs; ``more`` are settings."""
    return _build({n: Stub(**stub.answers) for n, stub in vars(rig.stubs()).items()}, **more)


def build_broken() -> FastAPI:
    """Build the product in a house where every call fails."""
    return _build({name: Broken() for name in vars(rig.stubs())})


def _build(stubs: dict[str, rig.Stub], **more: Any) -> FastAPI:
    fakes: Any = (rig.Stubs(**stubs), FakeStore())
    return main.build(settings(**more), *fakes)


def build_files(app: FastAPI) -> FastAPI:
    """Build the separate origin beside the product."""
    return files.build(app.state.settings, app.state.house, Reasons.load())


def client(app: FastAPI, *, session: str = "") -> httpx.AsyncClient:
    """Return a browser of the application; ``session`` is its cookie."""
    base = app.state.settings.public_url
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    opened = httpx.AsyncClient(transport=transport, base_url=base)
    if session:
        name = "__Host-preavis" if app.state.settings.is_secure else "preavis"
        opened.cookies.set(name, session)
    return opened


DOORS = doors_of(served())
FORMS = [
    door
    for door in DOORS
    if door.method == "POST" and not door.path.startswith(("/v1/", "/hooks/"))
]


def address(door: Door) -> str:
    return door.address(VALUES)
