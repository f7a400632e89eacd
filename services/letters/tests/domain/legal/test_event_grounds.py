"""The grounds that an event opens, each with its four dates, its last day and its refusals."""

from dataclasses import replace
from datetime import date

import pytest

from kit.errors import InvalidFields
from services.letters.domain.legal import engine
from services.letters.domain.legal.codes import (
    Ground,
    PolicyholderKind,
    Refusal,
    SalesChannel,
    WarningCode,
)
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.legal.evaluation import ContractFacts, Evaluation, StepKind, Timing
from services.letters.tests.domain.legal.legal_words import catalogue
from tests.support.time import day

TODAY = day("Mon 2026-11-23")
HOME, CAR, CARE = (
    ContractType.HABITATION_LOCATAIRE,
    ContractType.AUTO,
    ContractType.SANTE_INDIVIDUELLE,
)


def facts(contract_type: ContractType, ground: Ground, event_day: str | None) -> ContractFacts:
    return ContractFacts(
        contract_type=contract_type,
        ground=ground,
        policyholder=PolicyholderKind.PERSON,
        event_day=day(event_day) if event_day else None,
    )


def evaluate(of: ContractFacts, *, send_day: str | None = None) -> Evaluation:
    wished = day(send_day) if send_day else None
    return engine.evaluate([of], Timing(first_send_day=TODAY, send_day=wished))


@pytest.mark.parametrize(
    ("contract_type", "ground", "end", "start", "latest"),
    [
        (HOME, Ground.CHANGEMENT_SITUATION, "Thu 2026-12-24", "Fri 2026-12-25", "Sat 2027-02-20"),
        (CAR, Ground.VENTE_VEHICULE, "Fri 2026-11-20", "Sat 2026-11-21", "Wed 2027-05-19"),
        (ContractType.PNO, Ground.CESSION_BIEN, "Tue 2026-11-24", "Wed 2026-11-25", None),
        (ContractType.PNO, Ground.DECES_ASSURE, "Tue 2026-11-24", "Wed 2026-11-25", None),
        (CAR, Ground.PERTE_TOTALE, "Fri 2026-11-20", "Sat 2026-11-21", None),
        (CAR, Ground.DIMINUTION_RISQUE, "Wed 2026-12-23", "Thu 2026-12-24", None),
        (CAR, Ground.APRES_SINISTRE, "Thu 2026-12-24", "Fri 2026-12-25", "Sun 2026-12-20"),
        (CAR, Ground.AUGMENTATION_TARIF, "Thu 2026-12-24", "Fri 2026-12-25", "Sun 2026-12-20"),
        (CAR, Ground.TRANSFERT_PORTEFEUILLE, None, None, "Sun 2026-12-20"),
        (CAR, Ground.RETRAIT_AGREMENT, "Wed 2026-12-30", "Wed 2026-12-30", None),
        (CARE, Ground.ADHESION_OBLIGATOIRE, "Thu 2026-12-24", "Fri 2026-12-25", None),
        (CARE, Ground.C2S, "Thu 2026-12-24", "Fri 2026-12-25", None),
        (ContractType.PREVOYANCE, Ground.MODIFICATION_GROUPE, None, None, None),
    ],
)
def test_an_event_of_friday_20_november_invoked_on_the_monday(
    contract_type: ContractType,
    ground: Ground,
    end: str | None,
    start: str | None,
    latest: str | None,
) -> None:
    found = evaluate(facts(contract_type, ground, "Fri 2026-11-20"))

    assert found.ok
    assert (found.send_day, found.presumed_receipt) == (TODAY, day("Tue 2026-11-24"))
    assert found.last_covered_day == (day(end) if end else None)
    assert found.new_start == (day(start) if start else None)
    assert found.window.latest == (day(latest) if latest else None)


def test_a_sold_vehicles_contract_outlives_its_cover_by_ten_days_from_receipt() -> None:
    found = evaluate(facts(CAR, Ground.VENTE_VEHICULE, "Fri 2026-11-20"))

    assert found.contract_end == day("Fri 2026-12-04")


