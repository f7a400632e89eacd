"""Sendings and desks for tests: say only what matters."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from kit import failpoints
from kit.errors import TurnedDown
from kit.ids import derived_id
from services.dispatch.domain.attempts import Attempt
from services.dispatch.domain.letter import MailKind
from services.dispatch.domain.sending import Order, Sending, State
from services.dispatch.domain.timing import Timing
from services.dispatch.due import leased
from services.dispatch.ports import Desk
from services.dispatch.tests.fakes import FakeOperator, FakePrinter, FakeSealer, FakeVault
from services.dispatch.tests.memory import MemoryStore
from services.dispatch.tests.peers import (
    AGENCY,
    PRICES,
    FakeAccounts,
    FakeCredit,
    FakeLetters,
    FakeMandates,
)
from services.dispatch.usecases import finalising
from tests.support.time import SettableClock, paris

ACCOUNT, LETTER = derived_id("account"), derived_id("letter")
NOON = paris("Wed 2027-01-13 12:00")
END, START = date(2027, 12, 31), date(2028, 1, 1)


@dataclass(frozen=True)
class Room:
    """A desk made of fakes, and the fakes themselves."""

    desk: Desk
    clock: SettableClock
    store: MemoryStore
    credit: FakeCredit
    letters: FakeLetters
    mandates: FakeMandates
    accounts: FakeAccounts
    operator: FakeOperator
    vault: FakeVault

    def sending(self, letter_id: UUID = LETTER) -> Sending:
        """Return what is stored."""
        return next(s for s in self.store.kept.sendings.values() if s.letter_id == letter_id)

    async def finalise(self, **changes: Any) -> Sending:
        """Validate as the page would."""
        return await finalising.finalise(ACCOUNT, a_validation(**changes), desk=self.desk)

    async def work(self) -> None:
        """Do what is due, once each; what fails stays due."""
        handlers = leased(self.desk)
        for key, item in sorted(self.store.kept.items.items()):
            if item.due_at <= self.clock() and self.store.kept.items.get(key) is item:
                try:
                    await handlers[item.kind](item)
                except TurnedDown:
                    continue
                if self.store.kept.items.get(key) is item:
                    del self.store.kept.items[key]

    async def work_until_quiet(self, rounds: int = 12) -> None:
        """Do what is due, and what that makes due."""
        for _ in range(rounds):
            await self.work()


def is_disarmed(name: str) -> bool:
    """Tell whether the failpoint that was armed has been passed."""
    return name not in failpoints._armed


def a_room(now: datetime = NOON) -> Room:
    """Return a desk of fakes, at noon of an ordinary Wednesday."""
    clock = SettableClock(now)
    store, credit, letters = MemoryStore(clock), FakeCredit(clock), FakeLetters()
    mandates, accounts = FakeMandates(), FakeAccounts()
    operator, vault = FakeOperator(clock), FakeVault()
    desk = Desk(
        store=store,
        clock=clock,
        credit=credit,
        letters=letters,
        mandates=mandates,
        accounts=accounts,
        operator=operator,
        vault=vault,
        sealer=FakeSealer(),
        printer=FakePrinter(),
        public_url="https://preavis.example",
    )
    return Room(desk, clock, store, credit, letters, mandates, accounts, operator, vault)


def a_validation(
    *,
    key: str = "press-1",
    letter_id: UUID = LETTER,
    kind: MailKind = MailKind.ACKNOWLEDGED,
    send_day: date | None = None,
    confirmed_day: date | None = None,
    gross_cents: int | None = None,
    same_contract: bool = False,
) -> finalising.Validation:
    """Return a validation for now, unless ``send_day`` says another day."""
    return finalising.Validation(
        key=key,
        letter_id=letter_id,
        mail_kind=kind,
        timing=Timing(now=send_day is None, send_day=send_day),
        confirmed=finalising.Confirmed(
            send_day=confirmed_day or send_day or date(2027, 1, 13),
            last_covered_day=END,
            new_start=START,
            gross_cents=PRICES[kind] if gross_cents is None else gross_cents,
            same_contract=same_contract,
        ),
        author_name="Camille Roux",
    )


def an_order(**changes: Any) -> Order:
    """Return an order for Friday 15 January 2027, validated at noon on the 13th."""
    order = Order(
        key="press-1",
        mail_kind=MailKind.ACKNOWLEDGED,
        send_day=date(2027, 1, 15),
        last_covered_day=END,
        new_start=START,
        gross_cents=540,
        attaches_mandate=True,
        validated_at=NOON,
        author_name="Camille Roux",
    )
    return replace(order, **changes)


def an_attempt(**changes: Any) -> Attempt:
    """Return a first attempt, handed over at noon."""
    attempt = Attempt(
        id=derived_id("attempt"),
        number=1,
        generation=1,
        operator="ar24",
        operator_sender="9001",
        token_hash="0" * 64,
        handed_at=NOON,
    )
    return replace(attempt, **changes)


def a_sending(state: State = State.PREPARING, **changes: Any) -> Sending:
    """Return a sending in a state, with the attempt that state implies."""
    sending, _ = Sending.begin(
        sending_id=derived_id("sending"),
        account_id=ACCOUNT,
        letter_id=LETTER,
        order=an_order(),
        agency=AGENCY,
    )
    handed = {State.SUBMITTING, State.UNKNOWN, State.IN_TRANSIT, State.DEPOSITED}
    if state in handed:
        attempt = an_attempt()
        if state in {State.IN_TRANSIT, State.DEPOSITED}:
            attempt = attempt.accepted("400001")
        changes = {"attempt": attempt, **changes}
    return replace(sending, state=state, **changes)
