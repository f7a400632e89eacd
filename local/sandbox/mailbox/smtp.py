"""The SMTP server: accepts every mail, from anyone, for anyone.

Written out, since it is on the way of every e-mail of a measured run: what a mail server says
and does (RFC 5321), without what only a public one needs.
"""

import asyncio
import hashlib
import re
from typing import Final

from kit.clock import system_clock
from local.sandbox.faults import Fault, Partner
from local.sandbox.world import World

MAX_BYTES: Final = 40 * 1024 * 1024
MAX_LINE: Final = 998  # RFC 5321, 4.5.3.1.6, without the end of the line
END: Final = b"\r\n"
LAST: Final = b".\r\n"
SENDER: Final = re.compile(r"FROM: ?<([^<>\s]*)>(?: .*)?", re.IGNORECASE)
RECIPIENT: Final = re.compile(r"TO: ?<([^<>\s]+)>(?: .*)?", re.IGNORECASE)
NAME: Final = "sandbox.local"
HELLO: Final = f"220 {NAME} demonstration"
ABLE: Final = (f"250-{NAME}", f"250-SIZE {MAX_BYTES}", "250-8BITMIME", "250 SMTPUTF8")
FINE: Final = "250 OK"
TOO_BIG: Final = "552 message trop volumineux"
DOWN: Final = "421 service indisponible (panne de démonstration)"


class Conversation:
    """One connection: commands in, answers out, one mail after another."""

    def __init__(
        self, world: World, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._world = world
        self._reader = reader
        self._writer = writer
        self._sender: str | None = None
        self._recipients: list[str] = []

    async def run(self) -> None:
        """Answer until the caller leaves, with or without a goodbye."""
        try:
            await self._talk()
        except asyncio.LimitOverrunError:
            self._writer.write(TOO_BIG.encode() + END)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # gone without a goodbye
        finally:
            self._writer.close()

    async def _talk(self) -> None:
        await self._say(HELLO)
        while True:
            line = (await self._reader.readuntil(END)).decode(errors="replace").strip()
            verb, _, rest = line.partition(" ")
            match verb.upper():
                case "QUIT":
                    return await self._say(f"221 {NAME}")
                case "DATA":
                    await self._say(await self._mail())
                case known:
                    await self._say(self._answer(known, rest.strip()))

    def _answer(self, verb: str, rest: str) -> str:
        """Answer what is said before a mail."""
        match verb:
            case "EHLO" | "HELO" | "RSET":
                self._sender, self._recipients = None, []
                return "\r\n".join(ABLE) if verb == "EHLO" else FINE
            case "NOOP":
                return FINE
            case "MAIL":
                return self._from(rest)
            case "RCPT":
                return self._to(rest)
            case _:
                return "500 commande inconnue"

    def _from(self, rest: str) -> str:
        if self._sender is not None:
            return "503 un courriel est commencé"
        if not (said := SENDER.fullmatch(rest)):
            return "501 MAIL FROM:<adresse>"
        self._sender = said[1]
        return FINE

    def _to(self, rest: str) -> str:
        if self._sender is None:
            return "503 MAIL FROM d'abord"
        if not (said := RECIPIENT.fullmatch(rest)):
            return "501 RCPT TO:<adresse>"
        self._recipients.append(said[1])
        return FINE

    async def _mail(self) -> str:
        """Read a mail to its end, and return what becomes of it."""
        recipients = self._recipients
        if not recipients:
            return "503 RCPT TO d'abord"
        await self._say("354 terminez par une ligne faite d'un point")
        raw = await self._content()
        self._sender, self._recipients = None, []
        if max(map(len, raw.split(END))) > MAX_LINE:
            return "500 ligne trop longue"
        return await take(self._world, raw, recipients=recipients)

    async def _content(self) -> bytes:
        """Return what comes before a line made of one dot, without the dots added for it."""
        found = bytearray(END)
        while not found.endswith(END + LAST):
            found += await self._reader.readuntil(LAST)
            if len(found) > MAX_BYTES:
                raise asyncio.LimitOverrunError("a mail too big", len(found))
        return bytes(found[: -len(LAST)]).replace(b"\r\n..", b"\r\n.")[len(END) :]

    async def _say(self, answer: str) -> None:
        self._writer.write(answer.encode() + END)
        await self._writer.drain()


async def take(world: World, raw: bytes, *, recipients: list[str]) -> str:
    """Keep a mail, bent by the switches, and answer as a mail server does: once it is stored."""
    number = world.record.request(
        at=system_clock(),
        partner=Partner.MAIL,
        method="DATA",
        path=" ".join(recipients),
        body=hashlib.sha256(raw).hexdigest(),
    )
    if slow := world.faults.fire(Partner.MAIL, Fault.SLOW):
        await asyncio.sleep(slow.seconds(2))
    for fault in (Fault.OUTAGE, Fault.ERROR_BEFORE_ACCEPT):
        if world.faults.fire(Partner.MAIL, fault):
            world.record.answered(number, status=421, fault=fault)
            return DOWN
    with world.store.transaction():
        mail = world.mailbox.keep(raw, recipients=recipients)
        message_id = world.store.value("SELECT message_id FROM mail WHERE id = ?", (mail,))
        world.effect(Partner.MAIL, "received", reference=message_id, partner_id=str(mail))
    if late := world.faults.fire(Partner.MAIL, Fault.TIMEOUT_AFTER_ACCEPT):
        world.record.answered(number, status=None, fault=Fault.TIMEOUT_AFTER_ACCEPT)
        await asyncio.sleep(late.seconds(30))
        return DOWN
    world.record.answered(number, status=250, fault=None)
    return "250 message accepté"


async def listen(world: World) -> asyncio.Server:
    """Open the SMTP port on the running loop; the caller closes the server."""
    talks: set[asyncio.Task[None]] = set()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(Conversation(world, reader, writer).run())
        talks.add(task)  # a loop only keeps weak references
        task.add_done_callback(talks.discard)

    settings = world.settings
    return await asyncio.start_server(begin, settings.host, settings.smtp_port, limit=MAX_BYTES)
