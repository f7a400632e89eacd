"""The decision about one letter's mandate: what may follow what, and what each step tells."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Self
from uuid import UUID

from kit.errors import Kind, TurnedDown
from kit.ids import derived_id


class Decision(StrEnum):
    """What has been decided. Values are stored: never renamed."""

    NONE = "none"
    SCAN_TO_VALIDATE = "scan_to_validate"
    SCANNED = "scanned"
    OPTED_OUT = "opted_out"


NEXT: Final[Mapping[Decision, frozenset[Decision]]] = {
    Decision.NONE: frozenset({Decision.SCAN_TO_VALIDATE, Decision.OPTED_OUT}),
    Decision.SCAN_TO_VALIDATE: frozenset(
        {Decision.SCAN_TO_VALIDATE, Decision.SCANNED, Decision.OPTED_OUT, Decision.NONE}
    ),
    Decision.SCANNED: frozenset({Decision.SCAN_TO_VALIDATE, Decision.OPTED_OUT, Decision.NONE}),
    Decision.OPTED_OUT: frozenset({Decision.SCAN_TO_VALIDATE, Decision.OPTED_OUT, Decision.NONE}),
}
DECIDED: Final = frozenset({Decision.SCANNED, Decision.OPTED_OUT})


class VoidCause(StrEnum):
    """Why a mandate has to be decided again."""

    LETTER_CHANGED = "letter_changed"
    WITHDRAWN = "withdrawn"


class MandateLocked(TurnedDown):
    """A sending uses the mandate: nothing about it can change."""

    reason = "mandate-locked"


class MandateReleased(TurnedDown):
    """This generation of the sending was given up: it no longer needs the mandate."""

    reason = "mandate-released"


class LetterChangedSince(TurnedDown):
    """The letter is no longer what the mandate was made for."""

    kind = Kind.STALE
    reason = "mandate-letter-changed"


class NothingToValidate(TurnedDown):
    """No scan waits to be validated."""

    reason = "mandate-nothing-to-validate"


class ScanReplaced(TurnedDown):
    """Another scan was uploaded since the one that was looked at."""

    kind = Kind.STALE
    reason = "mandate-scan-replaced"


class ScanAbsent(TurnedDown):
    """No scan is stored for this letter."""

    kind = Kind.MISSING
    reason = "mandate-scan-absent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A hand-signed mandate as it was uploaded."""

    id: UUID
    sha256: str
    filename: str
    format: str  # "pdf", "png" or "jpeg"
    page_count: int
    byte_count: int
    uploaded_at: datetime
    retained_until: date  # the last Paris day it is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who decided."""

    id: UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterNow:
    """The letter a mandate is bound to: the hash of what matters in it, at one version of it."""

    content_hash: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateDecided:
    """A scan was validated, or the mandate left out."""

    mandate: "Mandate"


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateVoided:
    """The mandate has to be decided again."""

    mandate: "Mandate"
    cause: VoidCause
    content_hash: str
    voided_at: datetime


