"""The content of one letter on one day, ready for typesetting: facts and codes, no French."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from services.letters.domain.contract import Contract
from services.letters.domain.legal import never_agreed
from services.letters.domain.legal.articles import Article
from services.letters.domain.legal.codes import CodeFamily, Ground, MailKind
from services.letters.domain.legal.contract_types import CONTRACT_TYPES, ContractType
from services.letters.domain.legal.evaluation import Evaluation
from services.letters.domain.letter import Letter, MandateMention
from services.letters.domain.letterhead import Letterhead
from services.letters.domain.policyholder import Policyholder
from services.letters.domain.recipient import LetterRecipient


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Everything the page prints. A draft may lack parts; the page then says so in their place.

    ``law`` is the code that governs the contracts: it chooses the words of the letter.
    """

    number: str
    day: date
    letterhead: Letterhead | None
    recipient: LetterRecipient | None
    policyholder: Policyholder
    ground: Ground | None
    law: CodeFamily
    contracts: tuple[Contract, ...]
    articles: tuple[Article, ...] = ()
    presumed_receipt: date | None = None
    last_covered_day: date | None = None
    contract_end: date | None = None
    """Last day of a contract that outlives its cover: that of a sold vehicle."""
    new_start: date | None = None
    mail_kind: MailKind | None = None
    mandate: MandateMention = MandateMention.HELD
    free_text: tuple[str, ...] = ()
    is_draft: bool = True
    shared: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_disputed(self) -> bool:
        """Whether it is said that the contract was never agreed to: nothing is terminated."""
        return self.ground in never_agreed.LETTERS

    @property
    def has_vehicle(self) -> bool:
        """Whether a contract covers a vehicle: its claims record is asked for."""
        return any(CONTRACT_TYPES[contract.type].motor for contract in self.contracts)


@dataclass(frozen=True, slots=True)
class Printed:
    """A letter as a tagged PDF/UA-1, and how many pages it has."""

    pdf: bytes
    page_count: int

    @property
    def sha256(self) -> str:
        """Its name among the files, in hex."""
        return hashlib.sha256(self.pdf).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A letter as HTML for the screen, escaped, and its title."""

    html: str
    title: str


def law_of(letter: Letter) -> CodeFamily:
    """Return the code that governs the letter's contracts."""
    family = letter.written_to.code_family if letter.written_to else CodeFamily.ASSURANCES
    if not letter.contracts:
        return family
    return CONTRACT_TYPES[ContractType(letter.contracts[0].type)].governed_by(family)


def sheet(
    letter: Letter,
    *,
    day: date,
    letterhead: Letterhead | None = None,
    evaluation: Evaluation | None = None,
    mail_kind: MailKind | None = None,
    mandate: MandateMention = MandateMention.HELD,
    is_draft: bool = True,
) -> Sheet:
    """Return the content of a letter dated ``day``.

    Its dates and articles are the evaluation's; without one, the page has none.
    """
    known = evaluation if evaluation is not None and evaluation.ok else None
    return Sheet(
        number=letter.number,
        day=day,
        letterhead=letterhead,
        recipient=letter.written_to,
        policyholder=letter.policyholder,
        ground=letter.ground,
        law=law_of(letter),
        contracts=letter.contracts,
        articles=evaluation.legal_basis if evaluation else (),
        presumed_receipt=known.presumed_receipt if known else None,
        last_covered_day=known.last_covered_day if known else None,
        contract_end=known.contract_end if known else None,
        new_start=known.new_start if known else None,
        mail_kind=mail_kind,
        mandate=mandate,
        free_text=tuple(part for part in letter.extras.free_text.split("\n\n") if part),
        is_draft=is_draft,
        shared=letter.contracts[0].fields if letter.contracts else {},
    )
