import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from types import SimpleNamespace
from typing import Any

import grpc
import httpx
import pytest
from google.protobuf.wrappers_pb2 import StringValue
from grpc_health.v1 import health_pb2, health_pb2_grpc

from kit.service import Loop, Service
from kit.telemetry import hide_private
from kit.tests import echo


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Patient:
    """A loop with work in hand: it finishes it before it returns."""

    def __init__(self) -> None:
        self.finished = False

    async def run(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self.finished = True


class Failing:
    async def run(self, stop: asyncio.Event) -> None:
        raise ZeroDivisionError


def a_service(
    loops: dict[str, Loop], closing: Sequence[Callable[[], Awaitable[None]]] = ()
) -> tuple[Service, int, int]:
    port, metrics = free_port(), free_port()
    settings: Any = SimpleNamespace(
        service="echo",
        environment="test",
        peer_public_keys={name: public for name, (_, public) in echo.KEYS.items()},
        grpc_host="127.0.0.1",
        grpc_port=port,
        metrics_port=metrics,
    )

    async def slowly(value: str) -> str:
        await asyncio.sleep(0.3)
        return value

    made = Service(settings, serving=[echo.serving(slowly)], loops=loops, closing=closing)
    return made, port, metrics


async def healthy(port: int) -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        request = health_pb2.HealthCheckRequest(service="echo.Echo")
        answer = await stub.Check(request, wait_for_ready=True, timeout=10)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_a_service_lives_and_stops_without_dropping_what_is_in_hand() -> None:
    loop, order = Patient(), []

    async def close() -> None:
        order.append(f"closed, loop finished: {loop.finished}")

    service, port, metrics = a_service({"patient": loop}, closing=[close])
    life = asyncio.create_task(service.run())
    await healthy(port)
    peers = echo.peers(port)
    call = asyncio.ensure_future(peers.stub(echo.EchoStub, "echo").Say(StringValue(value="a")))
    await asyncio.sleep(0.1)
    async with httpx.AsyncClient(trust_env=False) as client:
        page = await client.get(f"http://127.0.0.1:{metrics}/metrics")

    service.stop()
    await asyncio.wait_for(life, 10)

    assert (await call).value == "a"
    assert order == ["closed, loop finished: True"]
    assert 'preavis_loop_up{loop="patient"} 1.0' in page.text
    await peers.close()


async def test_a_loop_that_fails_stops_the_process() -> None:
    patient = Patient()
    service, _, _ = a_service({"failing": Failing(), "patient": patient})

    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(service.run(), 10)

    assert patient.finished


def test_no_log_line_names_a_person() -> None:
    event = {"event": "mail_sent", "email": "a@b.example", "key": "m1", "token": "t"}

    assert hide_private(None, "info", event) == {
        "event": "mail_sent", "email": "[hidden]", "key": "m1", "token": "[hidden]",
    }  # fmt: skip