Fact = MandateDecided | MandateVoided


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """The mandate of one letter.

    ``bound_hash`` is the hash of the letter's content that the scan or the decision was made for.
    ``locked_by`` is the generation of the sending that uses it. ``version`` grows with each change.
    """

    id: UUID
    account_id: UUID
    letter_id: UUID
    decision: Decision = Decision.NONE
    bound_hash: str = ""
    bound_version: int = 0
    scan: Scan | None = None
    decided_at: datetime | None = None
    decided_by: Actor | None = None
    warning_version: str = ""
    locked_by: int | None = None
    released_up_to: int = 0
    version: int = 0

    @classmethod
    def blank(cls, account_id: UUID, letter_id: UUID) -> Self:
        """Return the mandate of a letter about which nothing was ever decided."""
        return cls(
            id=derived_id(account_id, "mandate", letter_id),
            account_id=account_id,
            letter_id=letter_id,
        )

    def matches(self, content_hash: str) -> bool:
        """Tell whether something stands, and stands for this very content."""
        return self.decision is not Decision.NONE and self.bound_hash == content_hash

    def receive_scan(
        self, scan: Scan, *, letter: LetterNow, at: datetime
    ) -> tuple[Self, MandateVoided | None]:
        """Take a scan in, to be looked at; a decision that stood is withdrawn."""
        received = self._to(Decision.SCAN_TO_VALIDATE, letter=letter, scan=scan)
        if self.decision not in DECIDED:
            return received, None
        return received, _voided(received, VoidCause.WITHDRAWN, at)

    def validate_scan(
        self, sha256: str, *, letter: LetterNow, by: Actor, at: datetime
    ) -> tuple[Self, MandateDecided | None]:
        """Keep the scan that was looked at. Nothing changes when it is kept already.

        Raises ``NothingToValidate``, ``ScanReplaced``, ``LetterChangedSince``, ``MandateLocked``.
        """
        if self.scan is None or self.decision not in {Decision.SCAN_TO_VALIDATE, Decision.SCANNED}:
            raise NothingToValidate("no scan waits to be validated")
        if self.scan.sha256 != sha256:
            raise ScanReplaced("another scan was uploaded since")
        if not self.matches(letter.content_hash):
            raise LetterChangedSince("the letter changed since the scan")
        if self.decision is Decision.SCANNED:
            return self, None
        decided = self._to(
            Decision.SCANNED, letter=letter, scan=self.scan, decided_at=at, decided_by=by
        )
        return decided, MandateDecided(mandate=decided)

    def opt_out(
        self, warning_version: str, *, letter: LetterNow, by: Actor, at: datetime
    ) -> tuple[Self, MandateDecided | None]:
        """Leave the mandate out, the warning accepted. Nothing changes when it is so already."""
        stands = self.decision is Decision.OPTED_OUT and self.warning_version == warning_version
        if stands and self.matches(letter.content_hash):
            return self, None
        decided = self._to(
            Decision.OPTED_OUT,
            letter=letter,
            decided_at=at,
            decided_by=by,
            warning_version=warning_version,
        )
        return decided, MandateDecided(mandate=decided)

    def withdraw(self, *, at: datetime) -> tuple[Self, MandateVoided | None]:
        """Take the decision, or the scan, back. Nothing changes when there is none."""
        if self.decision is Decision.NONE:
            return self, None
        withdrawn = self._to(Decision.NONE)
        return withdrawn, _voided(withdrawn, VoidCause.WITHDRAWN, at)

    def hear_of_letter(
        self, letter: LetterNow, *, at: datetime
    ) -> tuple[Self, MandateVoided | None]:
        """Void what was made for another content. Older news of the letter changes nothing."""
        is_news = letter.version > self.bound_version
        holds = self.decision is Decision.NONE or self.bound_hash == letter.content_hash
        if not is_news or holds or self.locked_by is not None:
            return self, None
        voided = self._to(Decision.NONE)
        return voided, _voided(voided, VoidCause.LETTER_CHANGED, at, letter.content_hash)

    def obstacle(self, content_hash: str) -> str:
        """Return why the letter may not leave with this decision; empty when it may."""
        match self.decision:
            case Decision.NONE:
                return "mandate-undecided"
            case Decision.SCAN_TO_VALIDATE:
                return "mandate-not-validated"
            case Decision.SCANNED | Decision.OPTED_OUT:
                return "" if self.bound_hash == content_hash else LetterChangedSince.reason

    def lock(self, generation: int) -> Self:
        """Let this generation of the sending use it. Raises ``MandateReleased``."""
        if generation <= self.released_up_to:
            raise MandateReleased("this generation was given up")
        if self.locked_by is not None and self.locked_by >= generation:
            return self
        return replace(self, locked_by=generation, version=self.version + 1)

    def release(self, generation: int) -> Self:
        """Let go for this generation and those before it; a later one keeps its hold."""
        held = self.locked_by is not None and self.locked_by > generation
        if generation <= self.released_up_to:
            return self
        return replace(
            self,
            locked_by=self.locked_by if held else None,
            released_up_to=generation,
            version=self.version + 1,
        )

    def _refuse_if_locked(self) -> None:
        if self.locked_by is not None:
            raise MandateLocked("a sending uses this mandate")

    def _to(
        self,
        decision: Decision,
        *,
        letter: LetterNow | None = None,
        scan: Scan | None = None,
        decided_at: datetime | None = None,
        decided_by: Actor | None = None,
        warning_version: str = "",
    ) -> Self:
        """Move to ``decision``, keeping nothing of the one before but what is named."""
        self._refuse_if_locked()
        if decision not in NEXT[self.decision]:
            raise ValueError(f"mandate {self.id}: {self.decision} -> {decision}")
        return replace(
            self,
            decision=decision,
            bound_hash=letter.content_hash if letter else "",
            bound_version=letter.version if letter else self.bound_version,
            scan=scan,
            decided_at=decided_at,
            decided_by=decided_by,
            warning_version=warning_version,
            version=self.version + 1,
        )


def _voided(
    mandate: Mandate, cause: VoidCause, at: datetime, content_hash: str = ""
) -> MandateVoided:
    return MandateVoided(mandate=mandate, cause=cause, content_hash=content_hash, voided_at=at)
