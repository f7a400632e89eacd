"""What e-mails call a letter: a termination when it ends a contract, else a letter."""

from dataclasses import replace
from datetime import date

import pytest

from kit.mail import Mail
from services.dispatch.domain.sending import Sending
from services.dispatch.domain.timeline import Happened
from services.dispatch.domain.tracking import Answer
from services.dispatch.tests.usecases.test_following import REFERENCE, on_its_way, told
from services.dispatch.usecases.telling import NOTICES, Notice, write


async def a_received_sending(last_covered_day: date | None) -> Sending:
    room = await on_its_way()
    room.operator.deposit(REFERENCE)
    room.operator.end(REFERENCE, Answer.ACCEPTED)
    await told(room)
    sending = room.sending()
    return replace(sending, order=replace(sending.order, last_covered_day=last_covered_day))


def written(sending: Sending, notice: Notice) -> Mail:
    fact = Happened(code="told", at=sending.order.validated_at)
    document = b"%PDF-1.7" if notice.attached else b""
    to = "somebody@mail.example"
    return write(sending, fact, notice, to, document=document, public_url="https://p.example")


ALL = [notice for notices in NOTICES.values() for notice in notices]


@pytest.mark.parametrize("notice", ALL, ids=lambda notice: notice.template)
async def test_a_letter_that_ends_no_contract_is_not_called_a_termination(notice: Notice) -> None:
    ends = written(await a_received_sending(date(2027, 12, 31)), notice)
    ends_nothing = written(await a_received_sending(None), notice)

    assert "ésiliation" in ends.subject
    for said in (ends_nothing.subject, ends_nothing.text, ends_nothing.html):
        assert "ésiliation " not in said
        assert "fin du contrat" not in said