def test_the_safe_day_of_an_event_leaves_a_day_for_the_receipt() -> None:
    moved = facts(CAR, Ground.CHANGEMENT_SITUATION, "Fri 2026-11-20")

    safe = evaluate(moved, send_day="Fri 2027-02-19")
    last = evaluate(moved, send_day="Sat 2027-02-20")

    assert (safe.window.latest_safe, safe.window.latest) == (safe.send_day, last.send_day)
    assert WarningCode.RECEIPT_AFTER_WINDOW not in safe.warnings
    assert WarningCode.RECEIPT_AFTER_WINDOW in last.warnings


def test_a_withdrawn_licence_ends_at_noon() -> None:
    found = evaluate(facts(CAR, Ground.RETRAIT_AGREMENT, "Fri 2026-11-20"))

    ends = [step for step in found.steps if step.kind in {StepKind.END, StepKind.START}]
    assert [catalogue().step(one).hour for one in ends] == ["à 12\u00a0h\u00a000"] * 2
    assert found.new_start == found.last_covered_day


def test_the_clause_decides_the_window_and_the_delay_of_an_increase() -> None:
    asked = replace(
        facts(CAR, Ground.AUGMENTATION_TARIF, "Fri 2026-11-20"),
        clause_window_days=15,
        clause_delay_months=2,
    )

    found = evaluate(asked)

    assert found.window.latest == day("Sat 2026-12-05")
    assert found.last_covered_day == day("Sun 2027-01-24")
    assert WarningCode.UNVERIFIED_BASIS in found.warnings


@pytest.mark.parametrize("ground", [Ground.AUGMENTATION_TARIF, Ground.C2S])
def test_a_ground_that_a_clause_decides_advises_the_any_time_one(ground: Ground) -> None:
    old = replace(facts(CARE, ground, "Fri 2026-11-20"), first_subscription=day("Tue 2022-02-01"))
    young = replace(old, first_subscription=day("Fri 2026-05-01"))

    (now,) = (s for s in evaluate(old).steps if s.sentence == "any_time_instead")
    (later,) = (s for s in evaluate(young).steps if s.sentence == "any_time_instead_later")

    assert [article.key for article in now.articles] == ["assurances/L113-15-2"]
    assert "25\u00a0décembre\u00a02026" in catalogue().step(now).sentence
    assert later.facts["send_day"] == day("Sat 2027-05-01")


def test_a_ground_that_a_clause_decides_advises_nothing_where_no_other_is_open() -> None:
    bystander = replace(
        facts(ContractType.GAV, Ground.AUGMENTATION_TARIF, "Fri 2026-11-20"),
        first_subscription=day("Tue 2022-02-01"),
    )

    assert not [s for s in evaluate(bystander).steps if s.sentence.startswith("any_time")]


def test_a_ground_without_a_text_says_what_only_the_insurer_may_grant() -> None:
    found = evaluate(facts(CARE, Ground.C2S, "Fri 2026-11-20"))

    assert WarningCode.INSURER_MAY_AGREE in found.warnings
    assert WarningCode.UNVERIFIED_BASIS in found.warnings


def test_an_event_to_come_is_waited_for_and_refused_when_a_day_before_it_is_asked() -> None:
    asked = facts(HOME, Ground.CHANGEMENT_SITUATION, "Tue 2026-12-01")

    assert evaluate(asked).send_day == day("Tue 2026-12-01")
    early = evaluate(asked, send_day="Mon 2026-11-30")
    assert early.refusal is Refusal.EVENT_NOT_OCCURRED
    assert early.nearest_send_day == day("Tue 2026-12-01")
    assert early.nearest_new_start == day("Sun 2027-01-03")


def test_a_window_that_closed_falls_back_on_the_any_time_ground_by_r_113_12() -> None:
    asked = replace(
        facts(CAR, Ground.CHANGEMENT_SITUATION, "Mon 2026-08-10"),
        first_subscription=day("Tue 2022-02-01"),
    )

    found = evaluate(asked)

    assert found.refusal is Refusal.WINDOW_CLOSED
    assert found.fallback is not None
    assert found.fallback.ground is Ground.HAMON
    assert (found.nearest_send_day, found.nearest_new_start) == (TODAY, day("Fri 2026-12-25"))
    net = found.steps[-1]
    assert net.sentence == "safety_net"
    assert [article.key for article in net.articles] == ["assurances/R113-12"]
    assert "25\u00a0décembre\u00a02026" in catalogue().step(net).sentence


