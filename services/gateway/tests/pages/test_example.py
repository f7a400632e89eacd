"""The example of the public pages follows the calendar."""

from datetime import date, timedelta
from html import unescape

from kit.days import add_months
from preavis.letters.v1 import letters_pb2 as pb
from services.gateway.pages import example
from services.gateway.tests.pages import rig, sample_letter
from tests.support.time import paris

DAY = timedelta(days=1)
TODAY = date(2026, 12, 8)


def test_each_day_has_an_example_that_is_still_to_send() -> None:
    for number in range(7 * 365):
        today = date(2026, 1, 1) + number * DAY
        start = example.new_start(today)

        assert start.day == 1
        assert today + 2 * DAY < add_months(start, -1) - DAY < today + 62 * DAY


async def test_the_home_page_shows_what_the_engine_answers() -> None:
    browser = rig.browser(now=paris("Tue 2026-12-08 09:00"))

    shown = unescape((await browser.open("/")).text).replace("\u00a0", " ")

    (asked,) = browser.stubs.letters.requests("PlanTermination")
    assert asked.new_start == "2027-02-01"
    assert "dimanche 29 novembre 2026" in shown  # the stub's answer
    assert example.address(TODAY) in shown


async def test_the_examples_address_asks_the_same_question() -> None:
    browser = rig.browser(now=paris("Tue 2026-12-08 09:00"))

    await browser.open(example.address(TODAY))

    assert browser.stubs.letters.requests("PlanTermination") == [example.question(TODAY)]


async def test_the_home_page_shows_no_date_that_nobody_computed() -> None:
    browser = rig.browser()
    refused = sample_letter.termination_plan(evaluation=pb.Evaluation(ok=False))
    browser.stubs.letters.answers["PlanTermination"] = pb.PlanTerminationResponse(plan=refused)

    shown = (await browser.open("/")).text

    assert "teaser__reponse" not in shown
    assert 'href="/calculateur"' in shown
