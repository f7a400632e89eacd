"""The contract types' catalogue: one row per type, and what the law makes of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.letters.domain.legal.codes import CodeFamily, Ground


class ContractType(StrEnum):
    """What is insured. Values are French, stable and stored."""

    AUTO = "auto"
    MOTO = "moto"
    SCOOTER = "scooter"
    CAMPING_CAR = "camping_car"
    FLOTTE = "flotte"
    NAVIGATION_PLAISANCE = "navigation_plaisance"
    HABITATION_LOCATAIRE = "habitation_locataire"
    HABITATION_PROPRIETAIRE = "habitation_proprietaire"
    COPROPRIETE_LOT = "copropriete_lot"
    PNO = "pno"
    COPROPRIETE_SYNDICAT = "copropriete_syndicat"
    SANTE_INDIVIDUELLE = "sante_individuelle"
    SANTE_COLLECTIVE_OBLIGATOIRE = "sante_collective_obligatoire"
    SANTE_COLLECTIVE_FACULTATIVE = "sante_collective_facultative"
    PREVOYANCE = "prevoyance"
    GAV = "gav"
    SCOLAIRE = "scolaire"
    PROTECTION_JURIDIQUE = "protection_juridique"
    ANIMAUX = "animaux"
    CHASSE = "chasse"
    MOBILE = "mobile"
    AFFINITAIRE = "affinitaire"
    EXTENSION_GARANTIE = "extension_garantie"
    VOYAGE_ANNUEL = "voyage_annuel"
    VOYAGE_TEMPORAIRE = "voyage_temporaire"
    EMPRUNTEUR = "emprunteur"
    EMPRUNTEUR_CONSO = "emprunteur_conso"
    EMPRUNTEUR_PRO = "emprunteur_pro"
    DEPENDANCE = "dependance"
    OBSEQUES = "obseques"
    DECES = "deces"
    ASSURANCE_VIE = "assurance_vie"
    CAPITALISATION = "capitalisation"
    PER = "per"
    MULTIRISQUE_PRO = "multirisque_pro"
    RC_PRO = "rc_pro"
    DECENNALE = "decennale"
    DOMMAGES_OUVRAGE = "dommages_ouvrage"
    CYBER = "cyber"
    HOMME_CLE = "homme_cle"
    AUTRE = "autre"


class Section(StrEnum):
    """How the choice is grouped on screen."""

    VEHICLES = "VEHICLES"
    HOME = "HOME"
    HEALTH = "HEALTH"
    PRIVATE_LIFE = "PRIVATE_LIFE"
    GOODS = "GOODS"
    LOANS = "LOANS"
    LIFE = "LIFE"
    BUSINESS = "BUSINESS"
    OTHER = "OTHER"


class YearlyExit(StrEnum):
    """Whether the contract may end at its anniversary, and by what."""

    LAW = "LAW"
    CLAUSE = "CLAUSE"  # the contract decides, the engine says so
    LIFE = "LIFE"  # life insurance is surrendered, not terminated: C. assur. L. 113-12 last al.
    FIXED_TERM = "FIXED_TERM"  # ends by itself


ALL_FAMILIES: Final = frozenset(CodeFamily)
INSURERS: Final = frozenset({CodeFamily.ASSURANCES})
INSURERS_AND_MUTUELLES: Final = frozenset({CodeFamily.ASSURANCES, CodeFamily.MUTUALITE})
PRIVATE_NOTICE_MONTHS: Final = 2
"""Longest notice opposable to a consumer. Law: C. assur. art. L. 113-12."""
LONGEST_NOTICE_MONTHS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeRule:
    """What the law makes of a contract type."""

    type: ContractType
    section: Section
    families: frozenset[CodeFamily] = INSURERS
    """Codes that may govern it; outside health and life, always the Code des assurances."""
    private: bool = True
    """May be held outside any professional activity."""
    yearly_exit: YearlyExit = YearlyExit.LAW
    any_time: Ground | None = None
    any_time_item: str = ""
    """Item of C. assur. art. R. 113-11 that opens the any-time ground (HAMON)."""
    renewal_notice_law: bool = False
    """L. 113-15-1 (loi Chatel) applies when the policyholder is a person."""
    compulsory: bool = False
    """Living without it is against the law: the engine warns about uncovered days."""
    new_insurer_notifies: bool = False
    """Only the new insurer may notify the any-time ground: C. assur. L. 113-15-2, al. 6."""
    motor: bool = False
    """Vehicle of C. assur. art. L. 211-1."""
    group: bool = False
    optional_group: bool = False
    """A group whose members are free to join, and to leave."""
    waiting_period: bool = False
    """A new contract may postpone its benefits: health and prévoyance."""
    notice_by_contract: bool = False
    """The clause may ask for more than two months: C. assur. L. 113-12 al. 5."""
    lender_first: bool = False
    """A lender must agree before the cover changes: C. conso. L. 313-30 to L. 313-32."""
    acknowledgment_only: bool = False

    @property
    def longest_notice_months(self) -> int:
        """Return the longest notice the form accepts, in months."""
        return LONGEST_NOTICE_MONTHS if self.notice_by_contract else PRIVATE_NOTICE_MONTHS

    def governed_by(self, recipient: CodeFamily) -> CodeFamily:
        """Return the code that governs this type at a recipient of that family."""
        return recipient if recipient in self.families else CodeFamily.ASSURANCES


def _vehicle(of: ContractType) -> TypeRule:
    return TypeRule(
        type=of,
        section=Section.VEHICLES,
        any_time=Ground.HAMON,
        any_time_item="1°",
        renewal_notice_law=True,
        compulsory=True,
        new_insurer_notifies=True,
        motor=True,
    )


def _owner_home(of: ContractType, *, compulsory: bool = True) -> TypeRule:
    return TypeRule(
        type=of,
        section=Section.HOME,
        any_time=Ground.HAMON,
        any_time_item="2°",
        renewal_notice_law=True,
        compulsory=compulsory,
    )


def _private(of: ContractType) -> TypeRule:
    return TypeRule(type=of, section=Section.PRIVATE_LIFE, renewal_notice_law=True)


def _affinity(of: ContractType) -> TypeRule:
    return TypeRule(
        type=of,
        section=Section.GOODS,
        any_time=Ground.HAMON,
        any_time_item="3°",
        renewal_notice_law=True,
    )


def _life(of: ContractType, exit_by: YearlyExit) -> TypeRule:
    return TypeRule(
        type=of, section=Section.LIFE, families=INSURERS_AND_MUTUELLES, yearly_exit=exit_by
    )


def _business(of: ContractType, *, compulsory: bool = False) -> TypeRule:
    return TypeRule(
        type=of,
        section=Section.BUSINESS,
        private=False,
        compulsory=compulsory,
        notice_by_contract=True,
    )


def _group_health(of: ContractType, *, optional: bool = False) -> TypeRule:
    return TypeRule(
        type=of,
        section=Section.HEALTH,
        families=ALL_FAMILIES,
        any_time=Ground.RIA,
        new_insurer_notifies=True,
        group=True,
        optional_group=optional,
        waiting_period=True,
        notice_by_contract=True,
    )


_T = ContractType
_ROWS: Final = (
    _vehicle(_T.AUTO),
    _vehicle(_T.MOTO),
    _vehicle(_T.SCOOTER),
    _vehicle(_T.CAMPING_CAR),
    TypeRule(
        type=_T.FLOTTE,
        section=Section.VEHICLES,
        private=False,
        yearly_exit=YearlyExit.CLAUSE,
        compulsory=True,
        motor=True,
        notice_by_contract=True,
    ),
    TypeRule(type=_T.NAVIGATION_PLAISANCE, section=Section.VEHICLES, renewal_notice_law=True),
    TypeRule(
        type=_T.HABITATION_LOCATAIRE,
        section=Section.HOME,
        any_time=Ground.HAMON,
        any_time_item="2°",
        renewal_notice_law=True,
        compulsory=True,
        new_insurer_notifies=True,
    ),
    _owner_home(_T.HABITATION_PROPRIETAIRE, compulsory=False),
    _owner_home(_T.COPROPRIETE_LOT),
    _owner_home(_T.PNO),
    TypeRule(
        type=_T.COPROPRIETE_SYNDICAT,
        section=Section.HOME,
        private=False,
        compulsory=True,
        notice_by_contract=True,
    ),
    TypeRule(
        type=_T.SANTE_INDIVIDUELLE,
        section=Section.HEALTH,
        families=ALL_FAMILIES,
        any_time=Ground.RIA,
        renewal_notice_law=True,
        new_insurer_notifies=True,
        waiting_period=True,
        notice_by_contract=True,
    ),
    _group_health(_T.SANTE_COLLECTIVE_OBLIGATOIRE),
    _group_health(_T.SANTE_COLLECTIVE_FACULTATIVE, optional=True),
    TypeRule(
        type=_T.PREVOYANCE,
        section=Section.HEALTH,
        families=ALL_FAMILIES,
        renewal_notice_law=True,
        waiting_period=True,
        notice_by_contract=True,
    ),
    _private(_T.GAV),
    _private(_T.SCOLAIRE),
    _private(_T.PROTECTION_JURIDIQUE),
    _private(_T.ANIMAUX),
    _private(_T.CHASSE),
    _affinity(_T.MOBILE),
    _affinity(_T.AFFINITAIRE),
    _affinity(_T.EXTENSION_GARANTIE),
    _affinity(_T.VOYAGE_ANNUEL),
    TypeRule(type=_T.VOYAGE_TEMPORAIRE, section=Section.GOODS, yearly_exit=YearlyExit.FIXED_TERM),
    TypeRule(
        type=_T.EMPRUNTEUR,
        section=Section.LOANS,
        families=INSURERS_AND_MUTUELLES,
        lender_first=True,
        acknowledgment_only=True,
    ),
    TypeRule(
        type=_T.EMPRUNTEUR_CONSO,
        section=Section.LOANS,
        families=INSURERS_AND_MUTUELLES,
        renewal_notice_law=True,
    ),
    TypeRule(
        type=_T.EMPRUNTEUR_PRO,
        section=Section.LOANS,
        families=INSURERS_AND_MUTUELLES,
        private=False,
        notice_by_contract=True,
    ),
    _life(_T.DEPENDANCE, YearlyExit.CLAUSE),
    _life(_T.OBSEQUES, YearlyExit.CLAUSE),
    _life(_T.DECES, YearlyExit.CLAUSE),
    _life(_T.ASSURANCE_VIE, YearlyExit.LIFE),
    _life(_T.CAPITALISATION, YearlyExit.LIFE),
    _life(_T.PER, YearlyExit.LIFE),
    _business(_T.MULTIRISQUE_PRO),
    _business(_T.RC_PRO),
    _business(_T.DECENNALE, compulsory=True),
    _business(_T.DOMMAGES_OUVRAGE, compulsory=True),
    _business(_T.CYBER),
    _business(_T.HOMME_CLE),
    TypeRule(
        type=_T.AUTRE,
        section=Section.OTHER,
        families=ALL_FAMILIES,
        renewal_notice_law=True,
        notice_by_contract=True,
    ),
)

CONTRACT_TYPES: Final = {row.type: row for row in _ROWS}
"""The catalogue, in the order people read it."""
