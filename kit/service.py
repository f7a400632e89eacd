"""The life of a service's process: start, serve, and stop without dropping what is in hand."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Protocol

import structlog
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from prometheus_client import start_http_server

from kit import telemetry
from kit.grpc import Server, Serving
from kit.settings import ServiceSettings
from kit.tokens import Verifier

SPREAD_S: Final = 5.0  # how long the cluster takes to stop sending us calls
GRACE_S: Final = 20.0  # what calls and loops in hand get to finish

_log = structlog.get_logger()


class Loop(Protocol):
    """Background work: returns once ``stop`` is set and the work in hand is finished."""

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop."""


class Service:
    """One service: its gRPC server, its loops, ``/metrics``, health, and a graceful stop.

    ``opening`` runs before the first call is taken, ``closing`` after the last, in their order.
    A loop that fails stops the whole process: what restarts it is the supervisor's business.
    """

    def __init__(
        self,
        settings: ServiceSettings,
        *,
        serving: Sequence[Serving],
        loops: Mapping[str, Loop],
        opening: Sequence[Callable[[], Awaitable[None]]] = (),
        closing: Sequence[Callable[[], Awaitable[None]]] = (),
    ) -> None:
        self._settings = settings
        self._serving = list(serving)
        self._loops = dict(loops)
        self._opening = opening
        self._closing = closing
        self._health = health.aio.HealthServicer()  # type: ignore[attr-defined]  # named so at run time
        self._stop = asyncio.Event()

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT. Raises what a loop raised, after an orderly stop."""
        telemetry.set_up(self._settings.service, environment=self._settings.environment)
        server = self._server()
        self._listen_to_signals()
        metrics, _ = start_http_server(self._settings.metrics_port, self._settings.grpc_host)
        for step in self._opening:
            await step()
        await server.start()
        loops = [asyncio.create_task(self._keep(name, loop)) for name, loop in self._loops.items()]
        await self._say(health_pb2.HealthCheckResponse.SERVING)
        _log.info("service_ready", port=server.port, loops=len(loops))
        await self._stop.wait()
        try:
            await self._wind_down(server, loops)
        finally:
            metrics.shutdown()
            telemetry.flush()
        for loop in loops:
            if not loop.cancelled():
                loop.result()

    def stop(self) -> None:
        """Begin the graceful stop."""
        self._stop.set()

    def _server(self) -> Server:
        settings = self._settings
        verifier = Verifier(settings.service, settings.peer_public_keys)
        address = (settings.grpc_host, settings.grpc_port)
        server = Server(verifier=verifier, serving=self._serving, address=address)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server.raw)
        return server

    def _listen_to_signals(self) -> None:
        running = asyncio.get_running_loop()
        for one in (signal.SIGTERM, signal.SIGINT):
            running.add_signal_handler(one, self.stop)

    async def _keep(self, name: str, loop: Loop) -> None:
        up = telemetry.LOOP_UP.labels(name)
        up.set(1)
        try:
            await loop.run(self._stop)
        except Exception:
            _log.exception("loop_failed", loop=name)
            raise
        finally:
            up.set(0)
            self.stop()

    async def _wind_down(self, server: Server, loops: list[asyncio.Task[None]]) -> None:
        """Say we leave, let others notice, finish what is in hand, close what we hold."""
        _log.info("service_stopping")
        await self._say(health_pb2.HealthCheckResponse.NOT_SERVING)
        if self._settings.environment == "production":
            await asyncio.sleep(SPREAD_S)
        await server.stop(GRACE_S)
        if loops:
            _, late = await asyncio.wait(loops, timeout=GRACE_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        for step in self._closing:
            await step()
        _log.info("service_stopped")

    async def _say(self, status: health_pb2.HealthCheckResponse.ServingStatus.ValueType) -> None:
        names = ["", *(one.descriptor.full_name for one in self._serving)]
        for name in names:
            await self._health.set(name, status)
