"""The process itself: it starts, answers, makes staff, and leaves when told."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from kit.tokens import new_key_pair
from local.servers import free_port
from services.accounts.tests.builders import GOOD_PASSWORD
from tests.support.servers import ServiceDatabase

pytestmark = pytest.mark.servers
ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="module")
async def environment(
    service_database: Callable[[str], Awaitable[ServiceDatabase]],
    nats_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, str]:
    place = await service_database("accounts")
    private, public = new_key_pair()
    values = {
        "ENVIRONMENT": "test",
        "DATABASE_URL": place.app_url,
        "WORKER_DATABASE_URL": place.worker_url,
        "NATS_URL": nats_url,
        "GRPC_PORT": str(free_port()),
        "METRICS_PORT": str(free_port()),
        "PRIVATE_KEY": private,
        "PEER_PUBLIC_KEYS": json.dumps({"gateway": public}),
        "BLOBS_DIR": str(tmp_path_factory.mktemp("blobs")),
        "SMTP_URL": "smtp://127.0.0.1:1",
        "MAIL_FROM": "ne-pas-repondre@preavis.example",
        "ASSETS_DIR": str(ROOT / ".assets"),
        "PUBLIC_URL": "http://localhost",
        "ORIAS_URL": "http://127.0.0.1:1/orias",
        "ORIAS_KEY": "k",
    }
    return {**os.environ, **{f"ACCOUNTS_{name}": value for name, value in values.items()}}


@asynccontextmanager
async def started(
    environment: dict[str, str], *arguments: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.accounts.main",
        *arguments,
        env=environment,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_it_serves_and_leaves_when_told(environment: dict[str, str]) -> None:
    async with started(environment) as process:
        address = f"127.0.0.1:{environment['ACCOUNTS_GRPC_PORT']}"
        async with grpc.aio.insecure_channel(address) as channel:
            request = health_pb2.HealthCheckRequest(service="preavis.accounts.v1.AccountsService")
            stub = health_pb2_grpc.HealthStub(channel)
            answer = await stub.Check(request, wait_for_ready=True, timeout=30)
        process.terminate()
        out, _ = await asyncio.wait_for(process.communicate(), 30)

    assert answer.status == health_pb2.HealthCheckResponse.SERVING
    assert process.returncode == 0
    events = [json.loads(line)["event"] for line in out.decode().splitlines() if line[:1] == "{"]
    assert events[-1] == "service_stopped"


@pytest.mark.parametrize(
    ("password", "code", "said"), [(GOOD_PASSWORD, 0, b""), ("court", 1, b"password-too-short")]
)
async def test_a_command_makes_staff(
    environment: dict[str, str], password: str, code: int, said: bytes
) -> None:
    named = ("--email", "ines@preavis.example", "--first-name", "Inès", "--last-name", "Carpentier")

    async with started(
        {**environment, "ACCOUNTS_STAFF_PASSWORD": password}, "create-staff", *named
    ) as process:
        _, error = await asyncio.wait_for(process.communicate(), 30)

    assert process.returncode == code
    assert said in error
