"""The statement as a spreadsheet, from its page."""

import csv
import io
from typing import Any

import pytest

from preavis.billing.v1 import billing_pb2
from services.gateway.tests.pages import rig, sample

PAGE = "/facturation/releve.csv"


def agent(*pages: list[billing_pb2.StatementEntry]) -> rig.Browser:
    """A browser whose statement has these pages."""
    browser = rig.browser()
    browser.log_in()

    def listed(request: Any) -> billing_pb2.ListEntriesResponse:
        number = int(request.cursor or 0)
        more = str(number + 1) if number + 1 < len(pages) else ""
        return billing_pb2.ListEntriesResponse(entries=pages[number], next_cursor=more)

    browser.stubs.billing.answers["ListEntries"] = listed
    return browser


async def test_every_page_of_the_days_is_written_with_its_cause() -> None:
    first, second, third = sample.entries()
    browser = agent([first, second], [third])

    answer = await browser.open(f"{PAGE}?du=01/11/2026&au=23/11/2026")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "releve-preavis-2026-11-01-2026-11-23.csv" in answer.headers["content-disposition"]
    header, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";")
    assert header[:4] == ["Date", "Heure", "Mouvement", "Cause"]
    assert rows[0][:7] == [
        "23/11/2026", "10:12", "Envoi validé", "Lettre 26-04825",
        "Recommandé électronique avec accusé de réception", "-5,40", "128,40",
    ]  # fmt: skip
    assert [row[3] for row in rows] == ["Lettre 26-04825", "Lettre 26-04766", "RC-2026-000187"]
    asked = browser.stubs.billing.requests("ListEntries")
    assert {(one.from_day, one.until_day) for one in asked} == {("2026-11-01", "2026-11-23")}


async def test_a_cause_cannot_be_a_formula() -> None:
    entry = sample.entries()[0]
    entry.cause = '=HYPERLINK("https://evil.example")'

    answer = await agent([entry]).open(PAGE)

    assert b"'=HYPERLINK" in answer.content
    assert b';"=' not in answer.content
    assert b";=" not in answer.content


async def test_without_days_it_is_the_last_twelve_months() -> None:
    browser = agent([])

    assert (await browser.open(PAGE)).status_code == 200

    (asked,) = browser.stubs.billing.requests("ListEntries")
    assert (asked.from_day, asked.until_day) == ("2025-11-23", "2026-11-23")


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ("du=23/11/2026&au=01/11/2026", "Le second jour vient avant le premier."),
        ("du=01/01/2024&au=23/11/2026", "Demandez 366 jours au plus"),
        ("du=hier", "Ce jour n’existe pas."),
    ],
)
async def test_days_that_make_no_period_are_told_beside_their_field(days: str, said: str) -> None:
    answer = await agent([]).open(f"{PAGE}?{days}")

    assert answer.status_code == 422
    assert said in answer.text.replace("\u00a0", " ")
