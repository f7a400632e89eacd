"""A contract never agreed to: the withdrawal that says so, then four letters in their order."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import InvalidFields
from services.letters.domain.legal import never_agreed
from services.letters.domain.legal.codes import (
    CodeFamily,
    Ground,
    MailKind,
    PolicyholderKind,
    Refusal,
    SalesChannel,
    SenderMode,
    WarningCode,
)
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.legal.evaluation import ContractFacts, Evaluation, StepKind
from services.letters.tests.domain.legal.legal_words import catalogue
from services.letters.tests.domain.legal.test_engine import TODAY, evaluate, told
from tests.support.time import day

DAYS = st.dates(date(2020, 1, 1), date(2060, 12, 31))
FILE = ContractFacts(
    contract_type=ContractType.GAV,
    ground=Ground.ANNULATION,
    policyholder=PolicyholderKind.PERSON,
    discovered=day("Tue 2026-09-01"),
    first_request_sent=day("Sat 2026-09-05"),
    complaint_sent=day("Sun 2026-09-20"),
)
WITHDRAWAL = replace(
    FILE,
    ground=Ground.RENONCIATION,
    channel=SalesChannel.DISTANCE,
    concluded=day("Fri 2026-11-20"),
    no_consent=True,
)


def letter(ground: Ground, **days: str) -> ContractFacts:
    return replace(FILE, ground=ground, **{name: day(text) for name, text in days.items()})  # type: ignore[arg-type]  # days only


def codes(found: Evaluation) -> list[str]:
    return [step.sentence for step in found.steps]


@pytest.mark.parametrize(
    ("facts", "opens", "safe", "latest"),
    [
        (letter(Ground.ANNULATION), "Tue 2026-09-01", "Fri 2028-09-01", "Mon 2031-09-01"),
        (letter(Ground.RECLAMATION), "Sun 2026-09-06", "Fri 2028-09-01", "Mon 2031-09-01"),
        # silence: two whole months, then the next day; the safe year is that of the first request
        (letter(Ground.MEDIATION), "Sat 2026-11-21", "Sat 2027-09-04", "Mon 2027-09-20"),
        (letter(Ground.MEDIATION, complaint_sent="Thu 2026-12-31"), "Mon 2027-03-01",
         "Sat 2027-09-04", "Fri 2027-12-31"),
        # an answer opens at once; one that comes after the two months closes nothing
        (letter(Ground.MEDIATION, complaint_answered="Mon 2026-10-12"), "Mon 2026-10-12",
         "Sat 2027-09-04", "Mon 2027-09-20"),
        (letter(Ground.MEDIATION, complaint_answered="Wed 2026-12-02"), "Sat 2026-11-21",
         "Sat 2027-09-04", "Mon 2027-09-20"),
        # the mediator has ninety days from receipt; without one, the complaint's own clock
        (letter(Ground.MISE_EN_DEMEURE), "Sat 2026-11-21", "Fri 2028-09-01", "Mon 2031-09-01"),
        (letter(Ground.MISE_EN_DEMEURE, mediator_referred="Sat 2026-11-21"), "Sun 2027-02-21",
         "Fri 2028-09-01", "Mon 2031-09-01"),
        (letter(Ground.MISE_EN_DEMEURE, mediator_referred="Sat 2026-11-21",
                mediation_ended="Fri 2027-01-15"), "Fri 2027-01-15",
         "Fri 2028-09-01", "Mon 2031-09-01"),
    ],
)  # fmt: skip
def test_each_letter_waits_for_the_answer_to_the_one_before(
    facts: ContractFacts, opens: str, safe: str, latest: str
) -> None:
    found = never_agreed.window(facts)

    assert (found.opens, found.latest_safe, found.latest) == (
        day(opens),
        day(safe),
        day(latest),
    )


@pytest.mark.parametrize("ground", never_agreed.LETTERS)
def test_a_letter_sent_in_its_days_explains_itself_and_ends_nothing(ground: Ground) -> None:
    found = evaluate(letter(ground))

    assert found.ok
    assert (found.send_day, found.last_covered_day, found.new_start) == (TODAY, None, None)
    assert found.warnings == ()
    assert {"no_consent", "story", "mandate"} <= set(found.mentions)
    assert "n’avoir jamais existé" in told(found, StepKind.END)
    assert told(found, StepKind.ADVICE).startswith("Ensuite\u00a0: ")
    assert all(article for article in found.legal_basis)


@pytest.mark.parametrize("ground", [Ground.MEDIATION, Ground.MISE_EN_DEMEURE])
def test_a_letter_too_early_says_from_when(ground: Ground) -> None:
    found = evaluate(letter(ground, complaint_sent="Sun 2026-11-22"))
    asked = evaluate(letter(ground, complaint_sent="Sun 2026-11-22"), send_day="Fri 2027-01-22")

    assert found.ok
    assert found.send_day == day("Sat 2027-01-23")  # the first day the law allows
    assert asked.refusal is Refusal.EARLIER_LETTER_PENDING
    assert asked.nearest_send_day == day("Sat 2027-01-23")
    assert "23\u00a0janvier\u00a02027" in catalogue().refusal(asked)


def test_a_mediator_asked_too_late_leaves_the_formal_notice() -> None:
    asked = letter(
        Ground.MEDIATION, first_request_sent="Mon 2025-11-10", complaint_sent="Fri 2025-11-21"
    )

    late = evaluate(asked)
    disputable = evaluate(replace(asked, complaint_sent=day("Mon 2025-11-24")))

    assert late.refusal is Refusal.WINDOW_CLOSED
    assert late.alternatives == (Ground.MISE_EN_DEMEURE,)
    assert late.nearest_send_day is None
    assert disputable.ok
    assert disputable.warnings == (WarningCode.LATE_FOR_MEDIATOR,)


def test_after_two_years_an_insurer_may_argue_and_after_five_all_is_closed() -> None:
    disputed = evaluate(letter(Ground.ANNULATION, discovered="Fri 2024-11-22"))
    closed = evaluate(letter(Ground.ANNULATION, discovered="Mon 2021-11-22"))

    assert disputed.warnings == (WarningCode.RELIES_ON_FIVE_YEARS,)
    assert evaluate(letter(Ground.ANNULATION, discovered="Sat 2024-11-23")).warnings == ()
    assert closed.refusal is Refusal.WINDOW_CLOSED
    assert closed.alternatives == ()


def test_the_mediator_is_for_consumers_and_the_platform_sends_none_of_them() -> None:
    company = replace(letter(Ground.MEDIATION), policyholder=PolicyholderKind.COMPANY)

    assert evaluate(company).refusal is Refusal.NATURAL_PERSON_ONLY
    for ground in never_agreed.LETTERS:
        assert evaluate(letter(ground)).allowed_senders == (SenderMode.AGENCY,)
    formal = evaluate(letter(Ground.MISE_EN_DEMEURE)).allowed_mail
    assert formal == (MailKind.LRE_ACKNOWLEDGED, MailKind.PAPER_ACKNOWLEDGED)


@pytest.mark.parametrize("family", CodeFamily)
def test_the_law_is_the_same_whatever_the_recipients_code(family: CodeFamily) -> None:
    facts = replace(
        letter(Ground.ANNULATION),
        contract_type=ContractType.SANTE_INDIVIDUELLE,
        code_family=family,
    )

    found = evaluate(facts)

    assert [article.key for article in found.legal_basis] == ["civil/1128", "civil/1178"]


@pytest.mark.parametrize("ground", never_agreed.LETTERS)
def test_a_day_that_is_needed_is_asked_for(ground: Ground) -> None:
    bare = ContractFacts(
        contract_type=ContractType.GAV, ground=ground, policyholder=PolicyholderKind.PERSON
    )

    with pytest.raises(InvalidFields):
        evaluate(bare)


def test_a_withdrawal_in_time_also_says_that_nobody_agreed() -> None:
    found = evaluate(WITHDRAWAL)

    assert found.ok
    assert codes(found)[0] == "never_agreed_too"
    assert "no_consent" in found.mentions
    assert "no_consent" not in evaluate(replace(WITHDRAWAL, no_consent=False)).mentions


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        (replace(WITHDRAWAL, concluded=day("Sun 2026-11-01")), Refusal.WINDOW_CLOSED),
        (replace(WITHDRAWAL, channel=SalesChannel.SHOP), Refusal.NO_WITHDRAWAL_IN_SHOP),
        (replace(WITHDRAWAL, right_lost=True), Refusal.WITHDRAWAL_LOST),
        (replace(WITHDRAWAL, contract_type=ContractType.AUTO), Refusal.EXCLUDED_L211_1),
    ],
)
def test_a_closed_withdrawal_offers_the_demand_for_annulment(
    asked: ContractFacts, refusal: Refusal
) -> None:
    found = evaluate(asked)
    agreed = evaluate(replace(asked, no_consent=False))

    assert (found.refusal, agreed.refusal) == (refusal, refusal)
    assert found.alternatives[0] is Ground.ANNULATION
    assert codes(found)[0] == "never_agreed_instead"
    assert Ground.ANNULATION not in agreed.alternatives


@given(complaint=DAYS, after=st.integers(0, 200))
def test_an_answer_never_delays_the_mediator(complaint: date, after: int) -> None:
    silent = replace(FILE, ground=Ground.MEDIATION, complaint_sent=complaint)
    answered = replace(silent, complaint_answered=complaint + timedelta(days=after))

    found = never_agreed.window(answered)

    assert complaint <= found.opens <= never_agreed.window(silent).opens
    assert found.opens <= found.latest


@given(complaint=DAYS, later=st.integers(0, 800))
def test_a_later_complaint_never_opens_sooner(complaint: date, later: int) -> None:
    moved = complaint + timedelta(days=later)
    for ground in (Ground.MEDIATION, Ground.MISE_EN_DEMEURE):
        first = never_agreed.window(replace(FILE, ground=ground, complaint_sent=complaint))
        second = never_agreed.window(replace(FILE, ground=ground, complaint_sent=moved))
        assert first.opens <= second.opens


def test_the_file_goes_from_letter_to_letter_and_comes_to_its_end() -> None:
    reached = {Ground.RENONCIATION, Ground.ANNULATION}
    for ground in (Ground.RENONCIATION, *never_agreed.LETTERS):
        reached |= set(never_agreed.NEXT.get(ground, ()))

    assert reached == {Ground.RENONCIATION, *never_agreed.LETTERS}
    assert Ground.MISE_EN_DEMEURE not in never_agreed.NEXT
    assert set(never_agreed.SENT_AS) == set(never_agreed.NEXT)
