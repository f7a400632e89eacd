"""The twin of billing's database; the contract suite keeps it honest."""

import asyncio
import copy
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from kit.errors import ChangedMeanwhile
from kit.ids import new_id
from kit.mail import Mail
from kit.money import ZERO, Money
from services.billing.domain.card import ReturnKind, ReturnState
from services.billing.domain.credit_note import CreditNote
from services.billing.domain.hold import Hold, HoldState
from services.billing.domain.ledger import (
    ALWAYS,
    Entry,
    EntryKind,
    Period,
    StatementLine,
    Wallet,
    WalletFrozen,
)
from services.billing.domain.numbering import Series
from services.billing.domain.staff import StaffAct
from services.billing.domain.top_up import Method, TopUp, TopUpMissing
from services.billing.ports import CardEvent, DueKind, KnownReturn


@dataclass
class _State:
    """All that the database would hold."""

    wallets: dict[UUID, Wallet] = field(default_factory=dict)
    lines: list[StatementLine] = field(default_factory=list)
    holds: dict[str, Hold] = field(default_factory=dict)
    top_ups: dict[UUID, TopUp] = field(default_factory=dict)
    returns: dict[str, KnownReturn] = field(default_factory=dict)
    owners: dict[str, UUID] = field(default_factory=dict)
    acts: list[tuple[UUID, StaffAct]] = field(default_factory=list)
    ranks: dict[tuple[Series, int], int] = field(default_factory=dict)
    notes: dict[str, CreditNote] = field(default_factory=dict)
    news: dict[str, tuple[CardEvent, str]] = field(default_factory=dict)
    due: dict[str, datetime] = field(default_factory=dict)
    mails: dict[str, Mail] = field(default_factory=dict)
    facts: list[object] = field(default_factory=list)
    falls: list[Wallet] = field(default_factory=list)


