"""In whose name a letter may leave, and by which mail."""

from typing import Final

from services.letters.domain.legal import never_agreed
from services.letters.domain.legal.codes import (
    Ground,
    MailKind,
    Refusal,
    SenderMode,
    WithdrawalRegime,
)
from services.letters.domain.legal.contract_types import CONTRACT_TYPES, ContractType
from services.letters.domain.legal.evaluation import SenderOption

_ANY_LRE: Final = (MailKind.LRE_SIMPLE, MailKind.LRE_ACKNOWLEDGED)
_ACKNOWLEDGED: Final = (MailKind.LRE_ACKNOWLEDGED,)
_ACKNOWLEDGED_OR_PAPER: Final = (MailKind.LRE_ACKNOWLEDGED, MailKind.PAPER_ACKNOWLEDGED)

_MAIL_BY_GROUND: Final = {
    Ground.EMPRUNTEUR_SUBSTITUTION: _ACKNOWLEDGED_OR_PAPER,  # the lender's delay runs from receipt
    Ground.EMPRUNTEUR_RESILIATION: _ACKNOWLEDGED_OR_PAPER,
    Ground.MEDIATION: (*_ANY_LRE, MailKind.PAPER_ACKNOWLEDGED),  # no form: C. conso. R. 612-1
    Ground.MISE_EN_DEMEURE: _ACKNOWLEDGED_OR_PAPER,
}
_ACKNOWLEDGED_REGIMES: Final = {WithdrawalRegime.DOORSTEP_14, WithdrawalRegime.LIFE_30}
_AGENCY_ONLY: Final = {
    Ground.EMPRUNTEUR_SUBSTITUTION,
    Ground.EMPRUNTEUR_RESILIATION,
    *never_agreed.LETTERS,
}


def options(
    ground: Ground, contract_type: ContractType, regime: WithdrawalRegime | None = None
) -> tuple[SenderOption, ...]:
    """Return, for each sender mode, the mail it may use or why it may not send.

    Law: C. assur. art. L. 113-15-2 al. 6 (only the new insurer notifies), L. 112-9, L. 132-5-1.
    Our reading: the platform is no insurer and always asks for acknowledgment; the ban written
    for cars covers every vehicle of L. 211-1.
    """
    return (
        SenderOption(mode=SenderMode.AGENCY, mail=_agency_mail(ground, contract_type, regime)),
        _platform(ground, contract_type),
    )


def option_for(
    mode: SenderMode,
    ground: Ground,
    contract_type: ContractType,
    regime: WithdrawalRegime | None = None,
) -> SenderOption:
    """Return what one sender mode may do."""
    agency, platform = options(ground, contract_type, regime)
    return agency if mode is SenderMode.AGENCY else platform


def _agency_mail(
    ground: Ground, contract_type: ContractType, regime: WithdrawalRegime | None
) -> tuple[MailKind, ...]:
    if regime in _ACKNOWLEDGED_REGIMES:
        return _ACKNOWLEDGED
    if ground in _MAIL_BY_GROUND:
        return _MAIL_BY_GROUND[ground]
    return _ACKNOWLEDGED if CONTRACT_TYPES[contract_type].acknowledgment_only else _ANY_LRE


def _platform(ground: Ground, contract_type: ContractType) -> SenderOption:
    notified_by_insurer = CONTRACT_TYPES[contract_type].new_insurer_notifies
    if ground is Ground.RIA or (ground is Ground.HAMON and notified_by_insurer):
        return SenderOption(mode=SenderMode.PLATFORM, refusal=Refusal.PLATFORM_NOT_INSURER)
    if ground in _AGENCY_ONLY:
        return SenderOption(mode=SenderMode.PLATFORM, refusal=Refusal.AGENCY_ONLY)
    return SenderOption(mode=SenderMode.PLATFORM, mail=_ACKNOWLEDGED)
