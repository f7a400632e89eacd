"""The SMTP listener: accepts every mail, from anyone, for anyone."""

import asyncio
import hashlib
from typing import Final

from aiosmtpd.smtp import SMTP, Envelope, Session

from kit.clock import system_clock
from local.sandbox.faults import Fault, Partner
from local.sandbox.world import World

MAX_BYTES: Final = 40 * 1024 * 1024
DOWN: Final = "421 service indisponible (panne de démonstration)"


class Listener:
    """What aiosmtpd calls; a mail is stored before it is acknowledged."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep the mail, bent by the switches, and answer as a mail server does."""
        world, raw = self._world, bytes(envelope.original_content or b"")
        number = world.record.request(
            at=system_clock(),
            partner=Partner.MAIL,
            method="DATA",
            path=" ".join(envelope.rcpt_tos),
            body=hashlib.sha256(raw).hexdigest(),
        )
        if slow := world.faults.fire(Partner.MAIL, Fault.SLOW):
            await asyncio.sleep(slow.seconds(2))
        for fault in (Fault.OUTAGE, Fault.ERROR_BEFORE_ACCEPT):
            if world.faults.fire(Partner.MAIL, fault):
                world.record.answered(number, status=421, fault=fault)
                return DOWN
        with world.store.transaction():
            mail = world.mailbox.keep(raw, recipients=list(envelope.rcpt_tos))
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
    loop = asyncio.get_running_loop()
    handler = Listener(world)
    return await loop.create_server(
        lambda: SMTP(
            handler,
            loop=loop,
            hostname="sandbox.local",
            ident="demonstration",
            enable_SMTPUTF8=True,
            data_size_limit=MAX_BYTES,
        ),
        world.settings.host,
        world.settings.smtp_port,
    )
