from dataclasses import replace
from datetime import date

import pytest

from services.accounts.domain.registration import (
    Entry,
    Registration,
    RegistryAnswer,
)
from services.accounts.domain.registration import (
    RegistrationStatus as Status,
)
from services.accounts.tests.builders import BROKER, NOBODY, REMOVED
from tests.support.time import paris


def entry(category: str, *, in_force: bool = True) -> Entry:
    return Entry(category=category, in_force=in_force)


@pytest.mark.parametrize(
    ("answer", "siren", "status"),
    [
        (NOBODY, "", Status.UNKNOWN),
        (BROKER, "", Status.REGISTERED),
        (BROKER, "732829320", Status.REGISTERED),
        (BROKER, "000000000", Status.OTHER_SIREN),
        (REMOVED, "732829320", Status.LAPSED),
        (replace(BROKER, entries=()), "", Status.LAPSED),
        (replace(BROKER, entries=(entry("COBSP"), entry("CIF"))), "", Status.LAPSED),
        (
            replace(BROKER, entries=(entry("COA", in_force=False), entry("MIA"))),
            "",
            Status.REGISTERED,
        ),
        (replace(BROKER, siren=""), "732829320", Status.REGISTERED),
    ],
)
def test_an_answer_leads_to_one_conclusion(
    answer: RegistryAnswer, siren: str, status: Status
) -> None:
    assert answer.status(siren) is status


def test_a_lapse_of_one_who_was_registered_forbids_after_fourteen_days() -> None:
    before = Registration(status=Status.REGISTERED)

    found = before.after(REMOVED, declared_siren="", at=paris("Mon 2027-03-01 06:00"))
    again = found.after(REMOVED, declared_siren="", at=paris("Wed 2027-03-10 06:00"))

    assert found.blocks_from == date(2027, 3, 15)
    assert again.blocks_from == date(2027, 3, 15)  # asking again does not push it back


def test_a_lapse_of_one_never_seen_in_force_forbids_at_once() -> None:
    before = Registration(status=Status.PENDING)

    found = before.after(REMOVED, declared_siren="", at=paris("Mon 2027-03-01 06:00"))

    assert found.blocks_from == date(2027, 3, 1)


def test_a_renewal_ends_the_lapse() -> None:
    lapsed = Registration(status=Status.LAPSED, blocks_from=date(2027, 3, 15))

    found = lapsed.after(BROKER, declared_siren="", at=paris("Wed 2027-03-03 06:00"))

    assert (found.status, found.blocks_from) == (Status.REGISTERED, None)


@pytest.mark.parametrize(
    ("status", "asked", "again"),
    [
        (Status.REGISTERED, "Mon 2026-11-23 10:00", "Wed 2026-12-23 10:00"),
        (Status.REGISTERED, "Mon 2027-02-15 10:00", "Mon 2027-03-01 06:00"),
        (Status.REGISTERED, "Mon 2027-03-01 05:59", "Mon 2027-03-01 06:00"),
        (Status.REGISTERED, "Mon 2027-03-01 06:00", "Wed 2027-03-31 07:00"),  # 30 times 24 hours
        (Status.LAPSED, "Mon 2027-03-01 06:00", "Tue 2027-03-02 06:00"),
        (Status.UNKNOWN, "Mon 2026-11-23 10:00", "Tue 2026-11-24 10:00"),
        (Status.OTHER_SIREN, "Mon 2026-11-23 10:00", "Tue 2026-11-24 10:00"),
    ],
)
def test_the_registry_is_asked_again(status: Status, asked: str, again: str) -> None:
    assert Registration(status=status).next_check(paris(asked)) == paris(again)


def test_who_needs_no_registration_is_never_looked_up() -> None:
    assert Registration().next_check(paris("Mon 2026-11-23 10:00")) is None
