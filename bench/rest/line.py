"""One HTTP/1.1 connection with as little client as can be: the server is what is measured."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Self
from urllib.parse import urlsplit

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class Unwell(RuntimeError):
    """The server did not answer what was asked; the message holds its words."""


@dataclass(slots=True)
class HttpLine:
    """Asks and waits, one request at a time; the connection stays, until the server tires of it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    host: str

    @classmethod
    async def open(cls, url: str) -> Self:
        """Connect to the origin of an address."""
        parts = urlsplit(url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        return cls(reader, writer, parts.netloc)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,  # noqa: ANN401 - JSON
        headers: Mapping[str, str] = NOTHING,
    ) -> bytes:
        """Return the body of a good answer. Raises ``Unwell``."""
        if self.reader.at_eof():  # closed while nothing was asked
            await self.close()
            host, _, port = self.host.partition(":")
            self.reader, self.writer = await asyncio.open_connection(host, port)
        content = b"" if body is None else json.dumps(body).encode()
        names = {"Host": self.host, "Content-Length": str(len(content)), **headers}
        if body is not None:
            names["Content-Type"] = "application/json"
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {said}" for name, said in names.items())]
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + content)
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        answer = await self.reader.readexactly(length)
        if not head.startswith(b"http/1.1 2"):
            raise Unwell(f"{method} {path}: {head!r} {answer[:500]!r}")
        return answer

    async def close(self) -> None:
        """Let the connection go."""
        self.writer.close()
        await self.writer.wait_closed()
