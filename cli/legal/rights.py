"""Vectors about who may: eligibility, senders and mail, contracts of one letter."""

from typing import Final

from cli.legal.reading import Answer, Vector
from kit.errors import TurnedDown
from services.dispatch.domain import preflight
from services.letters.domain.legal import compatibility, senders, withdrawal
from services.letters.domain.legal import eligibility as rights
from services.letters.domain.legal.codes import (
    Ground,
    PolicyholderKind,
    Refusal,
    Requester,
    SenderMode,
    WithdrawalRegime,
)

_SUBSCRIBERS: Final = {
    "NATURAL_PERSON": PolicyholderKind.PERSON,
    "LEGAL_PERSON": PolicyholderKind.COMPANY,
}
_MAIL_NAMES: Final = {"LRE_ACKNOWLEDGED": "LRE_AR", "PAPER_ACKNOWLEDGED": "PAPER_AR"}
_PROOF: Final = "prove-profession"


def eligibility(vector: Vector) -> Answer:
    """Return whether the person may use the ground for the contract."""
    inputs = vector.inputs
    policyholder = _SUBSCRIBERS[inputs.get("subscriber", "NATURAL_PERSON")]
    if vector.ground is Ground.RENONCIATION:
        return _verdict(
            withdrawal.check_product(
                vector.contract_type,
                WithdrawalRegime(inputs["regime"]),
                policyholder=policyholder,
                duration_days=inputs.get("duration_days"),
            )
        )
    return _verdict(
        rights.check(
            vector.ground,
            vector.contract_type,
            policyholder=policyholder,
            requester=Requester(inputs.get("requester", "POLICYHOLDER")),
            distinct_from_mandatory=inputs.get("distinct_from_mandatory_contract", True),
        )
    )


def sender_check(vector: Vector) -> Answer:
    """Return the mail a sender mode may use, or why it may not send."""
    inputs = vector.inputs
    if not inputs.get("orias_certificate_valid", True) and not _stands():
        return {"ok": False, "refusal": "PROFESSIONAL_PROOF_MISSING"}
    option = senders.option_for(
        SenderMode(inputs["sender_mode"]),
        vector.ground,
        vector.contract_type,
        WithdrawalRegime(inputs["regime"]) if "regime" in inputs else None,
    )
    mail = [_MAIL_NAMES.get(kind, kind.value) for kind in option.mail]
    return {**_verdict(option.refusal), "allowed_mail": mail}


def letter_compat(vector: Vector) -> Answer:
    """Return whether the contracts may share a letter."""
    inputs = vector.inputs
    return _verdict(
        compatibility.check(
            {Ground(one["ground"]) for one in inputs["contracts"]},
            same_policyholder=inputs.get("same_subscriber", True),
            same_recipient=inputs.get("same_recipient", True),
            same_effect=inputs.get("same_new_start", True),
        )
    )


def _verdict(refusal: Refusal | None) -> dict[str, object]:
    return {"ok": refusal is None, "refusal": refusal and refusal.value}


def _stands() -> bool:
    """Ask what dispatch does when accounts reports that the proof is no longer valid."""
    standing = preflight.Standing(
        conditions=(_PROOF,), blockers=(preflight.Blocker(code=_PROOF),), valid_until=None
    )
    letter = preflight.LetterFacts(
        number="", missing=(), content_hash="", version=1, recipient="", is_reachable=True
    )
    mandate = preflight.MandateFacts(decided=True, attached=True, decision="")
    listed = preflight.actions(
        letter=letter, mandate=mandate, standing=standing, prices=(), available_cents=0
    )
    try:
        preflight.check_done(listed)
    except TurnedDown:
        return False
    return True
