"""The articles behind what could go wrong."""

from collections.abc import Mapping
from typing import Final

from services.letters.domain.legal.articles import Article, assurances
from services.letters.domain.legal.codes import WarningCode
from services.letters.domain.legal.contract_types import CONTRACT_TYPES, ContractType
from services.letters.domain.legal.evaluation import Evaluation

_WITHOUT: Final = frozenset(
    {WarningCode.OWN_DATE, WarningCode.UNVERIFIED_BASIS, WarningCode.WAITING_PERIOD}
)
"""Said because no text decides: a clause does."""
_OWN: Final[Mapping[WarningCode, tuple[Article, ...]]] = {
    WarningCode.LENDER_FIRST: assurances("L. 113-12-2"),
}


def articles(
    code: WarningCode, evaluation: Evaluation, contract_type: ContractType
) -> tuple[Article, ...]:
    """Return the articles a warning rests on: its own, else the ground's first one."""
    if code in _WITHOUT:
        return ()
    if code is WarningCode.COMPULSORY_COVER and CONTRACT_TYPES[contract_type].motor:
        return assurances("L. 211-1")
    return _OWN.get(code) or evaluation.legal_basis[:1]
