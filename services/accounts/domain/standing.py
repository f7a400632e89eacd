"""Whether an account may send in its own name on a day, why not, and what ends it soon."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from services.accounts.domain.account import Account, AccountState
from services.accounts.domain.proof import REQUIRED, Proof, ProofKind, ProofState
from services.accounts.domain.registration import Registration, RegistrationStatus

TOLD_AHEAD: Final = timedelta(days=30)
TOLD_AGAIN: Final = timedelta(days=7)
_NAMES: Final[Mapping[ProofKind, str]] = {
    ProofKind.ORIAS_ATTESTATION: "attestation",
    ProofKind.IDENTITY_DOCUMENT: "identity",
    ProofKind.STATUTES: "statutes",
}
_WHY_NOT: Final[Mapping[ProofState, str]] = {
    ProofState.IN_REVIEW: "in-review",
    ProofState.REJECTED: "rejected",
    ProofState.EXPIRED: "expired",
}


@dataclass(frozen=True, slots=True, order=True)
class Remark:
    """One thing about an account's right to send; its facts fill its sentence."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The answer for one day."""

    blockers: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()
    last_day: date | None = None  # the last day of a yes, if nothing changes; none without an end
    changes_on: date | None = None  # the first later day on which anything here changes by itself

    @property
    def may_send(self) -> bool:
        """Whether the account may send in its own name on that day."""
        return not self.blockers

    @property
    def told(self) -> str:
        """What the other services are told of it, in one comparable line."""
        codes = ",".join(sorted(remark.code for remark in self.blockers))
        end = self.last_day.isoformat() if self.last_day else ""
        return f"{'yes' if self.may_send else 'no'} {end} {codes}".strip()


def standing(account: Account, proofs: Sequence[Proof], day: date) -> Standing:
    """Return where an account stands on a Paris day.

    It may send once it is active, each proof its kind owes is accepted and valid that day, and,
    for an intermediary, the registry knows it in force. A lapse found in the registry warns, then
    forbids (``Registration.blocks_from``). An end of validity is told 30 days ahead.
    """
    judge = _Judge(day)
    if account.state is not AccountState.ACTIVE:
        judge.blockers.append(Remark("account-not-active"))
    for kind in REQUIRED[account.kind]:
        judge.proof(_NAMES[kind], _best(proofs, kind, day))
    judge.registration(account.registration)
    return Standing(
        blockers=tuple(judge.blockers),
        warnings=tuple(judge.warnings),
        last_day=min(judge.ends, default=None) if not judge.blockers else None,
        changes_on=_next_change(judge.ends, day),
    )


def _best(proofs: Sequence[Proof], kind: ProofKind, day: date) -> Proof | None:
    """Return the accepted proof that lasts longest, else the newest that was not replaced."""
    mine = [p for p in proofs if p.kind is kind and p.state is not ProofState.REPLACED]
    good = [p for p in mine if p.state_on(day) is ProofState.ACCEPTED]
    if good:
        return max(good, key=lambda p: p.valid_until or date.max)
    return max(mine, key=lambda p: p.uploaded_at, default=None)


@dataclass(slots=True)
class _Judge:
    """Gathers what one day's standing is made of."""

    day: date
    blockers: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    ends: list[date] = field(default_factory=list)  # last good days

    def proof(self, name: str, proof: Proof | None) -> None:
        """Judge the best proof of one kind."""
        if proof is None:
            self.blockers.append(Remark(f"{name}-missing"))
            return
        end, state = proof.valid_until, proof.state_on(self.day)
        facts = {"end_day": end.isoformat()} if end else {}
        if state is not ProofState.ACCEPTED:
            self.blockers.append(Remark(f"{name}-{_WHY_NOT[state]}", facts))
        elif end is not None:
            self.ends.append(end)
            if end - self.day <= TOLD_AHEAD:
                days = str((end - self.day).days)
                self.warnings.append(Remark(f"{name}-expires", {**facts, "days": days}))

    def registration(self, registration: Registration) -> None:
        """Judge what the registry last said."""
        match registration.status:
            case RegistrationStatus.NOT_NEEDED | RegistrationStatus.REGISTERED:
                return
            case RegistrationStatus.LAPSED if self._still_tolerated(registration.blocks_from):
                return
            case status:
                self.blockers.append(Remark(f"registration-{status.replace('_', '-')}"))

    def _still_tolerated(self, blocks_from: date | None) -> bool:
        if blocks_from is None or blocks_from <= self.day:
            return False
        self.ends.append(blocks_from - timedelta(days=1))
        facts = {"from_day": blocks_from.isoformat()}
        self.warnings.append(Remark("registration-lapsed", facts))
        return True


def _next_change(ends: Sequence[date], day: date) -> date | None:
    """Return the first later day on which a validity ends, or on which its end is to be told."""
    marks = [
        mark
        for end in ends
        for mark in (end - TOLD_AHEAD, end - TOLD_AGAIN, end + timedelta(days=1))
    ]
    return min((mark for mark in marks if mark > day), default=None)