def test_a_contract_under_a_year_has_no_safety_net_but_the_day_it_opens() -> None:
    asked = replace(
        facts(CAR, Ground.CHANGEMENT_SITUATION, "Mon 2026-08-10"),
        first_subscription=day("Fri 2026-05-01"),
    )

    found = evaluate(asked)

    assert found.nearest_send_day == day("Sat 2027-05-01")
    assert "safety_net" not in {step.sentence for step in found.steps}


def test_a_vehicle_sold_six_months_ago_has_no_contract_left_to_end() -> None:
    found = evaluate(facts(CAR, Ground.VENTE_VEHICULE, "Wed 2026-05-20"))

    assert found.refusal is Refusal.ALREADY_TERMINATED_BY_LAW
    assert (found.nearest_send_day, found.nearest_new_start) == (None, TODAY)
    assert (found.fallback, found.steps) == (None, ())


def test_the_day_of_the_event_is_asked_for_by_its_field() -> None:
    with pytest.raises(InvalidFields) as missing:
        evaluate(facts(CAR, Ground.VENTE_VEHICULE, None))

    assert [error.field for error in missing.value.errors] == ["event_day"]


def chatel(anniversary: str, notice: str | None) -> ContractFacts:
    return replace(
        facts(CAR, Ground.CHATEL, None),
        anniversary=day(anniversary),
        renewal_notice_sent=day(notice) if notice else None,
        first_subscription=day("Tue 2022-02-01"),
    )


@pytest.mark.parametrize(
    ("anniversary", "notice", "end", "latest"),
    [
        ("Fri 2027-01-01", "Tue 2026-11-10", "Thu 2026-12-31", "Mon 2026-11-30"),
        ("Thu 2026-10-01", None, "Mon 2026-11-23", None),
        ("Fri 2026-11-20", "Thu 2026-11-19", "Mon 2026-11-23", "Wed 2026-12-09"),
    ],
)
def test_a_late_or_absent_notice_opens_the_door(
    anniversary: str, notice: str | None, end: str, latest: str | None
) -> None:
    found = evaluate(chatel(anniversary, notice))

    assert found.ok
    assert found.send_day == TODAY
    assert found.last_covered_day == day(end)
    assert found.window.latest == (day(latest) if latest else None)


def test_a_fair_notice_leaves_the_anniversary_while_its_deadline_stands() -> None:
    found = evaluate(chatel("Mon 2027-02-01", "Sun 2026-11-15"))

    assert found.refusal is Refusal.NOTICE_WAS_FAIR
    assert (found.nearest_send_day, found.nearest_new_start) == (TODAY, day("Mon 2027-02-01"))


def test_a_fair_notice_and_a_missed_deadline_leave_the_any_time_ground() -> None:
    found = evaluate(chatel("Fri 2027-01-01", "Fri 2026-10-16"))

    assert found.refusal is Refusal.NOTICE_WAS_FAIR
    assert found.nearest_new_start == day("Fri 2026-12-25")
    assert Ground.HAMON in found.alternatives


def test_a_contract_not_renewed_yet_waits_for_its_anniversary() -> None:
    found = evaluate(chatel("Fri 2027-01-01", None), send_day="Mon 2026-12-21")

    assert found.refusal is Refusal.NOT_YET_RENEWED
    assert (found.nearest_send_day, found.nearest_new_start) == (
        day("Fri 2027-01-01"),
        day("Sat 2027-01-02"),
    )


def undone(
    contract_type: ContractType, channel: SalesChannel, concluded: str, **more: date | bool
) -> ContractFacts:
    asked = replace(
        facts(contract_type, Ground.RENONCIATION, None),
        channel=channel,
        concluded=day(concluded),
    )
    return replace(asked, **more)  # type: ignore[arg-type]  # each test names its own facts


DOOR, FAR, SHOP = SalesChannel.DOORSTEP, SalesChannel.DISTANCE, SalesChannel.SHOP


