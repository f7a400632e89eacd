import asyncio

from bench.rest.line import HttpLine

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


async def test_a_line_that_the_server_closed_is_opened_again() -> None:
    lines_opened = 0

    async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal lines_opened
        lines_opened += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWER)
        writer.close()

    async with await asyncio.start_server(answer_once, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        line = await HttpLine.open(f"http://127.0.0.1:{port}")
        for _ in range(2):
            assert await line.ask("GET", "/letters/1") == b"{}"
            assert await line.reader.read() == b""  # closed
        await line.close()

    assert lines_opened == 2
