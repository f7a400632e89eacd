"""Every refusal and every warning of the catalogue can be met by the way a form takes."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest

from services.letters.domain.legal import senders
from services.letters.domain.legal.codes import (
    CodeFamily,
    Ground,
    PolicyholderKind,
    Refusal,
    SenderMode,
    WarningCode,
)
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.legal.evaluation import Evaluation
from services.letters.tests.builders import EVENT_FIELDS, HAMON_FIELDS, LOAN_FIELDS, RIA_FIELDS
from services.letters.usecases.catalogue import evaluate_termination
from tests.support.time import day

PERSON, COMPANY = PolicyholderKind.PERSON, PolicyholderKind.COMPANY
CAR, CARE, GROUP = (
    ContractType.AUTO,
    ContractType.SANTE_INDIVIDUELLE,
    ContractType.SANTE_COLLECTIVE_FACULTATIVE,
)
LOAN = ContractType.EMPRUNTEUR
SOLD = {"channel": "DISTANCE", "concluded": "2026-11-16"}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One form, sent on Monday 23 November 2026 unless said otherwise."""

    of: ContractType
    ground: Ground
    fields: dict[str, str] = field(default_factory=dict)
    held_by: PolicyholderKind = PERSON
    family: CodeFamily = CodeFamily.ASSURANCES
    today: str = "Mon 2026-11-23"
    send_day: str = ""

    def answer(self) -> Evaluation:
        """Return what production answers: the form checked, the facts read, the law applied."""
        return evaluate_termination(
            self.fields,
            contract_type=self.of,
            ground=self.ground,
            held_by=self.held_by,
            family=self.family,
            first_send_day=day(self.today),
            send_day=date.fromisoformat(self.send_day) if self.send_day else None,
            new_start=None,
            clock=lambda: datetime(2026, 11, 23, 9, tzinfo=UTC),
        ).evaluation


def ria(of: ContractType = CARE, **fields: str) -> Asked:
    return Asked(of=of, ground=Ground.RIA, fields={**RIA_FIELDS, **fields})


def hamon(**fields: str) -> Asked:
    return Asked(of=CAR, ground=Ground.HAMON, fields={**HAMON_FIELDS, **fields})


def yearly(of: ContractType = CAR, anniversary: str = "2027-02-01", send_day: str = "") -> Asked:
    fields = {"anniversary": anniversary, "notice_months": "2"}
    return Asked(of=of, ground=Ground.ECHEANCE, fields=fields, send_day=send_day)


def notice(anniversary: str, sent: str = "", send_day: str = "") -> Asked:
    fields = {"anniversary": anniversary, "renewal_notice_sent": sent}
    return Asked(of=CAR, ground=Ground.CHATEL, fields=fields, send_day=send_day)


def event(of: ContractType, ground: Ground, happened: str, send_day: str = "") -> Asked:
    fields = {**EVENT_FIELDS, "event_day": happened}
    return Asked(of=of, ground=ground, fields=fields, send_day=send_day)


def undone(of: ContractType, **fields: str) -> Asked:
    return Asked(of=of, ground=Ground.RENONCIATION, fields={**SOLD, **fields})


def lent(ground: Ground, start: str, **fields: str) -> Asked:
    return Asked(
        of=LOAN, ground=ground, fields={**LOAN_FIELDS, "wanted_new_start": start, **fields}
    )


def disputed(ground: Ground, discovered: str, complaint: str, send_day: str = "") -> Asked:
    fields = {"discovered": discovered, "complaint_sent": complaint}
    return Asked(of=ContractType.GAV, ground=ground, fields=fields, send_day=send_day)


