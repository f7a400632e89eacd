"""What no browser would send, byte for byte, to the gateway's own socket."""

import asyncio
from typing import Final

import pytest

from services.gateway.tests.edge import product
from tests.prove.security.world import World
from tests.support.routes import mounts_of

pytestmark = pytest.mark.servers
FOLDERS: Final = ("/static", "/static/polices", "/vendor")
WAYS: Final = (
    "../settings.py", "..%2fsettings.py", "%2e%2e/settings.py", "..%5c..%5csettings.py",
    "../../../../../../../../etc/passwd", "..%c0%af..%c0%afetc/passwd", "/etc/passwd",
    "....//....//settings.py", "%00/../settings.py", "..;/settings.py", ".", "..",
)  # fmt: skip


async def send(world: World, raw: bytes) -> bytes:
    """Send bytes and return what comes back before the line is closed, or falls silent."""
    port = world.house.plan.ports["gateway"]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answer = b""
    try:
        writer.write(raw)
        await writer.drain()
        while chunk := await asyncio.wait_for(reader.read(65_536), 3):
            answer += chunk
    except (TimeoutError, ConnectionResetError):
        pass  # it waits for more, or has hung up: what it has said is what it says
    writer.close()
    return answer


def request(line: str, *headers: str, body: str = "") -> bytes:
    head = "\r\n".join([line, "Host: localhost", "Connection: close", *headers])
    return f"{head}\r\n\r\n{body}".encode("latin-1")


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("way", WAYS)
async def test_no_path_leads_out_of_what_is_served(folder: str, way: str, world: World) -> None:
    answer = await send(world, request(f"GET {folder}/{way} HTTP/1.1"))

    assert status(answer) in {400, 404, 405}
    assert b"GatewaySettings" not in answer
    assert b"root:" not in answer


def test_those_are_all_the_folders_that_are_served() -> None:
    assert [*FOLDERS] == mounts_of(product.fresh())


async def test_a_request_of_two_lengths_is_one_or_none(world: World) -> None:
    """Smuggling: where two readers could part a message differently, ours refuses it."""
    hidden = "GET /v1/prices HTTP/1.1\r\nHost: localhost\r\n\r\n"
    length = str(len(hidden))
    both = request(
        "POST /hooks/stripe HTTP/1.1",
        f"Content-Length: {length}",
        "Transfer-Encoding: chunked",
        body=f"0\r\n\r\n{hidden}",
    )
    twice = request(
        "POST /hooks/stripe HTTP/1.1",
        "Content-Length: 0",
        f"Content-Length: {length}",
        body=hidden,
    )
    for raw in (both, twice):
        answer = await send(world, raw)

        assert answer.count(b"HTTP/1.1 ") == 1
        assert b"prices" not in answer


@pytest.mark.parametrize(
    "raw",
    [
        request("GET / HTTP/1.1", "X: " + "a" * 200_000),
        request("GET /" + "a" * 200_000 + " HTTP/1.1"),
        request("GET / HTTP/1.1", "Content-Length: -1"),
        request("GET / HTTP/1.1", "Bad Header: x"),
        request("GET /"),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64,
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
    ],
    ids=["header", "target", "length", "name", "version", "TLS", "two hosts"],
)
async def test_what_is_no_request_is_refused_without_a_word_of_ours(
    raw: bytes, world: World
) -> None:
    answer = await send(world, raw)

    assert answer == b"" or status(answer) in {400, 404, 414, 431}
    assert b"Traceback" not in answer


async def test_a_whole_address_is_answered_as_its_path(world: World) -> None:
    answer = await send(world, request("GET http://evil.example/connexion/ HTTP/1.1"))

    assert b"evil.example" not in answer
