"""What the prefilled mandate says, and how long scans are kept."""

from datetime import date

import pytest

from services.signature.domain.retention import Situation, retained_until
from services.signature.domain.sheet import ContractLine, LetterIncomplete, mandate_sheet
from services.signature.domain.warning import OptOutWarning, WarningOutdated
from services.signature.tests.builders import a_letter, an_agency
from tests.support.time import day

TODAY = day("Mon 2026-11-23")


@pytest.mark.parametrize(
    ("lacking", "missing"),
    [
        ({"principals": []}, "policyholder"),
        ({"recipient": ""}, "recipient"),
        ({"contracts": []}, "contract"),
        ({"contracts": [ContractLine(label="Auto", reference="")]}, "contract"),
        ({"ground": ""}, "ground"),
        ({"principals": [], "ground": ""}, "policyholder, ground"),
    ],
)
def test_a_letter_that_names_too_little_makes_no_mandate(
    lacking: dict[str, object], missing: str
) -> None:
    with pytest.raises(LetterIncomplete) as refusal:
        mandate_sheet(a_letter(**lacking), an_agency(), made_on=TODAY)

    assert refusal.value.facts == {"missing": missing}


@pytest.mark.parametrize(
    ("family", "is_company", "denounced"),
    [
        ("mutualite", False, True),
        ("securite_sociale", False, True),
        ("assurances", False, False),
        ("mutualite", True, False),
    ],
)
def test_the_verb_follows_the_recipients_code(
    family: str, is_company: bool, denounced: bool
) -> None:
    letter = a_letter(code_family=family, is_company=is_company)

    assert mandate_sheet(letter, an_agency(), made_on=TODAY).is_denounced is denounced


@pytest.mark.parametrize(
    ("ground", "disputed"), [("RIA", False), ("RENONCIATION", False), ("MISE_EN_DEMEURE", True)]
)
def test_a_contract_never_agreed_to_is_disputed_and_not_terminated(
    ground: str, disputed: bool
) -> None:
    sheet = mandate_sheet(a_letter(ground=ground), an_agency(), made_on=TODAY)

    assert sheet.is_disputed is disputed


def test_an_agreed_deferral_ends_the_eve_of_the_new_contract() -> None:
    sheet = mandate_sheet(a_letter(agreed_start=date(2027, 1, 1)), an_agency(), made_on=TODAY)

    assert sheet.agreed_end == day("Thu 2026-12-31")


def test_without_an_agreed_deferral_no_date_is_written() -> None:
    assert mandate_sheet(a_letter(), an_agency(), made_on=TODAY).agreed_end is None


@pytest.mark.parametrize(
    ("situation", "since", "last"),
    [
        (Situation.USED, "Tue 2026-11-24", "Thu 2033-11-24"),
        (Situation.USED, "Thu 2024-02-29", "Fri 2031-02-28"),
        (Situation.DISCARDED, "Tue 2026-11-24", "Sat 2027-01-23"),
        (Situation.IN_PLACE, "Tue 2026-11-24", "Fri 2028-11-24"),
    ],
)
def test_scans_are_kept_as_long_as_their_situation_says(
    situation: Situation, since: str, last: str
) -> None:
    assert retained_until(situation, day(since)) == day(last)


def test_only_the_text_in_force_can_be_accepted() -> None:
    warning = OptOutWarning(version="2026-11", text="…")

    warning.check("2026-11")
    with pytest.raises(WarningOutdated):
        warning.check("2025-01")
