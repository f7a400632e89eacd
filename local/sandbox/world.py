"""What all partners share: memory, time, switches, mail, news, pages."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from kit.clock import Clock, load_clock, system_clock
from local.sandbox import due, faults, record, webhooks
from local.sandbox.due import Due
from local.sandbox.faults import Faults, Partner
from local.sandbox.mailbox import post
from local.sandbox.mailbox.post import Mailbox
from local.sandbox.pages import Pages
from local.sandbox.record import Record
from local.sandbox.settings import SandboxSettings
from local.sandbox.store import Store
from local.sandbox.webhooks import Webhooks

FILE: Final = "sandbox.sqlite3"


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The ground every partner stands on; built once, handed to each."""

    settings: SandboxSettings
    store: Store
    clock: Clock
    """Business time; technical time is ``kit.clock.system_clock``."""
    record: Record
    faults: Faults
    due: Due
    webhooks: Webhooks
    mailbox: Mailbox
    pages: Pages

    @classmethod
    def build(
        cls, settings: SandboxSettings, *, clock: Clock | None = None, schemas: tuple[str, ...]
    ) -> Self:
        """Open the memory in the data directory and gather the rest around it."""
        shared = (due.SCHEMA, faults.SCHEMA, record.SCHEMA, webhooks.SCHEMA, post.SCHEMA)
        store = Store(Path(settings.data_dir) / FILE, *shared, *schemas)
        business = clock or load_clock(settings.clock)
        switches = Faults(store)
        return cls(
            settings=settings,
            store=store,
            clock=business,
            record=Record(store),
            faults=switches,
            due=Due(store, business),
            webhooks=Webhooks(store, switches, pace=settings.webhook_pace),
            mailbox=Mailbox(store, business),
            pages=Pages(),
        )

    def effect(self, partner: Partner, action: str, *, reference: str, partner_id: str) -> None:
        """Note, in the current transaction, what a partner just did."""
        self.record.effect(
            at=system_clock(),
            partner=partner,
            action=action,
            reference=reference,
            partner_id=partner_id,
        )

    def now(self) -> datetime:
        """Return the present business instant."""
        return self.clock()
