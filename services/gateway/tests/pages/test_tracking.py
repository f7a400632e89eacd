"""The life of a sending, as its page tells it."""

import pytest

from preavis.dispatch.v1 import dispatch_pb2
from services.gateway.tests.pages import rig, sample, sample_letter

PAGE = f"/resiliations/{sample_letter.NUMBER}/suivi"
MOVED = {"send_day": "2026-12-02"}
Event = dispatch_pb2.SendingEvent


async def timeline(*events: tuple[str, dict[str, str]]) -> str:
    """Return the text of the page of a scheduled sending to which all this happened."""
    browser = rig.browser()
    browser.log_in()
    told = [
        Event(code=code, at=sample.at(f"2026-11-24T09:0{rank}"), applied=True, facts=facts)
        for rank, (code, facts) in enumerate(events)
    ]
    sending = sample_letter.sending(dispatch_pb2.TRACKING_SCHEDULED, events=told, proofs=[])
    browser.stubs.dispatch.answers["GetSending"] = dispatch_pb2.GetSendingResponse(sending=sending)
    return (await browser.open(PAGE)).text


@pytest.mark.parametrize(
    ("outcome", "title"),
    [("rescheduled", "Envoi déplacé au"), ("reschedule-refused", "Déplacement refusé")],
)
async def test_one_move_is_one_line(outcome: str, title: str) -> None:
    shown = await timeline(("reschedule-asked", MOVED), (outcome, MOVED))

    assert shown.count(title) == 1
    assert "en cours" not in shown


async def test_a_move_under_way_is_told_as_such() -> None:
    shown = await timeline(
        ("reschedule-asked", MOVED), ("rescheduled", MOVED), ("reschedule-asked", MOVED)
    )

    assert shown.count("Envoi déplacé au") == 1
    assert shown.count("en cours") == 1
