"""Puts the partners together: one HTTP application, one SMTP port, two loops."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uvicorn
from fastapi import APIRouter, FastAPI, Response
from fastapi.staticfiles import StaticFiles
from starlette.types import ASGIApp

from kit.clock import Clock
from local.sandbox.authority.certificates import ensure
from local.sandbox.authority.timestamps import TimestampAuthority
from local.sandbox.cards import objects as card_objects
from local.sandbox.cards.api import CardApi
from local.sandbox.cards.checkout import Checkout
from local.sandbox.cards.desk import CardDesk
from local.sandbox.cards.events import Events
from local.sandbox.cards.objects import Objects
from local.sandbox.cards.returns import Returns
from local.sandbox.controls import Controls
from local.sandbox.gate import Gate
from local.sandbox.mailbox.desk import MailDesk
from local.sandbox.mailbox.smtp import listen
from local.sandbox.operator import letters as operator_letters
from local.sandbox.operator.api import OperatorApi
from local.sandbox.operator.desk import Desk
from local.sandbox.operator.files import OperatorFiles
from local.sandbox.operator.letters import Letters
from local.sandbox.operator.life import Life
from local.sandbox.operator.portal import Portal
from local.sandbox.pages import HERE
from local.sandbox.registry.population import Population
from local.sandbox.registry.soap import Registry
from local.sandbox.settings import SandboxSettings
from local.sandbox.world import World

ADDRESS: Final = "address"
SCHEMAS: Final = (operator_letters.SCHEMA, card_objects.SCHEMA)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Everything that runs: the shared world and the application in front of it."""

    world: World
    app: ASGIApp

    @classmethod
    def build(
        cls,
        settings: SandboxSettings,
        *,
        clock: Clock | None = None,
        more: Callable[[World], Iterable[APIRouter]] = lambda _world: (),
    ) -> "Sandbox":
        """Open the memory and lay out the routes; nothing listens yet."""
        world = World.build(settings, clock=clock, schemas=SCHEMAS)
        app = FastAPI(title="Bac à sable", docs_url=None, redoc_url=None, openapi_url=None)
        for router in (*_routers(world), *more(world)):
            app.include_router(router)
        app.mount("/static", StaticFiles(directory=HERE / "static"))
        return cls(world, Gate(app, world))

    @contextlib.asynccontextmanager
    async def loops(self) -> AsyncIterator[None]:
        """Keep the due acts, the news and the SMTP port alive inside the block."""
        stop = asyncio.Event()
        smtp = await listen(self.world)
        running = [
            asyncio.create_task(self.world.due.run(stop)),
            asyncio.create_task(self.world.webhooks.run(stop)),
        ]
        try:
            yield
        finally:
            stop.set()
            self.world.webhooks.wake()
            smtp.close()
            await asyncio.gather(*running)
            self.world.store.close()


async def serve(sandbox: Sandbox) -> None:
    """Listen until SIGTERM or SIGINT."""
    settings = sandbox.world.settings
    server = uvicorn.Server(
        uvicorn.Config(
            sandbox.app,
            host=settings.host,
            port=settings.port,
            log_level="warning",
            lifespan="off",
            timeout_graceful_shutdown=2,
        )
    )
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, setattr, server, "should_exit", True)  # noqa: FBT003 - setattr's shape
    (settings.data_dir / ADDRESS).write_text(settings.base_url)
    async with sandbox.loops():
        await server.serve()


def address(data_dir: Path) -> str | None:
    """Return where the sandbox that keeps its memory there listens, None if it never did."""
    file = data_dir / ADDRESS
    return file.read_text().strip() if file.exists() else None


def _routers(world: World) -> list[APIRouter]:
    letters = Letters(world.store)
    life = Life(world, letters)
    cards = Objects(world.store)
    events = Events(world, cards)
    checkout = Checkout(world, cards, events)
    returns = Returns(world, cards, events)
    authority = ensure(world.settings.data_dir)
    return [  # asked in this order: what a sending calls comes first
        OperatorApi(world, letters, life).router(),
        OperatorFiles(letters).router(),
        TimestampAuthority(world, authority).router(),
        Desk(world, letters, life).router(),
        _home(world),
        Controls(world).router(),
        MailDesk(world).router(),
        Portal(world, letters, life).router(),
        CardApi(world, cards, checkout, returns).router(),
        CardDesk(world, cards, checkout, returns, events).router(),
        Registry(world, Population()).router(),
    ]


def _home(world: World) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    async def home() -> Response:
        return world.pages.show("home.html", now=world.now(), web_url=world.settings.web_url)

    router.add_api_route("/", home)
    return router