OLD_RIA = Asked(of=CARE, ground=Ground.RIA, fields=RIA_FIELDS, today="Mon 2020-11-30")
REFUSED = {
    Refusal.GROUND_NOT_IN_FORCE: OLD_RIA,
    Refusal.NATURAL_PERSON_ONLY: hamon(professional_use="true"),
    Refusal.CONTRACT_OUT_OF_SCOPE: ria(other_guarantees="true"),
    Refusal.LIFE_EXCLUDED: yearly(ContractType.ASSURANCE_VIE),
    Refusal.NO_CAPACITY: ria(dependant="true"),
    Refusal.MANDATORY_MEMBERSHIP: ria(ContractType.SANTE_COLLECTIVE_OBLIGATOIRE),
    Refusal.ONE_YEAR_NOT_ELAPSED: hamon(first_subscription="2026-05-01"),
    Refusal.TOO_LATE: hamon(wanted_new_start="2026-12-01"),
    Refusal.SEND_DAY_OVER: Asked(
        of=CAR, ground=Ground.HAMON, fields=HAMON_FIELDS, send_day="2026-11-20"
    ),
    Refusal.TOO_EARLY: Asked(
        of=CAR, ground=Ground.HAMON, fields=HAMON_FIELDS, send_day="2026-11-24"
    ),
    Refusal.DEFERRAL_NOT_AGREED: Asked(
        of=CARE,
        ground=Ground.RIA,
        fields={**RIA_FIELDS, "wanted_new_start": "2027-01-25"},
        send_day="2026-12-10",
    ),
    Refusal.NOTICE_TOO_LATE: yearly(anniversary="2027-01-01"),
    Refusal.WINDOW_CLOSED: event(CAR, Ground.APRES_SINISTRE, "2026-10-01"),
    Refusal.NOTICE_WAS_FAIR: notice("2027-02-01", "2026-11-10"),
    Refusal.NOT_YET_RENEWED: notice("2027-01-01", send_day="2026-12-21"),
    Refusal.EVENT_NOT_OCCURRED: event(CAR, Ground.VENTE_VEHICULE, "2026-12-01", "2026-11-25"),
    Refusal.ALREADY_TERMINATED_BY_LAW: event(CAR, Ground.VENTE_VEHICULE, "2026-05-20"),
    Refusal.INSURER_REFUSAL_REQUIRED: event(
        CAR, Ground.DIMINUTION_RISQUE, "2026-12-01", "2026-11-25"
    ),
    Refusal.EXCLUDED_L211_1: undone(CAR),
    Refusal.EXCLUDED_SHORT_TRAVEL: undone(ContractType.VOYAGE_TEMPORAIRE, duration_days="20"),
    Refusal.NO_WITHDRAWAL_IN_SHOP: undone(ContractType.GAV, channel="SHOP"),
    Refusal.WITHDRAWAL_LOST: undone(ContractType.GAV, right_lost="true"),
    Refusal.EARLIER_LETTER_PENDING: disputed(
        Ground.MEDIATION, "2026-09-01", "2026-11-02", "2026-11-25"
    ),
    Refusal.LENDER_REFUSED: lent(Ground.EMPRUNTEUR_RESILIATION, "2027-03-01", lender_accepted=""),
    Refusal.LOAN_MIN_25_DAYS: lent(Ground.EMPRUNTEUR_SUBSTITUTION, "2026-12-10"),
}
ELSEWHERE = {
    # One policyholder and one recipient are the very shape of a letter: nobody can mix them.
    Refusal.SUBSCRIBERS_DIFFER,
    Refusal.RECIPIENTS_DIFFER,
    # Of several contracts: tests/domain/test_letter.py, tests/usecases/test_sendings.py.
    Refusal.GROUNDS_DIFFER,
    Refusal.EFFECT_DATES_DIFFER,
    # Paper: tests/domain/legal/test_by_post.py.
    Refusal.NO_POST_THAT_DAY,
}
OF_SENDERS = {
    Refusal.PLATFORM_NOT_INSURER: Ground.RIA,
    Refusal.AGENCY_ONLY: Ground.EMPRUNTEUR_SUBSTITUTION,
}
WARNED = {
    WarningCode.LAST_DAY_DISPUTABLE: yearly(anniversary="2027-02-01", send_day="2026-12-01"),
    WarningCode.RECEIPT_AFTER_WINDOW: event(CAR, Ground.APRES_SINISTRE, "2026-10-23"),
    WarningCode.RELIES_ON_TOLERANCE: ria(),
    WarningCode.RELIES_ON_EXTENSION: undone(ContractType.GAV, concluded="2026-11-08"),
    WarningCode.RELIES_ON_DEFERRAL: Asked(
        of=CARE,
        ground=Ground.RIA,
        fields={**RIA_FIELDS, "wanted_new_start": "2027-01-25", "deferral_agreed": "true"},
        send_day="2026-12-10",
    ),
    WarningCode.COVER_GAP_RISK: ria(),
    WarningCode.COMPULSORY_COVER: yearly(),
    WarningCode.WAITING_PERIOD: ria(),
    WarningCode.FIRST_YEAR: Asked(
        of=CAR,
        ground=Ground.ECHEANCE,
        fields={"anniversary": "2027-02-01", "first_subscription": "2026-05-01"},
    ),
    WarningCode.UNVERIFIED_BASIS: event(CAR, Ground.AUGMENTATION_TARIF, "2026-11-20"),
    WarningCode.UNVERIFIED_END: notice("2026-11-20", "2026-11-19"),
    WarningCode.OWN_DATE: Asked(
        of=CAR, ground=Ground.CUSTOM, fields={"ground_text": "Vente.", "reviewed": "true"}
    ),
    WarningCode.LENDER_FIRST: yearly(LOAN),
    WarningCode.BELOW_WORST_CASE: lent(Ground.EMPRUNTEUR_SUBSTITUTION, "2026-12-20"),
    WarningCode.BELOW_RECOMMENDED: lent(Ground.EMPRUNTEUR_SUBSTITUTION, "2027-01-15"),
    WarningCode.DOUBLE_COVER: hamon(wanted_new_start="2027-04-01"),
    WarningCode.PAID_TWICE: lent(Ground.EMPRUNTEUR_RESILIATION, "2026-12-01"),
    WarningCode.OPTION_OF_MANDATORY: ria(GROUP, option_of_mandatory="true"),
    WarningCode.RELIES_ON_FIVE_YEARS: Asked(
        of=ContractType.GAV, ground=Ground.ANNULATION, fields={"discovered": "2024-01-15"}
    ),
    WarningCode.LATE_FOR_MEDIATOR: disputed(Ground.MEDIATION, "2025-09-01", "2025-11-23"),
    WarningCode.DIRECT_LINK: event(
        ContractType.HABITATION_LOCATAIRE, Ground.CHANGEMENT_SITUATION, "2026-11-20"
    ),
    WarningCode.INSURER_MAY_AGREE: event(CARE, Ground.C2S, "2026-11-20"),
}


@pytest.mark.parametrize("code", REFUSED)
def test_a_form_can_be_refused_by_that_code(code: Refusal) -> None:
    assert REFUSED[code].answer().refusal is code


@pytest.mark.parametrize("code", OF_SENDERS)
def test_a_sender_can_be_refused_by_that_code(code: Refusal) -> None:
    option = senders.option_for(SenderMode.PLATFORM, OF_SENDERS[code], CAR)

    assert option.refusal is code


def test_no_refusal_of_the_catalogue_is_out_of_reach() -> None:
    assert {*REFUSED, *OF_SENDERS, *ELSEWHERE} == set(Refusal)


@pytest.mark.parametrize("code", WARNED)
def test_a_form_can_be_warned_by_that_code(code: WarningCode) -> None:
    found = WARNED[code].answer()

    assert found.ok, found.refusal
    assert code in found.warnings


def test_no_warning_of_the_catalogue_is_out_of_reach() -> None:
    assert set(WARNED) == set(WarningCode)
