"""What a credit note says, and when there is one."""

from dataclasses import replace
from datetime import date

import pytest

from kit.ids import new_id
from kit.money import Money
from services.billing.domain.credit_note import CreditNote, CreditNoteMissing, paper_of
from services.billing.domain.hold import Hold
from services.billing.domain.numbering import Series, paper_number
from services.billing.domain.tariff import Product
from services.billing.tests.builders import BUYER, NOW, TODAY, a_hold
from tests.support.time import paris

DEBIT = new_id()


def captured() -> Hold:
    hold, _ = a_hold("send:1:1", account_id=new_id())
    return hold.capture(on_day=TODAY, at=NOW)[0]


def asked(hold: Hold) -> CreditNote:
    return CreditNote.asked(hold, cause="27-00012", on_day=date(2027, 2, 1), buyer=BUYER, at=NOW)


def test_numbers_of_papers_are_of_their_series_and_year() -> None:
    assert paper_number(Series.CREDIT_NOTE, 2027, 12) == "AV-2027-000012"


def test_the_paper_names_what_it_corrects_with_the_vat_of_the_capture() -> None:
    hold = captured()
    issued = asked(hold).issued("AV-2027-000001", paris("Mon 2027-02-01 23:59"))

    paper = paper_of(replace(issued, corrects=DEBIT), hold)

    assert (paper.number, paper.cause, paper.corrects) == ("AV-2027-000001", "27-00012", DEBIT)
    assert paper.product is Product.LRE_ACKNOWLEDGED
    assert (paper.split.net, paper.split.vat) == (Money(450), Money(90))
    assert (paper.split.rate_bp, paper.split.gross) == (2000, Money(540))
    assert (paper.captured_on, paper.issued_on) == (TODAY, date(2027, 2, 1))
    assert (paper.buyer_name, paper.buyer_lines) == (BUYER.name, BUYER.lines)


def test_what_was_only_asked_has_no_paper() -> None:
    hold = captured()

    with pytest.raises(CreditNoteMissing):
        paper_of(asked(hold), hold)
