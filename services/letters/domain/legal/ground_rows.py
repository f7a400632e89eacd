"""The grounds' rows: since when, on which articles, with which papers and mentions.

A change of law is a new row, never an edit of the old one. Dates of force before 1990 are that of
the code itself (July 1976): nobody writes a letter under an older text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from services.letters.domain.legal.articles import (
    Article,
    assurances,
    civil,
    consommation,
    mutualite,
    securite_sociale,
)
from services.letters.domain.legal.codes import CodeFamily, Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundRule:
    """One ground, as the law has it between two dates."""

    ground: Ground
    valid_from: date
    valid_until: date | None = None
    """First day on which the row no longer holds; ``None`` while it is in force."""
    basis: Mapping[CodeFamily, tuple[Article, ...]]
    group_basis: Mapping[CodeFamily, tuple[Article, ...]] = field(default_factory=dict)
    """For collective contracts, where the text is another one; empty where it is the same."""
    documents: tuple[str, ...] = ("mandate",)
    mentions: tuple[str, ...] = ()


_A, _M, _S = CodeFamily.ASSURANCES, CodeFamily.MUTUALITE, CodeFamily.SECURITE_SOCIALE
SENDER_MENTIONS: Final = ("sender_identity", "orias", "on_behalf", "mandate")
_ALWAYS: Final = (*SENDER_MENTIONS, "contract_reference", "written_confirmation")

_ECHEANCE = GroundRule(
    ground=Ground.ECHEANCE,
    valid_from=date(1990, 5, 1),  # loi 89-1014
    basis={
        _A: assurances("L. 113-12"),
        _M: mutualite("L. 221-10"),
        _S: securite_sociale("L. 932-21-1"),
    },
    group_basis={
        _A: assurances("L. 145-8"),
        _M: mutualite("L. 221-10"),
        _S: securite_sociale("L. 932-12"),
    },
    mentions=(*_ALWAYS, "anniversary"),
)
_HAMON = GroundRule(
    ground=Ground.HAMON,
    valid_from=date(2015, 1, 1),  # décret 2014-1685
    basis={_A: assurances("L. 113-15-2", "R. 113-11", "R. 113-12")},
    mentions=(
        *_ALWAYS,
        "policyholder_address",
        "new_insurer",
        "continuity_of_cover",
        "refund_30_days",
    ),
)
_RIA = GroundRule(
    ground=Ground.RIA,
    valid_from=date(2020, 12, 1),  # loi 2019-733, décret 2020-1438
    basis={
        _A: assurances("L. 113-15-2", "R. 113-12"),
        _M: mutualite("L. 221-10-2", "R. 221-5", "R. 221-6"),
        _S: securite_sociale("L. 932-21-2", "R. 932-1-6-3"),
    },
    group_basis={
        _A: assurances("L. 113-15-2", "R. 113-12"),
        _M: mutualite("L. 221-10-2", "R. 221-5", "R. 221-6"),
        _S: securite_sociale("L. 932-12-1", "R. 932-1-6-2"),
    },
    mentions=(
        *_ALWAYS,
        "ria_phrase",
        "ria_dates_phrase",
        "policyholder_address",
        "new_insurer",
        "continuity_of_cover",
        "new_insurer_contact",
        "refund_30_days",
    ),
)
_CHATEL = GroundRule(
    ground=Ground.CHATEL,
    valid_from=date(2005, 7, 28),  # loi 2005-67
    basis={_A: assurances("L. 113-15-1"), _M: mutualite("L. 221-10-1")},
    documents=("mandate", "renewal_notice"),
    mentions=(*_ALWAYS, "renewal_notice", "refund_30_days"),
)


def _event(
    ground: Ground,
    since: date,
    basis: Mapping[CodeFamily, tuple[Article, ...]],
    *documents: str,
    mentions: tuple[str, ...] = ("event_day",),
) -> GroundRule:
    return GroundRule(
        ground=ground,
        valid_from=since,
        basis=basis,
        documents=("mandate", *documents),
        mentions=(*_ALWAYS, *mentions),
    )


_CODE = date(1976, 7, 21)  # décrets 76-666 and 76-667: the code itself
_LOI_89 = date(1990, 5, 1)  # loi 89-1014
_EVENTS = (
    _event(
        Ground.CHANGEMENT_SITUATION,
        _LOI_89,
        {
            _A: assurances("L. 113-16", "R. 113-6"),
            _M: mutualite("L. 221-17", "R. 221-7"),
        },
        "situation_proof",
        mentions=("event_day", "risk_link"),
    ),
    _event(Ground.VENTE_VEHICULE, _CODE, {_A: assurances("L. 121-11")}, "transfer_certificate"),
    _event(Ground.CESSION_BIEN, _CODE, {_A: assurances("L. 121-10")}, "deed"),
    _event(Ground.DECES_ASSURE, _CODE, {_A: assurances("L. 121-10")}, "death_certificate"),
    _event(Ground.PERTE_TOTALE, _CODE, {_A: assurances("L. 121-9")}, "loss_proof"),
    _event(Ground.DIMINUTION_RISQUE, _LOI_89, {_A: assurances("L. 113-4")}, "insurer_refusal"),
    _event(
        Ground.APRES_SINISTRE,
        _CODE,
        {_A: assurances("R. 113-10", "A. 211-1-2")},
        "insurer_termination",
    ),
    _event(Ground.AUGMENTATION_TARIF, date(1900, 1, 1), {}, "premium_notice"),  # by the clause
    _event(
        Ground.MODIFICATION_GROUPE,
        _LOI_89,
        {_A: assurances("L. 141-4"), _M: mutualite("L. 221-6")},
        "information_notice",
    ),
    _event(
        Ground.ADHESION_OBLIGATOIRE,
        date(1900, 1, 1),  # no text of its own
        {},
        "employer_certificate",
        "membership_certificate",
    ),
    _event(Ground.C2S, date(2019, 11, 1), {}, "cpam_certificate"),  # loi 2018-1203
    _event(Ground.RETRAIT_AGREMENT, _CODE, {_A: assurances("L. 326-12")}),
    _event(Ground.TRANSFERT_PORTEFEUILLE, _CODE, {_A: assurances("L. 324-1")}),
)
_LEMOINE = date(2022, 9, 1)  # loi 2022-270, whatever the day of the loan
_LOANS = (
    GroundRule(
        ground=Ground.EMPRUNTEUR_SUBSTITUTION,
        valid_from=_LEMOINE,
        basis=dict.fromkeys((_A, _M), consommation("L. 313-30", "L. 313-31")),
        documents=("mandate", "new_conditions", "new_certificate", "standard_sheet"),
        mentions=(*_ALWAYS, "loan_references", "substitute_start"),
    ),
    GroundRule(
        ground=Ground.EMPRUNTEUR_RESILIATION,
        valid_from=_LEMOINE,
        basis={_A: assurances("L. 113-12-2"), _M: mutualite("L. 221-10")},
        documents=("mandate", "lender_decision"),
        mentions=(*_ALWAYS, "lender_decision", "substitute_start"),
    ),
)
_RENONCIATION = GroundRule(
    ground=Ground.RENONCIATION,
    valid_from=date(2023, 1, 1),  # loi 2022-1158, art. 18: thirty days for cover sold with goods
    basis={},  # its regime gives the article: withdrawal.BASIS
    mentions=(*_ALWAYS, "withdrawal_statement", "event_day"),
)

_LOI_2016 = date(2016, 10, 1)  # ordonnance 2016-131: the law of contracts
_CONSENT: Final = civil("1128", "1178")


def _never_agreed(
    ground: Ground, since: date, basis: tuple[Article, ...], document: str, *mentions: str
) -> GroundRule:
    """One letter of the file of a contract never agreed to: the same whatever the code."""
    return GroundRule(
        ground=ground,
        valid_from=since,
        basis=dict.fromkeys(CodeFamily, basis),
        documents=("mandate", document),
        mentions=(*_ALWAYS, "no_consent", "story", *mentions),
    )


_NEVER_AGREED = (
    _never_agreed(Ground.ANNULATION, _LOI_2016, _CONSENT, "debits", "nullity"),
    _never_agreed(
        Ground.RECLAMATION, _LOI_2016, _CONSENT, "first_request", "nullity", "answer_asked"
    ),
    _never_agreed(
        Ground.MEDIATION,
        _LOI_2016,  # the mediator's own articles: 1 July 2016
        consommation("L. 612-1", "L. 612-2"),
        "complaint",
        "insurer_in_dispute",
        "no_other_judge",
    ),
    _never_agreed(
        Ground.MISE_EN_DEMEURE,
        _LOI_2016,
        civil("1178", "1344", "1344-1"),
        "complaint",
        "nullity",
        "formal_notice",
    ),
)

_CUSTOM = GroundRule(
    ground=Ground.CUSTOM,
    valid_from=date(1900, 1, 1),  # no text of its own: the policyholder's words
    basis={},
    mentions=_ALWAYS,
)

GROUNDS: Final = (
    _RIA,
    _HAMON,
    *_LOANS,
    _ECHEANCE,
    _CHATEL,
    *_EVENTS,
    _RENONCIATION,
    *_NEVER_AGREED,
    _CUSTOM,
)
"""Every row ever in force, in the order people read the grounds; within a ground, oldest first."""
