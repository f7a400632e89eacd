"""The letters' service on fakes, for the tests of its sendings."""

from dataclasses import dataclass, field, replace
from datetime import date
from uuid import uuid4

from services.letters.domain.legal.codes import MailKind, SenderMode
from services.letters.domain.letter import (
    Extras,
    Frozen,
    Letter,
    MandateMention,
)
from services.letters.domain.outline import outline
from services.letters.domain.planning import Explored
from services.letters.domain.tracking import Tracking
from services.letters.tests.builders import ACCOUNT, NOW, a_recipient
from services.letters.tests.fakes import (
    FakeDirectory,
    FakeFiles,
    FakeLetterheads,
    FakeStore,
    FakeTransaction,
    FakeTypesetter,
)
from services.letters.usecases import drafts, sendings
from services.letters.usecases.sendings import Freezing, Press, Wish
from tests.support.time import SettableClock, day

AMBRE = a_recipient()
SENDING = uuid4()
IDEAL = day("Sun 2026-11-29")


def asked(**changes: object) -> Freezing:
    usual = Freezing(
        sending_id=SENDING,
        generation=1,
        send_day=IDEAL,
        new_start=None,
        sender=SenderMode.AGENCY,
        mail_kind=MailKind.LRE_ACKNOWLEDGED,
        mandate=MandateMention.ATTACHED,
        version=0,
    )
    return replace(usual, **changes)  # type: ignore[arg-type]  # a builder's freedom


@dataclass
class House:
    """The letters' service on fakes, with one complete RIA letter."""

    store: FakeStore
    letter: Letter
    letterheads: FakeLetterheads = field(default_factory=FakeLetterheads)
    typesetter: FakeTypesetter = field(default_factory=FakeTypesetter)
    files: FakeFiles = field(default_factory=FakeFiles)
    clock: SettableClock = field(default_factory=lambda: SettableClock(NOW))

    @property
    def press(self) -> Press:
        return Press(letterheads=self.letterheads, typesetter=self.typesetter, files=self.files)

    async def freeze(self, **changes: object) -> tuple[Letter, Frozen, bytes]:
        return await sendings.freeze_letter(
            ACCOUNT,
            self.letter.id,
            asked(**changes),
            store=self.store,
            press=self.press,
            clock=self.clock,
        )

    async def thaw(self, generation: int = 1) -> Letter:
        return await sendings.thaw_letter(
            ACCOUNT, self.letter.id, generation=generation, store=self.store, clock=self.clock
        )

    async def follow(self, news: Tracking) -> Letter:
        async with self.store.account(ACCOUNT) as transaction:
            assert isinstance(transaction, FakeTransaction)
            await sendings.follow_sending(transaction, self.letter.id, news)
            return await transaction.get(self.letter.id)

    async def change(self, free_text: str) -> Letter:
        return await drafts.update_extras(
            ACCOUNT,
            self.letter.id,
            version=0,
            extras=Extras(free_text=free_text),
            store=self.store,
            clock=self.clock,
        )


async def a_house(letter: Letter) -> House:
    store = FakeStore(FakeDirectory(AMBRE))
    async with store.account(ACCOUNT) as transaction:
        await transaction.add(letter, outline(letter))
    return House(store=store, letter=letter)


async def plan(house: House, **wish: date) -> Explored:
    planned = await sendings.plan_letter(
        ACCOUNT,
        house.letter.id,
        Wish(**wish),  # type: ignore[arg-type]  # a builder's freedom
        store=house.store,
        clock=house.clock,
    )
    return planned.explored