class FakeBooks:
    """One account's money, in memory."""

    def __init__(self, state: _State, account_id: UUID, low_below: Money = ZERO) -> None:
        self._state = state
        self._account_id = account_id
        self._low_below = low_below

    async def wallet(self) -> Wallet:
        return self._state.wallets.get(self._account_id, Wallet(account_id=self._account_id))

    async def lock_wallet(self) -> Wallet:
        return await self.wallet()

    async def freeze(self, why: str) -> None:
        wallet = await self.wallet()
        frozen = replace(wallet, frozen_for=why, freezes=wallet.freezes + 1)
        self._state.wallets[self._account_id] = frozen
        self._state.facts.append(frozen)

    async def owed(self) -> Money:
        mine = [line for line in self._state.lines if line.entry.account_id == self._account_id]
        return -sum((line.entry.owed_change for line in mine), ZERO)

    async def note(self, act: StaffAct) -> None:
        self._state.acts.append((self._account_id, act))

    async def acts(self) -> Sequence[StaffAct]:
        return [act for owner, act in reversed(self._state.acts) if owner == self._account_id]

    async def post(self, entry: Entry) -> Wallet:
        if entry.account_id != self._account_id:
            raise ValueError("these books are another account's")
        wallet = (await self.wallet()).after(entry).noticed(entry, low_below=self._low_below)
        if any(line.entry.key == entry.key for line in self._state.lines):
            raise AssertionError(f"written twice: {entry.key}")
        self._state.wallets[self._account_id] = wallet
        self._state.lines.append(
            StatementLine(
                id=new_id(),
                entry=entry,
                available_after=wallet.available,
                held_after=wallet.held,
                wallet_version=wallet.version,
            )
        )
        self._state.facts.append(wallet)
        if wallet.just_fell:
            self._state.falls.append(wallet)
        return wallet

    async def entries(
        self, *, before: int | None, limit: int, within: Period = ALWAYS
    ) -> Sequence[StatementLine]:
        mine = [
            replace(line, credit_note=self._number(line.entry))
            for line in reversed(self._state.lines)
            if line.entry.account_id == self._account_id
            and (before is None or line.wallet_version < before)
            and line.entry.at in within
        ]
        return mine[:limit]

    def _number(self, entry: Entry) -> str:
        if entry.kind is not EntryKind.REVERSAL:
            return ""
        return self._state.notes[entry.key.partition(":")[2]].number

    async def place(self, hold: Hold, entry: Entry) -> Hold | None:
        if hold.key in self._state.holds:
            return None
        wallet = await self.post(entry)
        if wallet.frozen_for:
            raise WalletFrozen(why=wallet.frozen_for)
        self._state.holds[hold.key] = hold
        return hold

    async def bury(self, hold: Hold) -> bool:
        if hold.key in self._state.holds:
            return False
        self._state.holds[hold.key] = hold
        return True

    async def hold(self, key: str) -> Hold | None:
        found = self._state.holds.get(key)
        return found if found and found.account_id == self._account_id else None

    async def save_hold(self, hold: Hold) -> Hold:
        if self._state.holds[hold.key].version != hold.version:
            raise ChangedMeanwhile(hold.key)
        saved = self._state.holds[hold.key] = replace(hold, version=hold.version + 1)
        if saved.state in {HoldState.CAPTURED, HoldState.RELEASED}:
            self._state.facts.append(saved)
        return saved

    async def begin_top_up(self, top_up: TopUp) -> TopUp:
        standing = self._state.top_ups.setdefault(top_up.id, top_up)
        return top_up if standing is top_up else await self.top_up(top_up.id)

    async def top_up(self, top_up_id: UUID) -> TopUp:
        found = self._state.top_ups.get(top_up_id)
        if found is None or found.account_id != self._account_id:
            raise TopUpMissing(str(top_up_id))
        return found

    async def top_ups(self, *, before: tuple[datetime, UUID] | None, limit: int) -> Sequence[TopUp]:
        mine = [
            each
            for each in self._state.top_ups.values()
            if each.account_id == self._account_id
            and (before is None or (each.created_at, each.id) < before)
        ]
        mine.sort(key=lambda each: (each.created_at, each.id), reverse=True)
        return mine[:limit]

    async def save_top_up(self, top_up: TopUp) -> TopUp:
        if self._state.top_ups[top_up.id].version != top_up.version:
            raise ChangedMeanwhile(str(top_up.id))
        saved = self._state.top_ups[top_up.id] = replace(top_up, version=top_up.version + 1)
        return saved

    async def announce_top_up(self, top_up: TopUp) -> None:
        self._state.facts.append(top_up)

    async def next_rank(self, series: Series, year: int) -> int:
        self._state.ranks[series, year] = self._state.ranks.get((series, year), 0) + 1
        return self._state.ranks[series, year]

    async def begin_credit_note(self, note: CreditNote) -> CreditNote:
        return self._state.notes.setdefault(note.key, note)

    async def credit_note_of(self, key: str) -> CreditNote | None:
        found = self._state.notes.get(key)
        return found if found and found.account_id == self._account_id else None

    async def credit_note(self, number: str) -> CreditNote | None:
        for note in self._state.notes.values():
            if number and note.number == number and note.account_id == self._account_id:
                return note
        return None

    async def issue_credit_note(self, hold: Hold, note: CreditNote) -> CreditNote:
        capture = f"{EntryKind.CAPTURE}:{note.key}"
        (debit,) = [line.id for line in self._state.lines if line.entry.key == capture]
        issued = await self.save_credit_note(replace(note, corrects=debit))
        self._state.facts.append((hold, issued))
        assert issued.issued_at is not None
        self._state.due[f"{DueKind.CREDIT_NOTE}:{issued.number}"] = issued.issued_at
        return issued

    async def save_credit_note(self, note: CreditNote) -> CreditNote:
        if self._state.notes[note.key].version != note.version:
            raise ChangedMeanwhile(note.key)
        saved = self._state.notes[note.key] = replace(note, version=note.version + 1)
        return saved

    async def card_return(self, return_id: str) -> KnownReturn | None:
        return self._state.returns.get(return_id)

    async def save_card_return(self, top_up: TopUp, known: KnownReturn) -> None:
        before = self._state.returns.get(known.returned.id)
        taken = before.taken if before else known.taken
        self._state.returns[known.returned.id] = replace(known, taken=taken)
        self._state.owners[known.returned.id] = top_up.account_id

    async def open_disputes(self) -> int:
        return sum(
            known.returned.kind is ReturnKind.DISPUTE
            and known.returned.state is ReturnState.OPEN
            and self._state.owners[number] == self._account_id
            for number, known in self._state.returns.items()
        )

    async def look_later(self, top_up: TopUp, at: datetime | None) -> None:
        key = f"{DueKind.CARD_LOOK}:{top_up.id}"
        if at is None:
            self._state.due.pop(key, None)
        else:
            self._state.due[key] = at

    async def plan_receipt(self, top_up: TopUp, at: datetime) -> None:
        self._state.due[f"{DueKind.RECEIPT}:{top_up.id}"] = at

    async def queue_mail(self, mail: Mail, *, key: str) -> None:
        self._state.mails.setdefault(key, mail)


