"""Our other services as a sending meets them, in memory; contract suites prove them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from kit.clock import Clock
from kit.errors import TurnedDown
from kit.ids import derived_id
from services.dispatch.domain.letter import Agency, FrozenLetter, MailKind
from services.dispatch.domain.preflight import (
    Blocker,
    LetterFacts,
    MandateFacts,
    Price,
    Standing,
)
from services.dispatch.domain.sending import Sending
from services.dispatch.ports import (
    NOTHING_COMPARED,
    Compared,
    MandateRefused,
    Planned,
    RecentLetter,
    Reversal,
)

PRICES = {MailKind.SIMPLE: 360, MailKind.ACKNOWLEDGED: 540}


class PriceChanged(TurnedDown):
    reason = "price-changed"


class CreditShort(TurnedDown):
    reason = "credit-insufficient"


class HoldGone(TurnedDown):
    reason = "hold-released"


@dataclass
class FakeCredit:
    """Prepaid money: holds, captures, reversals, and releases that may come first."""

    clock: Clock
    cents: int = 100_000
    held: dict[str, tuple[UUID, int]] = field(default_factory=dict)
    causes: list[str] = field(default_factory=list)
    captured: dict[str, date] = field(default_factory=dict)
    reversed: dict[str, tuple[date, Reversal]] = field(default_factory=dict)
    released: set[str] = field(default_factory=set)

    async def hold(
        self,
        account_id: UUID,
        key: str,
        kind: MailKind,
        *,
        cause: str,
        on_day: date,
        expected_gross_cents: int,
    ) -> int:
        if key in self.released:
            raise HoldGone
        if key in self.held:
            return self.held[key][1]
        price = PRICES[kind]
        if expected_gross_cents != price:
            raise PriceChanged(gross_cents=str(price))
        if price > await self.available_cents(account_id):
            missing = price - await self.available_cents(account_id)
            raise CreditShort(missing_cents=str(missing))
        self.held[key] = (account_id, price)
        self.causes.append(cause)
        return price

    async def capture(self, account_id: UUID, key: str, *, on_day: date) -> None:
        assert key in self.held, f"nothing to capture under {key}"
        assert key not in self.released, f"{key} was given back"
        assert self.captured.get(key, on_day) == on_day
        self.captured[key] = on_day

    async def release(self, account_id: UUID, key: str) -> None:
        assert key not in self.captured, f"{key} was captured"
        self.released.add(key)

    async def reverse(
        self, account_id: UUID, key: str, *, cause: str, on_day: date, buyer: Agency
    ) -> Reversal:
        assert key in self.captured, f"{key} was never captured"
        assert (cause, buyer) == ("26-00042", AGENCY)
        number, gross = f"AV-2027-{len(self.reversed) + 1:06d}", self.held[key][1]
        reversal = Reversal(credit_note=number, gross_cents=gross, at=self.clock())
        return self.reversed.setdefault(key, (on_day, reversal))[1]

    async def prices(self, account_id: UUID, on_day: date) -> Sequence[Price]:
        return [
            Price(
                mail_kind=kind,
                net_cents=c * 5 // 6,
                vat_cents=c // 6,
                gross_cents=c,
                vat_rate_bp=2000,
            )
            for kind, c in PRICES.items()
        ]

    async def available_cents(self, account_id: UUID) -> int:
        back = self.released | self.reversed.keys()
        return self.cents - sum(c for k, (_, c) in self.held.items() if k not in back)

    async def open_holds(self) -> Sequence[tuple[UUID, str]]:
        settled = self.released | self.captured.keys()
        return [(account, key) for key, (account, _) in self.held.items() if key not in settled]


class FreezeRefused(TurnedDown):
    reason = "termination-impossible"


@dataclass
class FakeLetters:
    """Letters whose dates do not depend on the day, frozen by generation."""

    missing: Sequence[str] = ()
    refused_days: set[date] = field(default_factory=set)
    latest: date | None = None
    address: str = "resiliations@valdambre.example"
    recent: Sequence[RecentLetter] = ()
    compared: Compared = NOTHING_COMPARED
    """What the last plan was compared with."""
    frozen: dict[tuple[UUID, int], FrozenLetter] = field(default_factory=dict)
    thawed: set[tuple[UUID, int]] = field(default_factory=set)

    async def facts(self, account_id: UUID, letter_id: UUID) -> LetterFacts:
        return LetterFacts(
            number="27-00012",
            missing=self.missing,
            recipient="Mutuelle Val d’Ambre",
            is_reachable=bool(self.address),
            content_hash="c0ffee",
            version=3,
        )

    async def plan(
        self,
        account_id: UUID,
        letter_id: UUID,
        *,
        send_day: date | None,
        new_start: date | None,
        first_send_day: date,
        compared: Compared = NOTHING_COMPARED,
    ) -> Planned:
        self.compared = compared
        day = send_day or (new_start - timedelta(days=33) if new_start else None) or first_send_day
        ok = day >= first_send_day and day not in self.refused_days
        return Planned(
            ok=ok,
            reason="" if ok else "too-late",
            facts={} if ok else {"nearest_possible_day": first_send_day.isoformat()},
            send_day=day,
            last_covered_day=date(2027, 12, 31),
            new_start=date(2028, 1, 1),
            allowed_mail=frozenset(MailKind),
            content_hash="c0ffee",
            evaluation=b"",
            recent=self.recent,
            cover=b"" if compared.new_start else None,
        )

    async def freeze(
        self, sending: Sending, *, send_day: date, key: str
    ) -> tuple[FrozenLetter, bytes]:
        if send_day in self.refused_days:
            raise FreezeRefused
        pdf = f"%PDF letter {sending.letter_id} {send_day}".encode()
        letter = FrozenLetter(
            number="26-00042",
            version=4,
            sha256=hashlib.sha256(pdf).hexdigest(),
            content_hash="c0ffee",
            subject="Résiliation",
            send_day=send_day,
            presumed_receipt=send_day + timedelta(days=1),
            latest_send_day=self.latest,
            last_covered_day=date(2027, 12, 31),
            new_start=date(2028, 1, 1),
            recipient_id=derived_id("recipient"),
            recipient_name="Mutuelle Val d’Ambre",
            recipient_address=self.address,
            policyholder_names=("Mme Bérengère Vial",),
            policyholder_emails=("b.vial@mail.example",),
            former_agent_email="ancien@cabinet.example",
            client_reference="VIAL-1026",
            author_name="Camille Roux",
        )
        self.frozen[sending.letter_id, sending.generation] = letter
        return letter, pdf

    async def thaw(self, sending: Sending, *, key: str) -> None:
        self.thawed.add((sending.letter_id, sending.generation))

    async def address_today(self, account_id: UUID, letter: FrozenLetter) -> str:
        return self.address


@dataclass
class FakeMandates:
    """One decision for all letters."""

    decided: bool = True
    attached: bool = True
    refusal: str = ""
    locked: set[tuple[UUID, int]] = field(default_factory=set)

    async def facts(self, account_id: UUID, letter_id: UUID) -> MandateFacts:
        word = "scanned" if self.attached else "opted-out"
        return MandateFacts(
            decided=self.decided, attached=self.attached, decision=word if self.decided else "none"
        )

    async def check(self, sending: Sending, *, content_hash: str) -> tuple[str, bytes] | None:
        if self.refusal:
            raise MandateRefused(why=self.refusal)
        self.locked.add((sending.letter_id, sending.generation))
        return ("Mandat-signe.pdf", b"%PDF mandate") if self.attached else None

    async def release(self, sending: Sending) -> None:
        self.locked.discard((sending.letter_id, sending.generation))


@dataclass
class FakeAccounts:
    """One agency, blocked or not."""

    blockers: Sequence[Blocker] = ()

    async def standing(self, account_id: UUID, on_day: date) -> tuple[Standing, Agency]:
        standing = Standing(
            conditions=("prove-profession", "prove-identity"),
            blockers=self.blockers,
            valid_until=None,
        )
        return standing, AGENCY


AGENCY = Agency(
    trade_name="Béraud Assurances",
    representative_first_name="Camille",
    representative_last_name="Béraud",
    address="12 rue des Tilleuls",
    postcode="73000",
    town="Chambéry",
    siret="73282932000074",
    orias="07001234",
    email="contact@beraud.example",
    phone="+33479000000",
    alert_email="camille@beraud.example",
)
