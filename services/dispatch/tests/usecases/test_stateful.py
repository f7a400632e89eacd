"""Any story: presses, days, crashes anywhere, an operator in any mood; the promises hold."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from typing_extensions import override

from kit.days import paris_date
from kit.errors import TurnedDown
from kit.failpoints import Crashed, crash_at, declared_in
from services.dispatch.domain.cutoffs import legal_day
from services.dispatch.domain.letter import MailKind
from services.dispatch.domain.preflight import Blocker
from services.dispatch.domain.sending import ENDED, RESTARTABLE, Sending, State
from services.dispatch.domain.timing import Timing
from services.dispatch.domain.tracking import Answer
from services.dispatch.ports import Hint
from services.dispatch.tests.builders import ACCOUNT, LETTER, a_room, a_validation
from services.dispatch.tests.fakes import DOWN, LOSE, REFUSE, SWALLOW
from services.dispatch.usecases import changing, confirming, finalising, following, planning, waking

FAILPOINTS = ["nowhere", *declared_in(Path(__file__).parents[2])]
NOTE = "Vu dans l’espace client de l’opérateur ce jour."
anywhere = st.sampled_from(FAILPOINTS)


class Story(RuleBasedStateMachine):
    """One letter, and everything that can happen to it."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.room = a_room()
        self.presses = 0
        self.ended: State | None = None

    @override
    def teardown(self) -> None:
        self.finish()
        self.runner.close()

    def do(self, act: Coroutine[Any, Any, object], crash: str = "nowhere") -> None:
        with crash_at(crash), suppress(Crashed, TurnedDown):
            self.runner.run(act)

    @property
    def sending(self) -> Sending | None:
        return next(iter(self.room.store.kept.sendings.values()), None)

    # --- what people do --------------------------------------------------------------------------

    @rule(days=st.integers(0, 4), kind=st.sampled_from(MailKind), crash=anywhere)
    def press(self, days: int, kind: MailKind, crash: str) -> None:
        self.presses += 1
        self.do(self._press(days, kind, f"press-{self.presses}"), crash)

    async def _press(self, days: int, kind: MailKind, key: str) -> None:
        day = paris_date(self.room.clock()) + timedelta(days=days)
        send_day = day if days else None
        timing = Timing(now=not days, send_day=send_day)
        plan = await planning.plan(ACCOUNT, LETTER, timing, desk=self.room.desk)
        asked = a_validation(key=key, kind=kind, send_day=send_day, confirmed_day=plan.send_day)
        await finalising.finalise(ACCOUNT, asked, desk=self.room.desk)

    @precondition(lambda self: self.sending is not None)
    @rule(crash=anywhere)
    def cancel(self, crash: str) -> None:
        assert self.sending is not None
        desk = self.room.desk
        self.do(changing.cancel(ACCOUNT, self.sending.id, version=0, desk=desk), crash)

    @precondition(lambda self: self.sending is not None)
    @rule(days=st.integers(0, 3), crash=anywhere)
    def move(self, days: int, crash: str) -> None:
        assert self.sending is not None
        self.presses += 1
        day = paris_date(self.room.clock()) + timedelta(days=days)
        moving = changing.reschedule(
            ACCOUNT,
            self.sending.id,
            Timing(send_day=day),
            version=0,
            key=f"move-{self.presses}",
            desk=self.room.desk,
        )
        self.do(moving, crash)

    @rule(cents=st.sampled_from([0, 400, 100_000]))
    def change_credit(self, cents: int) -> None:
        held = sum(c for k, (_, c) in self.room.credit.held.items())
        self.room.credit.cents = held + cents

    @rule(blocked=st.booleans())
    def change_standing(self, blocked: bool) -> None:
        self.room.accounts.blockers = (Blocker(code="prove-identity"),) if blocked else ()
        if not blocked:
            self.do(self._wake())

    async def _wake(self) -> None:
        async with self.room.store.account(ACCOUNT) as work:
            await waking.wake_blocked(work, self.room.clock())

    @precondition(lambda self: self.sending is not None)
    @rule(crash=anywhere)
    def staff_tell_the_truth(self, crash: str) -> None:
        sending = self.sending
        if sending is None or sending.state is not State.UNKNOWN or sending.attempt is None:
            return
        ours = str(sending.attempt.id)
        there = [r for r, n in self.room.operator.letters.items() if n.our_reference == ours]
        self.do(self._confirm(sending, there), crash)

    async def _confirm(self, sending: Sending, there: list[str]) -> None:
        desk = self.room.desk
        if there:
            await confirming.confirm_accepted(
                sending.id, reference=there[0], note=NOTE, by="Inès", desk=desk
            )
        else:
            await confirming.confirm_absent(sending.id, note=NOTE, by="Inès", desk=desk)

    # --- what the world does ---------------------------------------------------------------------

    @rule(mood=st.sampled_from([DOWN, LOSE, REFUSE, SWALLOW]))
    def change_mood(self, mood: str) -> None:
        self.room.operator.next_answers = [mood]

    @rule(minutes=st.sampled_from([1, 31, 8 * 60, 24 * 60]), crash=anywhere)
    def pass_time(self, minutes: int, crash: str) -> None:
        self.room.clock.advance(timedelta(minutes=minutes))
        self.do(self.room.work(), crash)

    @rule(crash=anywhere)
    def work(self, crash: str) -> None:
        self.do(self.room.work(), crash)

    @precondition(lambda self: bool(self.room.operator.letters))
    @rule(
        answer=st.sampled_from(
            [None, Answer.ACCEPTED, Answer.REFUSED, Answer.UNCLAIMED, Answer.BOUNCED]
        ),
        hints=st.integers(0, 2),
        crash=anywhere,
        rank=st.integers(0, 9),
    )
    def news(self, answer: Answer | None, hints: int, crash: str, rank: int) -> None:
        letters = list(self.room.operator.letters)
        reference = letters[rank % len(letters)]
        self.room.operator.deposit(reference)
        if answer is not None:
            self.room.operator.end(reference, answer)
        for _ in range(hints):
            self.do(self._hint(reference), crash)

    async def _hint(self, reference: str) -> None:
        secret = self.room.operator.parcels[reference].secret
        body = f"id_mail={reference}".encode()
        hint = Hint(operator="ar24", secret=secret, headers={}, body=body)
        await following.take_hint(hint, desk=self.room.desk)

    # --- what must hold, always ------------------------------------------------------------------

    @invariant()
    def one_letter_a_generation(self) -> None:
        sent = self._generations_at_the_operator()
        assert len(sent) == len(set(sent)), "a generation reached the operator twice"

    def _generations_at_the_operator(self) -> list[int]:
        kept = self.room.store.kept.attempts.values()
        ours = {str(attempt.id): attempt.generation for _, _, attempt in kept}
        return [ours[news.our_reference] for news in self.room.operator.letters.values()]

    @invariant()
    def ends_stay(self) -> None:
        sending = self.sending
        if self.ended is not None:
            assert sending is not None
            assert sending.state is self.ended
        if sending is not None and sending.state in ENDED:
            self.ended = sending.state

    @invariant()
    def nothing_is_captured_before_its_deposit(self) -> None:
        sending = self.sending
        for key, day in self.room.credit.captured.items():
            assert sending is not None
            assert sending.deposited_at is not None
            assert (key, day) == (sending.hold_key, legal_day(sending.deposited_at).send_day)

    @invariant()
    def versions_only_grow(self) -> None:
        versions = [sending.version for sending in self.room.store.kept.announced]
        assert versions == sorted(set(versions))

    # --- and in the end --------------------------------------------------------------------------

    def finish(self) -> None:
        """Let the world calm down, then check that nothing is left half-way."""
        self.room.operator.next_answers = []
        self.room.accounts.blockers = ()
        self.do(self._wake())
        for _ in range(20):
            self.do(self.room.work())
            self.room.clock.advance(timedelta(hours=1))
            self.staff_tell_the_truth_once()
        sending, credit = self.sending, self.room.credit
        if sending is None:
            return
        assert sending.state not in {State.PREPARING, State.DUE, State.SUBMITTING, State.UNKNOWN}
        for generation in range(1, sending.generation):
            key = f"send:{sending.id}:{generation}"
            assert key in credit.released or key not in credit.held
        if sending.state in RESTARTABLE and sending.hold_key in credit.held:
            assert sending.hold_key in credit.released
        if sending.deposited_at is not None:
            assert sending.hold_key in credit.captured
        assert set(credit.reversed) == (
            {sending.hold_key} if sending.state is State.BOUNCED else set()
        )
        assert not credit.released & credit.captured.keys()

    def staff_tell_the_truth_once(self) -> None:
        sending = self.sending
        if sending is not None and sending.state is State.UNKNOWN and sending.attempt is not None:
            ours = str(sending.attempt.id)
            there = [r for r, n in self.room.operator.letters.items() if n.our_reference == ours]
            self.do(self._confirm(sending, there))


TestStory = Story.TestCase
TestStory.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
