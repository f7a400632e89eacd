"""The pages of a letter once it is validated, on stubs: its life, its changes, its own page."""

from typing import Any

import pytest

from kit.errors import Kind, TurnedDown
from preavis.dispatch.v1 import dispatch_pb2
from preavis.letters.v1 import letters_pb2
from services.gateway.tests.pages import rig, sample_letter
from services.gateway.tests.pages.sample import at

LETTER = f"/resiliations/{sample_letter.NUMBER}"
CHANGEABLE = sample_letter.sending(
    dispatch_pb2.TRACKING_SCHEDULED, deposited_at=None, ended_at=None, changeable=True
)


class NoSending(TurnedDown):
    kind = Kind.MISSING
    reason = "sending-unknown"


def followed(sending: dispatch_pb2.Sending | TurnedDown | None = None, **more: Any) -> rig.Browser:
    """Return a browser whose letter is validated: received, or where ``sending`` says."""
    browser = rig.browser()
    browser.log_in()
    if sending is not None:
        found = dispatch_pb2.GetSendingResponse
        answer = sending if isinstance(sending, TurnedDown) else found(sending=sending)
        browser.stubs.dispatch.answers["GetSending"] = answer
    browser.stubs.letters.answers["GetLetter"] = letters_pb2.GetLetterResponse(
        letter=sample_letter.letter(
            state=letters_pb2.LETTER_STATE_FROZEN,
            frozen=letters_pb2.FrozenSummary(
                send_day="2026-11-29", last_covered_day="2026-12-31", new_start="2027-01-01"
            ),
            tracking=letters_pb2.Tracking(state=letters_pb2.TRACKING_STATE_SIGNED),
            **more,
        )
    )
    return browser


async def test_tracking_leaves_out_news_without_effect_and_places_each_proof_once() -> None:
    answer = await followed().open(f"{LETTER}/suivi")

    assert "sans effet" not in answer.text
    assert "8\u00a0h\u00a000\u00a0min\u00a012\u00a0s" in answer.text
    assert answer.text.count(f'href="{LETTER}/preuves/deposit"') == 2  # timeline, and the list


def happened(code: str, day: str = "") -> dispatch_pb2.SendingEvent:
    return dispatch_pb2.SendingEvent(
        code=code,
        at=at("2026-11-29T07:00"),
        applied=True,
        facts={"send_day": day} if day else {},
    )


async def test_steps_on_the_way_are_told_until_the_next_one_came() -> None:
    day = "2026-11-29"
    events = [happened("validated", day), happened("scheduled", day), happened("due")]
    on_its_way = await followed(sample_letter.sending(events=events)).open(f"{LETTER}/suivi")
    handed = [*events, happened("handed-over"), happened("accepted")]
    taken = await followed(sample_letter.sending(events=handed)).open(f"{LETTER}/suivi")
    moved = [*events[:1], happened("rescheduled", "2026-12-02"), happened("scheduled", day)]
    again = await followed(sample_letter.sending(events=moved)).open(f"{LETTER}/suivi")

    assert "Envoi validé" in on_its_way.text
    assert "Envoi programmé pour" not in on_its_way.text  # « Départ prévu le » says it already
    assert "Jour du départ" in on_its_way.text
    assert "Jour du départ" not in taken.text
    assert "Transmise à l" not in taken.text
    assert "Remise à l" in taken.text
    assert "Envoi programmé pour" in again.text


@pytest.mark.parametrize(
    "state", [dispatch_pb2.TRACKING_UNDELIVERABLE, dispatch_pb2.TRACKING_CANCELLED]
)
async def test_a_letter_that_did_not_leave_ends_no_contract(state: int) -> None:
    answer = await followed(sample_letter.sending(state, deposited_at=None)).open(f"{LETTER}/suivi")

    assert "Fin de l’ancien contrat" not in answer.text


async def test_a_letter_never_validated_has_no_tracking_page() -> None:
    answer = await followed(NoSending()).open(f"{LETTER}/suivi")

    assert answer.headers["location"] == LETTER


async def test_cancelling_is_asked_once_more_and_says_what_comes_back() -> None:
    browser = followed(CHANGEABLE)

    asked = await browser.open(f"{LETTER}/annuler")
    await browser.send(f"{LETTER}/annuler", {"version": "4"})

    assert "5,40\u00a0€" in asked.text
    (request,) = browser.stubs.dispatch.requests("Cancel")
    assert (request.sending_id, request.version) == (sample_letter.SENDING_ID, 4)


@pytest.mark.parametrize("page", ["annuler", "date"])
async def test_a_letter_that_left_offers_no_change_and_says_why(page: str) -> None:
    answer = await followed().open(f"{LETTER}/{page}")

    assert "Cet envoi ne se change plus" in answer.text
    assert "dimanche 29\u00a0novembre\u00a02026" in answer.text
    assert f'action="{LETTER}/{page}"' not in answer.text


