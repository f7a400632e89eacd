"""The guards of the page that finalises: a contract ended lately, the days between contracts."""

import re

from kit.errors import TurnedDown
from preavis.dispatch.v1 import dispatch_pb2
from preavis.letters.v1 import letters_pb2
from services.gateway.tests.pages import rig, sample_letter
from services.gateway.tests.pages.test_journey import CONFIRMED, LETTER, logged_in


class SameContract(TurnedDown):
    reason = "same-contract-lately"


def with_another() -> rig.Browser:
    """Return the agent's browser, in a house that knows of another letter."""
    browser, plan = logged_in(), sample_letter.plan()
    plan.recent_letters.append(
        letters_pb2.RecentLetter(
            number="26-04771",
            send_day="2026-11-09",
            state=letters_pb2.TRACKING_STATE_DEPOSITED,
            contract_references=["va 88-204417"],
        )
    )
    browser.stubs.dispatch.answers["PlanSending"] = dispatch_pb2.PlanSendingResponse(plan=plan)
    return browser


async def test_the_other_letter_is_shown_with_its_day_and_its_state() -> None:
    answer = await with_another().open(f"{LETTER}/finaliser")

    assert 'href="/resiliations/26-04771/suivi"' in answer.text
    assert "lundi 9\u00a0novembre\u00a02026" in answer.text
    assert "déposée (contrat va 88-204417)" in answer.text
    assert 'name="confirm_same_contract"' in answer.text
    assert 'name="recent_shown"' in answer.text  # without it the box would be asked of nobody


async def test_without_another_letter_nothing_more_is_asked() -> None:
    browser = logged_in()

    shown = await browser.open(f"{LETTER}/finaliser")
    await browser.send(f"{LETTER}/finaliser", CONFIRMED)

    assert "confirm_same_contract" not in shown.text
    (request,) = browser.stubs.dispatch.requests("Finalise")
    assert not request.same_contract_confirmed


async def test_nothing_is_sent_before_the_other_letter_was_seen() -> None:
    browser, sent = with_another(), CONFIRMED | {"recent_shown": "oui"}

    unseen = await browser.send(f"{LETTER}/finaliser", sent)
    asked = len(browser.stubs.dispatch.requests("Finalise"))
    await browser.send(f"{LETTER}/finaliser", sent | {"confirm_same_contract": "oui"})

    assert unseen.status_code == 422
    assert 'id="c-confirm-same-contract-erreur"' in unseen.text
    assert asked == 0
    (request,) = browser.stubs.dispatch.requests("Finalise")
    assert request.same_contract_confirmed


async def test_a_letter_that_came_meanwhile_is_told_beside_its_box() -> None:
    browser = with_another()
    browser.stubs.dispatch.answers["Finalise"] = SameContract(
        number="26-04771", send_day="2026-11-09"
    )

    answer = await browser.send(f"{LETTER}/finaliser", CONFIRMED)

    assert answer.status_code == 422
    assert 'id="c-confirm-same-contract-erreur"' in answer.text
    assert "La lettre 26-04771, envoi du lundi 9\u00a0novembre\u00a02026" in answer.text
    assert not re.search(r'name="confirm_dates"[^>]*checked', answer.text)


ANNIVERSARY = {"when": "now", "mail_kind": "simple", "action": "calculer"}


def at_the_anniversary(cover: letters_pb2.CoverBetween | None) -> rig.Browser:
    """Return the agent's browser, at a letter whose dates need no start of a new contract."""
    browser, plan = logged_in(), sample_letter.plan()
    evaluation = sample_letter.evaluation(planned_from_new_start=False, neighbours=[])
    plan.evaluation.CopyFrom(evaluation)
    if cover:
        plan.cover.CopyFrom(cover)
    browser.stubs.dispatch.answers["PlanSending"] = dispatch_pb2.PlanSendingResponse(plan=plan)
    browser.stubs.letters.answers["PlanLetter"] = letters_pb2.PlanLetterResponse(
        evaluation=evaluation
    )
    return browser


async def test_the_new_contract_and_the_premium_are_compared_and_move_no_date() -> None:
    gap = letters_pb2.CoverBetween(
        kind=letters_pb2.CoverBetween.KIND_GAP, days=10, certain=True, sentences=["10 jours bare."]
    )
    browser = at_the_anniversary(gap)
    known = {"known_new_start": "11/1/27", "premium": "1 284,40"}

    answer = await browser.send(f"{LETTER}/finaliser", ANNIVERSARY | known)

    asked = browser.stubs.dispatch.requests("PlanSending")[-1]
    assert (asked.known_new_start, asked.yearly_premium_cents) == ("2027-01-11", 128_440)
    assert asked.timing.now
    assert "10 jours sans couverture" in answer.text
    assert "10 jours bare." in answer.text
    assert "et le nouveau commence" not in answer.text  # it starts on the day just given
    assert 'value="11/1/27"' in answer.text


async def test_contracts_that_follow_each_other_need_no_word() -> None:
    following = letters_pb2.CoverBetween(
        kind=letters_pb2.CoverBetween.KIND_CONTINUOUS, sentences=["L’un suit l’autre."]
    )

    answer = await at_the_anniversary(following).open(f"{LETTER}/finaliser")

    assert "L’un suit l’autre." not in answer.text
    assert "et le nouveau commence" in answer.text
    assert 'name="known_new_start"' in answer.text


async def test_days_that_are_not_certain_are_said_at_worst() -> None:
    doubled = letters_pb2.CoverBetween(kind=letters_pb2.CoverBetween.KIND_DOUBLE, days=1)

    answer = await at_the_anniversary(doubled).open(f"{LETTER}/finaliser")

    assert "1 jour payé deux fois, au pire." in answer.text


async def test_a_premium_that_cannot_be_read_is_told_beside_it() -> None:
    browser = at_the_anniversary(None)

    answer = await browser.send(f"{LETTER}/finaliser", ANNIVERSARY | {"premium": "beaucoup"})

    assert 'id="c-premium-erreur"' in answer.text
    assert not browser.stubs.dispatch.requests("PlanSending")[-1].yearly_premium_cents
