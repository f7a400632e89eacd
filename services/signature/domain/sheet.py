"""What a prefilled mandate says: parties, contracts, both wills, and the agreed date if any."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from kit.errors import TurnedDown

DENOUNCED: Final = frozenset({"securite_sociale", "mutualite"})  # codes that say « dénoncer »

DISPUTED: Final = frozenset({"ANNULATION", "RECLAMATION", "MEDIATION", "MISE_EN_DEMEURE"})
"""Grounds of letters that terminate nothing: the contract was never agreed to."""


class LetterIncomplete(TurnedDown):
    """The letter does not name yet what a mandate names. Fact: ``missing``, its codes."""

    reason = "mandate-letter-incomplete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """One policyholder who signs: a person, or the representative of a company."""

    title: str  # "madame", "monsieur", or empty for a company
    name: str
    birth_name: str = ""  # when another one is borne today
    birth_day: date | None = None
    siret: str = ""
    representative: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """The mandatary: the agency, as its letters name it."""

    trade_name: str
    address_lines: Sequence[str]
    orias_number: str
    representative: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractLine:
    """One contract to end."""

    label: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFacts:
    """What letters says of the letter a mandate is made for."""

    number: str
    version: int
    content_hash: str
    principals: Sequence[Principal]
    address_lines: Sequence[str]
    is_company: bool
    recipient: str
    recipient_town: str
    code_family: str  # "assurances", "securite_sociale" or "mutualite"
    contracts: Sequence[ContractLine]
    ground: str
    ground_label: str
    articles: Sequence[str]  # citations, as "article L. 221-10-2 du code de la mutualité"
    new_insurer: str
    agreed_start: date | None  # the start the policyholder asked for, when it defers the legal date


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateSheet:
    """All that the page prints. The same sheet gives the same page."""

    letter: LetterFacts
    agency: Agency
    made_on: date

    @property
    def is_denounced(self) -> bool:
        """Whether the recipient's code says « dénoncer l’adhésion »: a member's own contract."""
        return self.letter.code_family in DENOUNCED and not self.letter.is_company

    @property
    def is_disputed(self) -> bool:
        """Whether the mandate is to dispute a contract that its policyholder never agreed to."""
        return self.letter.ground in DISPUTED

    @property
    def agreed_end(self) -> date | None:
        """The last day covered, at 24:00, when the policyholder agreed to a deferred date."""
        start = self.letter.agreed_start
        return start - timedelta(days=1) if start else None


def mandate_sheet(letter: LetterFacts, agency: Agency, *, made_on: date) -> MandateSheet:
    """Return the mandate's content. Raises ``LetterIncomplete``.

    Law: C. assur. art. R. 113-12 III (both wills), RIA guide 5.2 and 6.2 II (deferred date).
    Our reading: no item is compulsory one by one; a mandate that names neither the parties nor the
    contract would justify nothing, so those are asked for.
    """
    needed = {
        "policyholder": letter.principals,
        "recipient": letter.recipient,
        "contract": letter.contracts and all(line.reference for line in letter.contracts),
        "ground": letter.ground,
    }
    missing = [code for code, present in needed.items() if not present]
    if missing:
        raise LetterIncomplete("the letter names too little", missing=", ".join(missing))
    return MandateSheet(letter=letter, agency=agency, made_on=made_on)
