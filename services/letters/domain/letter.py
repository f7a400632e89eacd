"""A termination letter: one policyholder, one recipient, one ground, one or more contracts.

A draft changes freely; freezing locks its content for a sending; thawing gives back a letter that
was never sent. Each change makes a new value with the next version.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from kit.errors import FieldError, InvalidFields, Kind, TurnedDown
from kit.text import tidy
from services.letters.domain.contract import Contract
from services.letters.domain.legal.codes import Ground, MailKind, Refusal
from services.letters.domain.policyholder import Policyholder, is_email
from services.letters.domain.recipient import (
    AddressScope,
    LetterRecipient,
    Recipient,
    as_written_to,
)
from services.letters.domain.tracking import NOT_SENT, Tracking

LONGEST_FREE_TEXT: Final = 3000
MOST_CONTRACTS: Final = 12


class State(StrEnum):
    """Where the writing of the letter stands."""

    DRAFT = "draft"  # something is missing
    COMPLETE = "complete"
    FROZEN = "frozen"


class MandateMention(StrEnum):
    """What the letter says of the mandate."""

    ATTACHED = "attached"
    HELD = "held"  # kept by the agency, sent on request


class LetterUnknown(TurnedDown):
    """The account has no such letter."""

    kind = Kind.MISSING
    reason = "letter-unknown"


class LetterFrozen(TurnedDown):
    """A sending holds the letter: its content may not change."""

    reason = "letter-frozen"


class StaleVersion(TurnedDown):
    """The letter changed since it was read."""

    kind = Kind.STALE
    reason = "stale-version"


class ContractUnknown(TurnedDown):
    """The letter has no such contract."""

    kind = Kind.MISSING
    reason = "contract-unknown"


class ContractsDiffer(TurnedDown):
    """Contracts of one letter share their ground: another one needs a letter of its own."""

    reason = "grounds-differ"


class TooManyContracts(TurnedDown):
    """One letter carries at most twelve contracts."""

    reason = "too-many-contracts"


class GenerationSuperseded(TurnedDown):
    """A later sending of this letter stands: the earlier one may not touch it."""

    kind = Kind.STALE
    reason = "generation-superseded"


class GenerationGivenUp(TurnedDown):
    """This sending was given up, perhaps before it came: it may not lock the letter any more."""

    reason = "generation-given-up"


class LetterHeld(TurnedDown):
    """Another sending holds the letter."""

    reason = "letter-held"


class LetterSent(TurnedDown):
    """The letter left: it is not given back."""

    reason = "letter-sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who wrote the letter, in the account."""

    profile_id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What may be added to any letter. ``client_reference`` is the account's own: never printed."""

    free_text: str = ""
    former_agent_email: str = ""
    client_reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Follows:
    """The earlier letter of the same file."""

    letter_id: UUID
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frozen:
    """The version that leaves: for which sending, on which day, and its PDF by hash."""

    sending_id: UUID
    generation: int
    mail_kind: MailKind
    mandate: MandateMention
    send_day: date
    presumed_receipt: date | None
    last_covered_day: date | None
    new_start: date | None
    earliest_send_day: date | None
    latest_send_day: date | None
    wanted_new_start: date | None
    sha256: str
    page_count: int
    content_hash: str
    subject: str
    catalogue_version: str
    recipient: LetterRecipient
    frozen_at: datetime
    law_valid_from: date | None = None
    """Since when the row of law it rests on holds: with the version, what explains it later."""
    law_valid_until: date | None = None

    def answers(
        self,
        *,
        send_day: date,
        new_start: date | None,
        mail_kind: MailKind,
        mandate: MandateMention,
    ) -> bool:
        """Say whether this is the answer to the same question: then nothing is frozen again."""
        asked = (send_day, new_start, mail_kind, mandate)
        return asked == (self.send_day, self.wanted_new_start, self.mail_kind, self.mandate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter of an account. ``recipient`` is the directory's entry as it is now.

    ``thawed_up_to`` is the last generation of its sending that was given up, frozen or not.
    """

    id: UUID
    account_id: UUID
    number: str
    version: int
    author: Author
    policyholder: Policyholder
    recipient: Recipient | None = None
    contracts: tuple[Contract, ...] = ()
    extras: Extras = Extras()
    follows: Follows | None = None
    frozen: Frozen | None = None
    thawed_up_to: int = 0
    tracking: Tracking = NOT_SENT
    created_at: datetime
    updated_at: datetime

    @property
    def ground(self) -> Ground | None:
        """The ground its contracts share; none while there is no contract."""
        return self.contracts[0].ground if self.contracts else None

    @property
    def address_scope(self) -> AddressScope:
        """Which of the recipient's addresses serves these contracts."""
        group = any("collective" in contract.type for contract in self.contracts)
        if group and self.policyholder.is_company:
            return AddressScope.COMPANY_GROUP
        return AddressScope.PERSON

    @property
    def written_to(self) -> LetterRecipient | None:
        """The recipient as this letter writes to it: as frozen, else as the directory says now."""
        if self.frozen is not None:
            return self.frozen.recipient
        if self.recipient is None:
            return None
        return as_written_to(self.recipient, self.address_scope)

    def at_version(self, expected: int) -> "Letter":
        """Return the letter itself. Raises ``StaleVersion``; an expected 0 fits any version."""
        if expected not in (0, self.version):
            raise StaleVersion(expected=str(expected), current=str(self.version))
        return self

    def with_policyholder(
        self, policyholder: Policyholder, *, client_reference: str, at: datetime
    ) -> "Letter":
        """Replace the policyholder and the account's own reference. Raises ``LetterFrozen``."""
        extras = checked_extras(replace(self.extras, client_reference=client_reference))
        return self._changed(at, policyholder=policyholder, extras=extras)

    def with_recipient(self, recipient: Recipient, *, at: datetime) -> "Letter":
        """Choose the body written to. Raises ``LetterFrozen``."""
        return self._changed(at, recipient=recipient)

    def with_extras(self, extras: Extras, *, at: datetime) -> "Letter":
        """Replace the extras. Raises ``InvalidFields`` or ``LetterFrozen``."""
        return self._changed(at, extras=checked_extras(extras))

    def with_contract(
        self, contract: Contract, *, shared: frozenset[str], at: datetime
    ) -> "Letter":
        """Add or replace a contract; the ``shared`` fields become those of all its neighbours.

        Raises ``ContractsDiffer`` when another contract has another ground.
        """
        others = tuple(other for other in self.contracts if other.id != contract.id)
        if any(other.ground is not contract.ground for other in others):
            raise ContractsDiffer(ground=contract.ground, standing=others[0].ground)
        if len(others) >= MOST_CONTRACTS:
            raise TooManyContracts(max=str(MOST_CONTRACTS))
        given = {name: value for name, value in contract.fields.items() if name in shared}
        others_shared = {
            other.id: replace(other, fields=_with_shared(other, shared, given)) for other in others
        }
        standing = [others_shared.get(one.id, contract) for one in self.contracts]
        if all(one.id != contract.id for one in self.contracts):
            standing.append(contract)
        return self._changed(at, contracts=tuple(standing))

    def without_contract(self, contract_id: UUID, *, at: datetime) -> "Letter":
        """Remove a contract; one that is not there changes nothing."""
        kept = tuple(one for one in self.contracts if one.id != contract_id)
        return self._changed(at, contracts=kept)

    def contract(self, contract_id: UUID) -> Contract:
        """Return one contract. Raises ``ContractUnknown``."""
        for one in self.contracts:
            if one.id == contract_id:
                return one
        raise ContractUnknown

    def freeze(self, frozen: Frozen) -> "Letter":
        """Lock the content for a sending; a new freeze of the same one replaces the first.

        Raises ``GenerationSuperseded`` when a later generation stands, ``GenerationGivenUp``.
        """
        self.check_generation(frozen.generation)
        if self.frozen is not None and self.frozen.generation > frozen.generation:
            raise GenerationSuperseded(generation=str(frozen.generation))
        return replace(self, frozen=frozen, version=self.version + 1, updated_at=frozen.frozen_at)

    def check_generation(self, generation: int) -> None:
        """Raise ``GenerationGivenUp`` when this generation was thawed, even before it froze."""
        if generation <= self.thawed_up_to:
            raise GenerationGivenUp(generation=str(generation))

    def thaw(self, generation: int, *, at: datetime) -> "Letter":
        """Give the letter back when this generation holds it; it never will again.

        A thaw may come before its freeze: it is remembered, and nothing that people see changes.
        Raises ``LetterSent`` once it left.
        """
        given_up = replace(self, thawed_up_to=max(self.thawed_up_to, generation))
        if self.frozen is None or self.frozen.generation != generation:
            return given_up
        if self.tracking.sent_on is not None:
            raise LetterSent(number=self.number)
        return replace(given_up, frozen=None, version=self.version + 1, updated_at=at)

    def _changed(self, at: datetime, **changes: object) -> "Letter":
        changed: Letter = _REPLACE(self, **changes)
        if changed == self:
            return self
        if self.frozen is not None:
            raise LetterFrozen(number=self.number)
        return replace(changed, version=self.version + 1, updated_at=at)


_REPLACE: Final[Callable[..., Letter]] = replace


class ImpossibleTermination(TurnedDown):
    """The law says no: which rule, in the facts, and the nearest day that it allows."""

    reason = "termination-refused"

    def __init__(self, refusal: Refusal, **facts: str) -> None:
        super().__init__(f"refused: {refusal}", rule=refusal.lower().replace("_", "-"), **facts)


def _with_shared(
    contract: Contract, shared: frozenset[str], given: dict[str, str]
) -> dict[str, str]:
    own = {name: value for name, value in contract.fields.items() if name not in shared}
    return own | given


def checked_extras(extras: Extras) -> Extras:
    """Return the extras tidied. Raises ``InvalidFields`` naming every wrong one."""
    paragraphs = [
        "\n".join(tidy(line) for line in part.strip().splitlines())
        for part in extras.free_text.replace("\r\n", "\n").split("\n\n")
    ]
    tidied = Extras(
        free_text="\n\n".join(part for part in paragraphs if part),
        former_agent_email=extras.former_agent_email.strip(),
        client_reference=tidy(extras.client_reference),
    )
    errors = []
    if len(tidied.free_text) > LONGEST_FREE_TEXT:
        errors.append(FieldError("free_text", "too-long", {"max": str(LONGEST_FREE_TEXT)}))
    if tidied.former_agent_email and not is_email(tidied.former_agent_email):
        errors.append(FieldError("former_agent_email", "email-unreadable"))
    if len(tidied.client_reference) > 60:  # noqa: PLR2004 - a reference, not a note
        errors.append(FieldError("client_reference", "too-long", {"max": "60"}))
    if errors:
        raise InvalidFields(errors)
    return tidied
