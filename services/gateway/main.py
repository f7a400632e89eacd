"""Starts the edge: web pages, REST, partners' hooks, and the separate origin of uploaded files."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import structlog
import uvicorn
from fastapi import FastAPI, Response
from prometheus_client import start_http_server
from typing_extensions import override

from kit import telemetry
from kit.clock import load_clock
from kit.db import Database
from kit.grpc import Peers
from kit.process import run_process
from kit.pruning import HourlyPruning
from services.gateway import api, files, headers, hooks, pages
from services.gateway.measure import Measured, trace_requests
from services.gateway.peers import House
from services.gateway.settings import GatewaySettings
from services.gateway.store import PRUNED, Store
from services.gateway.wording.reasons import Reasons

_log = structlog.get_logger()


def build(settings: GatewaySettings, house: House, store: Store) -> FastAPI:
    """Return the product's application: ``/v1``, ``/hooks`` and the pages."""
    app = headers.Edge(doors=headers.product(settings), title="Préavis", version="1")
    app.state.settings = settings
    app.state.house = house
    app.state.store = store
    app.state.clock = load_clock(settings.clock)
    app.state.reasons = Reasons.load()
    api.mount(app)
    app.include_router(hooks.router)
    app.add_api_route("/healthz", healthy, include_in_schema=False)
    pages.install(app)
    app.add_middleware(Measured)
    return app


async def healthy() -> Response:
    """Answer whoever asks whether this process is alive; the others have their own health."""
    return Response(status_code=204)


async def run(settings: GatewaySettings) -> None:
    """Serve until SIGTERM or SIGINT, then let the requests in hand end."""
    telemetry.set_up("gateway", environment=settings.environment)
    peers = Peers(settings)
    database = Database(settings.database_url, settings.worker_database_url)
    house = House.of(peers)
    app = build(settings, house, Store(database))
    trace_requests(app)
    metrics, _ = start_http_server(settings.metrics_port, settings.grpc_host)
    servers = [
        _server(app, settings, settings.http_port),
        _server(files.build(settings, house, app.state.reasons), settings, settings.files_port),
    ]
    stop = asyncio.Event()
    pruning = asyncio.create_task(HourlyPruning(database, PRUNED).run(stop))
    try:
        async with _stopped_by_signals(servers):
            _log.info("service_ready", port=settings.http_port)
            await asyncio.gather(*(server.serve() for server in servers))
    finally:
        stop.set()
        await pruning
        await peers.close()
        await database.close()
        metrics.shutdown()
        telemetry.flush()


class _Server(uvicorn.Server):
    """A server that leaves signals to the process: we run two."""

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _server(app: FastAPI, settings: GatewaySettings, port: int) -> _Server:
    return _Server(
        uvicorn.Config(
            app,
            host=settings.http_host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips=settings.trusted_proxies,
            timeout_graceful_shutdown=20,
            limit_concurrency=500,
        )
    )


@asynccontextmanager
async def _stopped_by_signals(servers: list[_Server]) -> AsyncIterator[None]:
    def stop() -> None:
        _log.info("service_stopping")
        for server in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


if __name__ == "__main__":
    run_process(run(GatewaySettings()))