class FakeStore:
    """The database, in memory: a transaction that fails leaves nothing."""

    def __init__(self, *, low_below: Money = ZERO) -> None:
        self.low_below = low_below
        self.state = _State()
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def account(self, account_id: UUID) -> AsyncIterator[FakeBooks]:
        async with self._turn:  # one at a time, as row locks would have it
            draft = copy.deepcopy(self.state)
            yield FakeBooks(draft, account_id, self.low_below)
            self.state = draft

    async def open_holds(
        self, *, prefix: str, after: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[Hold]:
        found = [
            hold
            for hold in self.state.holds.values()
            if hold.state is HoldState.HELD
            and hold.key.startswith(prefix)
            and (after is None or (hold.held_at, hold.id) > after)
        ]
        return sorted(found, key=lambda hold: (hold.held_at, hold.id))[:limit]

    async def frozen(self, *, after: UUID | None, limit: int) -> Sequence[Wallet]:
        found = [
            wallet
            for account_id, wallet in sorted(self.state.wallets.items())
            if wallet.frozen_for and (after is None or account_id > after)
        ]
        return found[:limit]

    async def keep_news(self, event: CardEvent, *, at: datetime) -> None:
        if event.id not in self.state.news:
            self.state.news[event.id] = (event, "")
            self.state.due[f"{DueKind.CARD_NEWS}:{event.id}"] = at

    async def news(self, event_id: str) -> bytes | None:
        event, outcome = self.state.news.get(event_id, (None, ""))
        return event.body if event and not outcome else None

    async def close_news(self, event_id: str, *, outcome: str, at: datetime) -> None:
        self.state.news[event_id] = (self.state.news[event_id][0], outcome)

    async def purchase_of(self, payment_id: str) -> tuple[UUID, UUID] | None:
        for each in self.state.top_ups.values():
            if each.payment_id == payment_id and each.method is Method.CARD:
                return each.account_id, each.id
        return None

    async def plan_audit(self, at: datetime) -> None:
        self.state.due[DueKind.AUDIT] = at

    async def differences(self) -> Sequence[str]:
        state = self.state
        moved = sum(a.cents for line in state.lines for a in line.entry.postings.values())
        found = [] if moved == 0 else ["postings do not sum to zero"]
        for account_id, wallet in state.wallets.items():
            held = sum(
                hold.gross.cents
                for hold in state.holds.values()
                if hold.account_id == account_id and hold.state is HoldState.HELD
            )
            if held != wallet.held.cents:
                found.append("held credit is not the sum of the open holds")
        return found
