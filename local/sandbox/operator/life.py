"""A letter's life at the operator: each move keeps its proof, its news and its mail together."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode

import structlog

from kit.days import paris_date, paris_instant
from local.sandbox.faults import Fault, Partner
from local.sandbox.operator import proofs
from local.sandbox.operator.answers import paris_text
from local.sandbox.operator.letters import NEXT, Letter, Letters, Status
from local.sandbox.operator.notices import Notices
from local.sandbox.webhooks import FORM, Manners
from local.sandbox.world import World

ANSWER_DAYS: Final = 15
REMINDER_DAY: Final = 10
BOUNCING: Final = "rebond"
DEPOSIT, REMIND, LAPSE = "operator-deposit", "operator-remind", "operator-lapse"
HELD_S: Final = 24 * 3600
RETRY: Final = timedelta(minutes=15)
TRIES: Final = 48
READ_TIMEOUTS_S: Final = (2.5, 4.5, 6.5, 8.5, 11.0)
DATES: Final = {
    Status.ACCEPTED: "view_date",
    Status.REFUSED: "refused_date",
    Status.NEGLECTED: "negligence_date",
    Status.BOUNCED: "bounced_date",
}
log = structlog.get_logger()


class ImpossibleMove(Exception):
    """The letter does not stand where this move starts, or its window has closed."""


def closes(noticed_at: datetime) -> datetime:
    """Return the first instant at which the recipient can no longer answer.

    Whole Paris days, counted from the day after the notice: told at any hour of 2 March, one may
    answer until 17 March included. Law: CPCE, art. R. 53-3, I.
    """
    return paris_instant(paris_date(noticed_at) + timedelta(days=ANSWER_DAYS + 1))


class Life:
    """Moves letters; whoever asks (recipient, clock, test) goes through here."""

    def __init__(self, world: World, letters: Letters) -> None:
        self._world = world
        self._letters = letters
        self._notices = Notices(world)
        world.webhooks.teach(
            Partner.AR24,
            Manners(waits=(RETRY,) * TRIES, read_timeouts_s=READ_TIMEOUTS_S, sign=lambda _body: {}),
        )
        acts: dict[str, Callable[[Letter], object]] = {
            DEPOSIT: self.deposit,
            REMIND: self._notices.remind,
            LAPSE: self.lapse,
        }
        for kind, act in acts.items():
            world.due.teach(kind, self._when_due(act))

    def take_charge(self, letter: Letter) -> None:
        """Plan the deposit of a letter just received: the caller is answered first."""
        held = self._world.faults.fire(Partner.AR24, Fault.HELD)
        wait = timedelta(seconds=held.seconds(HELD_S)) if held else timedelta()
        self._world.due.schedule(DEPOSIT, str(letter.id), letter.created_at + wait)

    def deposit(self, letter: Letter) -> Letter:
        """Tell the recipient and prove the deposit; an address that does not exist bounces."""
        if self._bounces(letter):
            return self.bounce(letter)
        now = self._world.now()
        with self._world.store.transaction():
            self._check(letter, Status.SENT)
            told = self._letters.notice(letter, at=now, closes_at=closes(now))
            self._notices.notify(told)
            reminder = paris_instant(paris_date(now) + timedelta(days=REMINDER_DAY), time(9))
            self._world.due.schedule(REMIND, str(letter.id), reminder)
            self._world.due.schedule(LAPSE, str(letter.id), closes(now))
            self._tell(told, Status.SENT)
        return told

    def accept(self, letter: Letter) -> Letter:
        """Hand the letter over. Raises ``ImpossibleMove``, also once the window has closed."""
        return self._decide(letter, Status.ACCEPTED)

    def refuse(self, letter: Letter) -> Letter:
        """Record the refusal. Raises ``ImpossibleMove``, also once the window has closed."""
        return self._decide(letter, Status.REFUSED)

    def lapse(self, letter: Letter) -> Letter:
        """Close a letter nobody answered. Raises ``ImpossibleMove`` before the window closes."""
        return self._decide(letter, Status.NEGLECTED)

    def bounce(self, letter: Letter) -> Letter:
        """Record that the recipient's address does not exist."""
        return self._decide(letter, Status.BOUNCED)

    def _decide(self, letter: Letter, status: Status) -> Letter:
        now = self._world.now()
        with self._world.store.transaction():
            current = self._letters.get(letter.id)
            self._check(current, status)
            closed = current.closes_at is not None and now >= current.closes_at
            if closed != (status is Status.NEGLECTED) and status is not Status.BOUNCED:
                raise ImpossibleMove("the window is closed" if closed else "the window is open")
            moved = self._letters.decide(current, status, at=now)
            for kind in (REMIND, LAPSE):
                self._world.due.cancel(kind, str(letter.id))
            self._tell(moved, status)
        return moved

    def _tell(self, letter: Letter, status: Status) -> None:
        """Keep the proof, note the effect, queue the sender's webhook."""
        kind = proofs.KINDS[status]
        self._letters.keep_proof(letter, kind, proofs.proof(letter, status))
        self._world.effect(
            Partner.AR24,
            f"letter {status}",
            reference=letter.fields["ref_dossier"],
            partner_id=str(letter.id),
        )
        if not letter.fields["webhook"]:
            return
        news = {
            "id_mail": letter.id,
            "new_state": status,
            "proof_url": proof_url(self._world.settings.base_url, letter, kind),
            "ts_ev_date": paris_text(letter.noticed_at),
        }
        if status in DATES:
            news[DATES[status]] = paris_text(letter.decided_at)
        self._world.webhooks.send(
            Partner.AR24,
            subject=str(letter.id),
            url=letter.fields["webhook"],
            body=urlencode(news).encode(),
            content_type=FORM,
        )

    def _check(self, letter: Letter, wanted: Status) -> None:
        if wanted not in NEXT.get(letter.status, frozenset()):
            raise ImpossibleMove(f"letter {letter.id}: {letter.status} -> {wanted}")

    def _bounces(self, letter: Letter) -> bool:
        name, _, host = letter.fields["to_email"].lower().partition("@")
        if name.startswith(BOUNCING) or host.split(".", 1)[0] == BOUNCING:
            return True
        return self._world.faults.fire(Partner.AR24, Fault.BOUNCE) is not None

    def _when_due(self, act: Callable[[Letter], object]) -> Callable[[str], None]:
        """Wrap an act for the due list: a letter that has moved on since is left alone."""

        def run(subject: str) -> None:
            letter = self._letters.get(int(subject))
            try:
                act(letter)
            except ImpossibleMove:
                log.info("operator_letter_moved_on", letter=letter.id, status=letter.status)

        return run


def proof_url(base_url: str, letter: Letter, kind: str) -> str:
    """Return the address of a proof; whoever holds it may read the proof."""
    return f"{base_url}/ar24/get/proof/{kind}-{letter.id}?token={letter.proof_token}"
