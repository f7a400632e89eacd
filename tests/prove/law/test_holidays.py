"""Three holiday libraries, of other authors and other algorithms, agree with ours."""

from collections.abc import Callable
from datetime import date

import holidata
import holidays
import pytest
from jours_feries_france import JoursFeries

from kit.days import easter, is_holiday, is_working_day
from kit.days import holidays as ours
from tests.prove.law import walking

YEARS = range(2024, 2036)


def _by_holidays(year: int) -> set[date]:
    return set(holidays.country_holidays("FR", years=year))


def _by_holidata(year: int) -> set[date]:
    """Return its days without Whit Sunday, a Sunday that it lists beside the eleven."""
    listed = {one.date.date() for one in holidata.get_country_for("FR").get_holidays_of(year, "fr")}
    return listed - {walking.days_later(walking.easter_sunday(year), 49)}


def _by_the_state(year: int) -> set[date]:
    return set(JoursFeries.for_year(year).values())


LIBRARIES = [_by_holidays, _by_holidata, _by_the_state]


@pytest.mark.parametrize("library", LIBRARIES, ids=["holidays", "holidata", "etalab"])
@pytest.mark.parametrize("year", YEARS)
def test_a_library_agrees(library: Callable[[int], set[date]], year: int) -> None:
    assert ours(year) == library(year)


def test_easter_is_the_sunday_after_the_full_moon_of_spring() -> None:
    for year in range(1900, 2200):
        assert easter(year) == walking.easter_sunday(year)
        assert ours(year) == walking.holidays_of(year)


def test_each_day_to_2040_is_worked_or_not_alike() -> None:
    day = date(2024, 1, 1)
    while day.year <= 2040:
        assert is_working_day(day) == walking.works(day)
        assert is_holiday(day) == (day in walking.holidays_of(day.year))
        day += walking.DAY