@pytest.mark.parametrize(
    ("contract_type", "channel", "safe", "article"),
    [
        (CAR, DOOR, "Fri 2026-12-04", "assurances/L112-9"),
        (ContractType.GAV, FAR, "Fri 2026-12-04", "assurances/L112-2-1"),
        (ContractType.MOBILE, SHOP, "Sun 2026-12-20", "assurances/L112-10"),
        (ContractType.ASSURANCE_VIE, SHOP, "Sun 2026-12-20", "assurances/L132-5-1"),
        (ContractType.OBSEQUES, DOOR, "Sun 2026-12-20", "assurances/L132-5-1"),
    ],
)
def test_the_way_it_was_sold_gives_the_days_to_undo_a_contract(
    contract_type: ContractType, channel: SalesChannel, safe: str, article: str
) -> None:
    found = evaluate(undone(contract_type, channel, "Fri 2026-11-20"))

    assert found.ok
    assert found.window.latest_safe == day(safe)
    assert found.legal_basis[0].key == article
    assert found.last_covered_day is None


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        (undone(ContractType.GAV, SHOP, "Fri 2026-11-20"), Refusal.NO_WITHDRAWAL_IN_SHOP),
        (undone(CAR, FAR, "Fri 2026-11-20"), Refusal.EXCLUDED_L211_1),
        (undone(CAR, DOOR, "Fri 2026-11-20", right_lost=True), Refusal.WITHDRAWAL_LOST),
        (undone(CAR, DOOR, "Sun 2026-11-01"), Refusal.WINDOW_CLOSED),
    ],
)
def test_what_cannot_be_undone_says_why(asked: ContractFacts, refusal: Refusal) -> None:
    found = evaluate(asked)

    assert found.refusal is refusal
    assert catalogue().refusal(found)


def test_a_right_never_notified_has_no_last_day() -> None:
    found = evaluate(undone(ContractType.GAV, FAR, "Wed 2026-07-01", right_never_notified=True))

    assert found.ok
    assert (found.window.latest_safe, found.window.latest) == (None, None)


@pytest.mark.parametrize(
    ("received", "article", "last"),
    [
        ("Fri 2026-10-30", "assurances/L112-10", "Sat 2026-11-28"),  # 13 November is sooner
        ("Fri 2026-11-20", "assurances/L112-2-1", "Fri 2026-12-04"),
    ],
)
def test_late_documents_make_the_fourteen_days_of_distance_outlast_the_thirty(
    received: str, article: str, last: str
) -> None:
    phone = undone(ContractType.MOBILE, FAR, "Thu 2026-10-29", documents_received=day(received))

    found = evaluate(phone)

    assert found.legal_basis[0].key == article
    assert found.window.latest_safe == day(last)


def loan(ground: Ground, start: str, **more: bool) -> ContractFacts:
    asked = replace(facts(ContractType.EMPRUNTEUR, ground, None), wanted_new_start=day(start))
    return replace(asked, **more)  # type: ignore[arg-type]  # each test names its own facts


def test_a_request_to_the_lender_gives_its_worst_answer_and_ends_nothing() -> None:
    found = evaluate(loan(Ground.EMPRUNTEUR_SUBSTITUTION, "Mon 2027-03-01"))

    assert found.ok
    assert found.warnings == ()
    assert (found.last_covered_day, found.new_start) == (None, day("Mon 2027-03-01"))
    assert found.window.latest == day("Thu 2027-02-04")
    answered = next(step for step in found.steps if step.sentence == "lender_answers")
    assert answered.day == day("Tue 2026-12-22")


def test_a_start_too_close_for_the_lender_gives_the_nearest_one() -> None:
    found = evaluate(loan(Ground.EMPRUNTEUR_SUBSTITUTION, "Fri 2026-12-11"))

    assert found.refusal is Refusal.LOAN_MIN_25_DAYS
    assert (found.nearest_send_day, found.nearest_new_start) == (TODAY, day("Fri 2026-12-18"))


def test_the_old_loan_cover_overlaps_when_the_decision_comes_late() -> None:
    found = evaluate(loan(Ground.EMPRUNTEUR_RESILIATION, "Tue 2026-12-01"))

    assert (found.last_covered_day, found.new_start) == (
        day("Thu 2026-12-03"),
        day("Tue 2026-12-01"),
    )
    assert found.doubled_days == 3
    assert WarningCode.PAID_TWICE in found.warnings


def test_no_old_cover_ends_without_the_lender() -> None:
    found = evaluate(loan(Ground.EMPRUNTEUR_RESILIATION, "Tue 2026-12-01", lender_accepted=False))

    assert found.refusal is Refusal.LENDER_REFUSED
    assert found.alternatives[0] is Ground.EMPRUNTEUR_SUBSTITUTION  # mended, and asked again
