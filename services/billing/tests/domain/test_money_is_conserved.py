"""Any order, any repetition: money is moved, never made, and never below zero."""

from collections import Counter
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from kit.errors import TurnedDown
from kit.ids import new_id
from kit.money import ZERO, Money
from services.billing.domain.card import CardReturn
from services.billing.domain.hold import Hold, HoldState
from services.billing.domain.ledger import Bucket, Entry, Wallet
from services.billing.domain.tariff import Product
from services.billing.domain.top_up import return_entry, undone_entry
from services.billing.tests.builders import NOW, TODAY, a_hold, a_refund, a_top_up

ACCOUNT = new_id()


class MoneyMachine(RuleBasedStateMachine):
    """One account, whose causes hold, capture, release and reverse as they like."""

    keys = Bundle("keys")

    def __init__(self) -> None:
        super().__init__()
        self.wallet = Wallet(account_id=ACCOUNT)
        self.holds: dict[str, Hold] = {}
        self.buckets: Counter[Bucket] = Counter()
        self.written: set[str] = set()
        self.refunds: list[CardReturn] = []

    def post(self, entry: Entry | None) -> None:
        if entry is None:
            return
        assert entry.key not in self.written
        self.wallet = self.wallet.after(entry)
        self.written.add(entry.key)
        for bucket, amount in entry.postings.items():
            self.buckets[bucket] += amount.cents

    @rule(target=keys, number=st.integers(0, 5), generation=st.integers(1, 2))
    def name_a_cause(self, number: int, generation: int) -> str:
        return f"send:{number}:{generation}"

    @rule(euros=st.integers(20, 60))
    def buy_credit(self, euros: int) -> None:
        top_up = a_top_up(account_id=ACCOUNT, amount=Money(euros * 100))
        self.post(top_up.receipted("RC-2027-000001", NOW, owed=self.owed)[1])

    @rule(cents=st.integers(1, 5000))
    def refund(self, cents: int) -> None:
        refunded = a_refund(cents, number=f"re_{len(self.refunds) + 1}")
        taken = min(self.wallet.available, refunded.amount)
        self.refunds.append(refunded)
        self.post(return_entry(a_top_up(account_id=ACCOUNT), refunded, taken=taken, at=NOW))

    @rule(number=st.integers(0, 20))
    def give_back(self, number: int) -> None:
        if number >= len(self.refunds):
            return
        top_up, refunded = a_top_up(account_id=ACCOUNT), self.refunds[number]
        entry = undone_entry(top_up, refunded, owed=self.owed, at=NOW)
        if entry.key not in self.written:
            self.post(entry)

    @property
    def owed(self) -> Money:
        return Money(-self.buckets[Bucket.OWED])

    @rule(key=keys, product=st.sampled_from([Product.LRE_SIMPLE, Product.IDENTITY_CHECK]))
    def hold(self, key: str, product: Product) -> None:
        hold, entry = a_hold(key, account_id=ACCOUNT, product=product)
        if key in self.holds:
            return
        try:
            self.post(entry)
        except TurnedDown:
            return
        self.holds[key] = hold

    @rule(key=keys)
    def capture(self, key: str) -> None:
        self.settle(key, lambda hold: hold.capture(on_day=TODAY, at=NOW))

    @rule(key=keys)
    def release(self, key: str) -> None:
        if key not in self.holds:
            self.holds[key] = Hold.tombstone(ACCOUNT, key, at=NOW)
        self.settle(key, lambda hold: hold.release(on_day=TODAY, at=NOW))

    @rule(key=keys)
    def reverse(self, key: str) -> None:
        self.settle(key, lambda hold: hold.reverse(cause="27-00012", on_day=TODAY, at=NOW))

    def settle(self, key: str, act: Any) -> None:
        if key not in self.holds:
            return
        try:
            hold, entry = act(self.holds[key])
        except TurnedDown:
            return
        self.post(entry)
        self.holds[key] = hold

    @invariant()
    def money_is_conserved(self) -> None:
        assert sum(self.buckets.values()) == 0

    @invariant()
    def nobody_is_owed_what_should_be_credit(self) -> None:
        assert self.owed >= ZERO

    @invariant()
    def the_wallet_is_what_its_buckets_say(self) -> None:
        assert self.wallet.available.cents == self.buckets[Bucket.AVAILABLE] >= 0
        assert self.wallet.held.cents == self.buckets[Bucket.HELD] >= 0

    @invariant()
    def what_is_held_is_what_the_open_holds_hold(self) -> None:
        held = [hold.gross for hold in self.holds.values() if hold.state is HoldState.HELD]
        assert sum(held, ZERO) == self.wallet.held

    @invariant()
    def we_earn_what_was_captured(self) -> None:
        captured = [hold for hold in self.holds.values() if hold.state is HoldState.CAPTURED]
        earned = self.buckets[Bucket.REVENUE] + self.buckets[Bucket.VAT]
        assert earned == sum(hold.gross.cents for hold in captured)


TestMoney = MoneyMachine.TestCase
TestMoney.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