async def test_a_new_date_before_the_law_allows_is_refused_at_its_field() -> None:
    browser = followed(CHANGEABLE)
    browser.stubs.dispatch.answers["PlanSending"] = dispatch_pb2.PlanSendingResponse(
        plan=dispatch_pb2.Plan(evaluation=sample_letter.refused_evaluation())
    )

    answer = await browser.send(f"{LETTER}/date", {"new_start": "1/1/27", "action": "calculer"})

    assert answer.status_code == 422
    assert 'id="c-new-start-erreur"' in answer.text
    assert "vendredi 8\u00a0janvier\u00a02027" in answer.text
    assert ">Déplacer l’envoi</button>" not in answer.text  # what is blocked is not offered


async def test_the_page_of_a_letter_on_its_way_shows_its_own_dates_not_new_ones() -> None:
    browser = followed()
    browser.stubs.letters.answers["PlanLetter"] = letters_pb2.PlanLetterResponse(
        evaluation=sample_letter.refused_evaluation()
    )

    answer = await browser.open(LETTER)

    assert "Trop tard" not in answer.text
    assert "jeudi 31\u00a0décembre\u00a02026 à 24" in answer.text
    assert not browser.stubs.letters.requests("PlanLetter")


async def test_a_letter_on_its_way_is_not_finalised_again() -> None:
    answer = await followed().open(f"{LETTER}/finaliser")

    assert answer.headers["location"] == f"{LETTER}/suivi"


CONTESTED: dict[str, Any] = {
    "ground": "RECLAMATION",
    "ground_label": "Contrat jamais accepté : réclamation",
    "follows_number": "26-04811",
    "next_letters": [
        letters_pb2.NextLetter(
            ground="MEDIATION",
            ground_label="Contrat jamais accepté : saisine du médiateur",
            sendable_from="2027-01-30",
        )
    ],
}


async def test_a_letter_of_a_file_shows_the_one_before_and_prepares_the_next() -> None:
    browser = followed(**CONTESTED)
    browser.stubs.letters.answers["FollowLetter"] = letters_pb2.FollowLetterResponse(
        letter=sample_letter.letter(number="26-04900")
    )

    shown = await browser.open(LETTER)
    answer = await browser.send(f"{LETTER}/suite", {"ground": "MEDIATION"}, page=LETTER)

    assert "Hélène Marchetti conteste un contrat" in shown.text
    assert 'href="/resiliations/26-04811"' in shown.text
    assert "Étape suivante\u00a0: saisine du médiateur" in shown.text
    assert "30\u00a0janvier\u00a02027, ou dès la réponse" in shown.text
    (request,) = browser.stubs.letters.requests("FollowLetter")
    assert (request.letter_id, request.ground) == (sample_letter.LETTER_ID, "MEDIATION")
    assert answer.headers["location"] == "/resiliations/26-04900"


async def test_the_mediator_is_searched_for_and_no_insurer_is_left() -> None:
    browser, at_work = rig.browser(), rig.browser()
    browser.log_in()
    at_work.log_in()
    browser.stubs.letters.answers["GetLetter"] = letters_pb2.GetLetterResponse(
        letter=sample_letter.letter(ground="MEDIATION")
    )

    shown = await browser.open(f"{LETTER}/assureur")
    usual = await at_work.open(f"{LETTER}/assureur")

    assert '<label for="c-assureur">Médiateur</label>' in shown.text
    assert "Quel contrat contestez-vous" in shown.text
    assert "Saisine du médiateur" in shown.text
    for word in ("ncien assureur", "résiliez", "échéance", "<dt>Quitte"):
        assert word not in shown.text.split("<main", 1)[1]
        assert word in usual.text.split("<main", 1)[1]


async def test_a_letter_that_nothing_follows_shows_no_file() -> None:
    assert "Le dossier" not in (await followed().open(LETTER)).text


async def test_a_ground_that_is_closed_names_those_that_are_open() -> None:
    browser = rig.browser()
    browser.log_in()
    refused = sample_letter.refused_evaluation()
    refused.refusal.alternative_grounds.extend(["ECHEANCE", "HAMON"])  # the second is closed too
    browser.stubs.letters.answers["EvaluateTermination"] = letters_pb2.EvaluateTerminationResponse(
        evaluation=refused
    )
    contract = sample_letter.letter().contracts[0].contract_id

    answer = await browser.open(f"{LETTER}/contrat?contrat={contract}")

    assert "Motifs possibles à la place\u00a0: Échéance annuelle." in answer.text
