"""Each named step of a sending is died after once, by real processes, and nothing doubles."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest

from kit.days import paris_date
from kit.failpoints import declared_in
from local.demo.partners import until
from local.demo.rest import Refused, Rest
from local.house import House
from tests.e2e.agency import Agency, as_staff
from tests.e2e.outside import Outside

pytestmark = [pytest.mark.servers, pytest.mark.timeout(420)]

PATIENCE_S: Final = 150
CUSTOM: Final = {
    "type_label": "Assurance d’un instrument de musique",
    "ground_text": "Ce contrat prend fin d’un commun accord.",
    "reviewed": "true",
}
CANCELLING: Final = {
    "dispatch.cancel.cancelled",
    "dispatch.reschedule.asked",
    "dispatch.give-back.released",
    "dispatch.give-back.mandate-freed",
    "dispatch.give-back.thawed",
}
BOUNCING: Final = {"dispatch.reverse.reversed", "dispatch.reverse.told"}
# Roads that need a refusal or a silence: walked on fakes by services/dispatch/tests.
ELSEWHERE: Final = {
    "dispatch.prepare.turned-down",
    "dispatch.depart.refused",
    "dispatch.depart.silent",
    "dispatch.confirm.accepted",
    "dispatch.depart.acceptance-stored",  # after a death at "accepted", news or staff store it
    "dispatch.give-back.mandate-freed",
    "dispatch.give-back.thawed",
}
GIVING_BACK: Final = {"billing.reverse.committed", "billing.credit_note.kept"}
MONEY: Final = {"billing.hold.committed", "billing.capture.committed", "billing.release.committed"}


@pytest.fixture
async def agency(house: House, outside: Outside) -> Agency:
    client = httpx.AsyncClient(base_url=house.plan.public_url, timeout=60)
    opened = await Agency.open(Rest(client), outside)
    await opened.prove()
    await opened.buy(5_000)
    return opened


async def arm(house: House, service: str, points: set[str], deaths: Path) -> None:
    """Restart a service so that it dies once at each of these points."""
    process = next(one for one in house.plan.processes() if one.name == service)
    chosen = {
        "PREAVIS_FAILPOINT": ",".join(sorted(points)),
        "PREAVIS_FAILPOINT_ONCE": str(deaths),
    }
    await house.supervisor.replace(replace(process, env={**process.env, **chosen}))


async def disarm(house: House, service: str) -> None:
    process = next(one for one in house.plan.processes() if one.name == service)
    await house.supervisor.replace(process)


def names_in(folder: Path) -> set[str]:
    """Return the points at which a process died."""
    return {path.name for path in folder.iterdir()}


async def settle(agency: Agency, outside: Outside, letter_id: str) -> dict[str, Any]:
    """Wait for the deposit; where the outcome is unknown, do what staff do: look and say."""
    staff = await as_staff(agency.rest)

    async def look() -> dict[str, Any] | None:
        sending: dict[str, Any] = await agency.rest.get(f"/letters/{letter_id}/sending")
        if sending["state"] == "unknown":
            await _look_at_the_operator(staff, outside, sending)
        return sending if sending["state"] == "deposited" else None

    return await until(look, what="the deposit", patience_s=PATIENCE_S)


async def _look_at_the_operator(staff: Rest, outside: Outside, sending: dict[str, Any]) -> None:
    waiting = (await staff.get("/staff/unknown-sendings"))["sendings"]
    mine = next((one for one in waiting if one["sending_id"] == sending["sending_id"]), None)
    if mine is None:
        return
    found = [
        one for one in await outside.all_letters() if one["ref_dossier"] == mine["our_reference"]
    ]
    path = f"/staff/unknown-sendings/{sending['sending_id']}"
    note = {"evidence_note": "Vu dans l’espace client de l’opérateur."}
    if found:
        await staff.post(f"{path}/accepted", {**note, "operator_reference": found[0]["id"]})
    else:
        await staff.post(f"{path}/absent", {**note, "our_reference": mine["our_reference"]})


async def validate_through_deaths(agency: Agency, letter_id: str) -> None:
    """Validate with one key, again and again, until an answer comes through."""
    validation, key = await agency.confirmed(letter_id, {"now": True}), uuid4().hex

    async def ask() -> dict[str, Any] | None:
        try:
            return await agency.validate(letter_id, validation, key=key)
        except (TimeoutError, httpx.HTTPError):
            return None

    await until(ask, what="an answer", patience_s=PATIENCE_S)


async def change_through_death(
    agency: Agency, letter_id: str, method: str, body: dict[str, Any] | None = None
) -> None:
    """Move or cancel; an answer that was lost shows in the version, which has moved on."""
    try:
        await agency.change(letter_id, method, body)
    except Refused as refusal:
        if refusal.status != httpx.codes.PRECONDITION_FAILED:
            raise


async def a_ready_letter(agency: Agency) -> dict[str, Any]:
    letter = await agency.write(
        body="mutuelle", contract_type="autre", ground="CUSTOM", fields=CUSTOM
    )
    await agency.leave_mandate_out(letter["letter_id"])
    return letter


async def left_once(agency: Agency, outside: Outside, letter: dict[str, Any]) -> bool:
    """Tell whether the operator deposited exactly one letter of this number."""
    return len(await outside.letters_of(agency.email, letter["number"])) == 1


async def test_dispatch_dies_at_each_step_and_the_letter_leaves_once(
    house: House, outside: Outside, agency: Agency, tmp_path: Path
) -> None:
    points = set(declared_in(Path("services/dispatch"))) - CANCELLING - BOUNCING - ELSEWHERE
    letter = await a_ready_letter(agency)
    letter_id = letter["letter_id"]

    await arm(house, "dispatch", points, tmp_path)
    try:
        await validate_through_deaths(agency, letter_id)
        await settle(agency, outside, letter_id)
        await outside.answer(letter["recipient"]["electronic_address"], "accept")
        await agency.sending_in(letter_id, "signed", patience_s=PATIENCE_S)
        await agency.evidence(letter_id, patience_s=PATIENCE_S)
    finally:
        await disarm(house, "dispatch")

    assert names_in(tmp_path) == points
    assert await left_once(agency, outside, letter)
    wallet = await agency.rest.get("/credit")
    assert (wallet["available_cents"], wallet["held_cents"]) == (5_000 - 540, 0)


async def test_dispatch_dies_while_moving_and_cancelling_and_the_credit_comes_back_once(
    house: House, outside: Outside, agency: Agency, tmp_path: Path
) -> None:
    points = CANCELLING - ELSEWHERE
    letter_id = (await a_ready_letter(agency))["letter_id"]
    today = paris_date(await outside.now())
    days = [(today + timedelta(days=ahead)).isoformat() for ahead in (5, 9)]
    await agency.finalise(letter_id, {"send_day": days[0]})

    await arm(house, "dispatch", points, tmp_path)
    try:
        await change_through_death(agency, letter_id, "PATCH", {"send_day": days[1]})
        moved = await agency.sending_in(letter_id, "scheduled", patience_s=PATIENCE_S)
        await change_through_death(agency, letter_id, "DELETE")
        await agency.sending_in(letter_id, "cancelled", patience_s=PATIENCE_S)

        async def given_back() -> bool:
            return bool((await agency.rest.get("/credit"))["held_cents"] == 0)

        await until(given_back, what="the credit", patience_s=PATIENCE_S)
    finally:
        await disarm(house, "dispatch")

    assert moved["send_day"] == days[1]
    assert names_in(tmp_path) == points
    assert (await agency.rest.get("/credit"))["available_cents"] == 5_000


async def test_billing_dies_at_each_movement_and_every_cent_is_explained(
    house: House, outside: Outside, agency: Agency, tmp_path: Path
) -> None:
    tomorrow = (paris_date(await outside.now()) + timedelta(days=1)).isoformat()
    kept, given_up = [(await a_ready_letter(agency))["letter_id"] for _ in range(2)]

    await arm(house, "billing", MONEY, tmp_path)
    try:
        await agency.finalise(kept, {"now": True})
        await agency.finalise(given_up, {"send_day": tomorrow})
        await settle(agency, outside, kept)
        await agency.change(given_up, "DELETE")

        async def settled() -> bool:
            return bool((await agency.rest.get("/credit"))["held_cents"] == 0)

        await until(settled, what="the holds", patience_s=PATIENCE_S)
    finally:
        await disarm(house, "billing")

    assert names_in(tmp_path) == MONEY
    wallet = await agency.rest.get("/credit")
    assert wallet["available_cents"] == 5_000 - 540
    lines = (await agency.rest.get("/credit/entries"))["entries"]
    assert sum(line["available_change_cents"] for line in lines) == wallet["available_cents"]
    assert sum(line["held_change_cents"] for line in lines) == 0


async def test_a_bounce_after_the_deposit_is_paid_back_once_through_deaths(
    house: House, outside: Outside, agency: Agency, tmp_path: Path
) -> None:
    letter = await a_ready_letter(agency)
    letter_id = letter["letter_id"]
    await agency.finalise(letter_id, {"now": True})
    sending = await settle(agency, outside, letter_id)

    async def told() -> list[dict[str, Any]]:
        if names_in(tmp_path) != BOUNCING | GIVING_BACK:
            return []  # somebody has still to die
        return await outside.mails_to(agency.email, subject="Crédit rendu")

    await arm(house, "dispatch", BOUNCING, tmp_path)
    await arm(house, "billing", GIVING_BACK, tmp_path)
    try:
        await outside.decide(sending["operator_reference"], "bounce")
        await agency.sending_in(letter_id, "bounced", patience_s=PATIENCE_S)
        (mail,) = await until(told, what="the e-mail, after all deaths", patience_s=PATIENCE_S)
    finally:
        await disarm(house, "billing")
        await disarm(house, "dispatch")

    back, debit, *_ = (await agency.rest.get("/credit/entries"))["entries"]
    assert (back["kind"], debit["kind"]) == ("reversal", "capture")
    assert (back["cause"], back["available_change_cents"]) == (letter["number"], 540)
    assert back["credit_note_number"] in mail["text"]
    paper = await agency.file(f"/credit/credit-notes/{back['credit_note_number']}")
    assert paper.startswith(b"%PDF")
    wallet = await agency.rest.get("/credit")
    assert (wallet["available_cents"], wallet["held_cents"]) == (5_000, 0)
    assert [mail] == await outside.mails_to(agency.email, subject="Crédit rendu")
