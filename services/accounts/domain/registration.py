"""What the ORIAS registry says of an intermediary, and what we conclude from it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, Self

from kit.days import paris_date, paris_instant

# Broker, general agent, insurer's agent, intermediary's agent: they may present insurance.
INSURANCE: Final = frozenset({"COA", "AGA", "MA", "MIA"})
GRACE: Final = timedelta(days=14)  # from a lapse found to a lapse that forbids
CHECK_EVERY: Final = timedelta(days=30)
CHECK_AGAIN: Final = timedelta(days=1)  # while the answer is not a yes
RENEWAL_CHECK: Final = time(6)  # on 1 March, before anybody sends


class RegistrationStatus(StrEnum):
    """Where an account stands with the registry. Stored: never renamed."""

    NOT_NEEDED = "not_needed"
    PENDING = "pending"  # the registry has not answered yet
    REGISTERED = "registered"
    UNKNOWN = "unknown"
    LAPSED = "lapsed"
    OTHER_SIREN = "other_siren"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the registry."""

    category: str  # "COA", "AGA"...
    in_force: bool
    registered_on: date | None = None
    deleted_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryAnswer:
    """What the registry answered about one number."""

    found: bool
    denomination: str = ""
    siren: str = ""
    entries: Sequence[Entry] = ()

    def status(self, declared_siren: str) -> RegistrationStatus:
        """Conclude: found, in force in an insurance category, and the SIREN declared if any.

        Law: C. assur. L. 512-1 (registration), L. 511-1 (who must be registered).
        Our reading: a registration in a banking category alone does not allow to terminate
        insurance contracts for others.
        """
        if not self.found:
            return RegistrationStatus.UNKNOWN
        if not any(entry.in_force and entry.category in INSURANCE for entry in self.entries):
            return RegistrationStatus.LAPSED
        if declared_siren and self.siren and declared_siren != self.siren:
            return RegistrationStatus.OTHER_SIREN
        return RegistrationStatus.REGISTERED


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """The last answer of the registry, and since when it has been a bad one."""

    status: RegistrationStatus = RegistrationStatus.NOT_NEEDED
    checked_at: datetime | None = None
    denomination: str = ""
    siren: str = ""
    entries: tuple[Entry, ...] = ()
    blocks_from: date | None = None  # Paris day from which a lapse forbids sending

    def after(self, answer: RegistryAnswer, *, declared_siren: str, at: datetime) -> Self:
        """Return what stands after an answer.

        A lapse forbids at once what was never in force here, and 14 days after it was found
        otherwise: found on 1 March 2027, it forbids from 15 March 2027.
        """
        status = answer.status(declared_siren)
        return replace(
            self,
            status=status,
            checked_at=at,
            denomination=answer.denomination,
            siren=answer.siren,
            entries=tuple(answer.entries),
            blocks_from=self._blocks_from(status, at),
        )

    def next_check(self, at: datetime) -> datetime | None:
        """Return when to ask again: monthly, on each 1 March at 6:00, daily while it is no yes.

        Registrations are renewed by 1 March. ``None`` for those who need none.
        """
        if self.status is RegistrationStatus.NOT_NEEDED:
            return None
        if self.status is not RegistrationStatus.REGISTERED:
            return at + CHECK_AGAIN
        today = paris_date(at)
        renewal = paris_instant(date(today.year, 3, 1), RENEWAL_CHECK)
        if renewal <= at:
            renewal = paris_instant(date(today.year + 1, 3, 1), RENEWAL_CHECK)
        return min(at + CHECK_EVERY, renewal)

    def _blocks_from(self, status: RegistrationStatus, at: datetime) -> date | None:
        if status is not RegistrationStatus.LAPSED:
            return None
        if self.blocks_from is not None:
            return self.blocks_from
        was_registered = self.status is RegistrationStatus.REGISTERED
        return paris_date(at) + (GRACE if was_registered else timedelta(0))
