"""A sandbox for tests: in this process, on free ports, over a real network, gone afterwards."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from pydantic import SecretStr

from kit.clock import Clock, system_clock
from local.sandbox.main import Sandbox
from local.sandbox.settings import SandboxSettings
from local.sandbox.world import World
from local.servers import free_port, wait_listening


@dataclass(frozen=True, slots=True)
class Running:
    """What a test needs to reach it."""

    url: str
    smtp_port: int
    settings: SandboxSettings
    world: World


@contextlib.asynccontextmanager
async def sandbox_server(
    data_dir: Path,
    *,
    clock: Clock = system_clock,
    stripe_webhook_url: str = "",
    webhook_pace: float = 0.0001,
) -> AsyncIterator[Running]:
    """Serve every partner inside the block; ``clock`` is the partners' business time."""
    port, smtp_port = free_port(), free_port()
    settings = SandboxSettings(
        port=port,
        smtp_port=smtp_port,
        data_dir=data_dir,
        ar24_token=SecretStr("token-of-tests"),
        ar24_private_key=SecretStr("7X9gx9E3Qx4EiUdB63nc"),
        stripe_secret_key=SecretStr("sk_test_of_tests"),
        stripe_webhook_secret=SecretStr("whsec_of_tests"),
        stripe_webhook_url=stripe_webhook_url,
        orias_key=SecretStr("orias-of-tests"),
        webhook_pace=webhook_pace,
    )
    sandbox = Sandbox.build(settings, clock=clock)
    server = uvicorn.Server(
        uvicorn.Config(
            sandbox.app,
            host=settings.host,
            port=port,
            log_level="warning",
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
    )
    async with sandbox.loops():
        serving = asyncio.create_task(_serve_quietly(server))
        await wait_listening(port, timeout_s=10)
        try:
            yield Running(settings.base_url, smtp_port, settings, sandbox.world)
        finally:
            server.should_exit = True
            await serving


async def _serve_quietly(server: uvicorn.Server) -> None:
    """Serve without taking the test runner's signals."""
    server.capture_signals = contextlib.nullcontext  # type: ignore[assignment,method-assign]
    await server.serve()
