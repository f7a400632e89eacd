"""The whole journey by REST: from a stranger to a proven receipt."""

import hashlib
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from kit.days import add_months, paris_date
from local.demo.rest import Refused, Rest
from local.house import House
from tests.e2e.agency import Agency
from tests.e2e.outside import Outside
from tests.e2e.proofs import verdict_on

pytestmark = pytest.mark.servers


def hamon(new_start: date) -> dict[str, str]:
    """The fields of a car contract of 2020, ended for a new one."""
    return {
        "first_subscription": "2020-02-05",
        "wanted_new_start": new_start.isoformat(),
        "new_insurer_name": "Solenne Assurances",
        "acts_for_new_insurer": "true",
    }


@pytest.fixture
async def agency(house: House, outside: Outside) -> Agency:
    """An agency that may send, with credit."""
    client = httpx.AsyncClient(base_url=house.plan.public_url, timeout=60)
    opened = await Agency.open(Rest(client), outside)
    await opened.prove()
    await opened.buy(5_000)
    return opened


async def one_more_is_confirmed(agency: Agency, sent: dict[str, Any], new_start: date) -> None:
    """Write a second letter for the contract: it asks to be confirmed, and holds nothing."""
    letter = await agency.write(
        body="assurances", contract_type="auto", ground="HAMON", fields=hamon(new_start)
    )
    await agency.leave_mandate_out(letter["letter_id"])
    timing = {"new_start": new_start.isoformat()}
    validation = await agency.confirmed(letter["letter_id"], timing)
    assert validation["same_contract_confirmed"]

    unseen = validation | {"same_contract_confirmed": False}
    with pytest.raises(Refused, match="same-contract-lately") as refused:
        await agency.validate(letter["letter_id"], unseen, key=uuid4().hex)

    assert sent["number"] in str(refused.value)
    assert (await agency.rest.get("/credit"))["held_cents"] == 540


async def test_a_hamon_letter_is_sent_on_its_computed_day_and_its_receipt_proven(
    agency: Agency, outside: Outside, house: House
) -> None:
    new_start = (paris_date(await outside.now()) + timedelta(days=60)).replace(day=15)
    letter = await agency.write(
        body="assurances", contract_type="auto", ground="HAMON", fields=hamon(new_start)
    )
    letter_id, address = letter["letter_id"], letter["recipient"]["electronic_address"]
    await agency.leave_mandate_out(letter_id)

    preflight = await agency.rest.get(f"/letters/{letter_id}/preflight")
    assert preflight["ready"], preflight["actions"]
    sending = await agency.finalise(letter_id, {"new_start": new_start.isoformat()})

    # covered until the 14th: received on the 14th of the month before, sent on the 13th
    send_day = add_months(new_start, -1) - timedelta(days=2)
    assert sending["state"] == "scheduled"
    assert sending["send_day"] == send_day.isoformat()
    assert sending["last_covered_day"] == (new_start - timedelta(days=1)).isoformat()
    wallet = await agency.rest.get("/credit")
    assert (wallet["available_cents"], wallet["held_cents"]) == (5_000 - 540, 540)

    await one_more_is_confirmed(agency, letter, new_start)

    await outside.live_until(send_day.isoformat())
    deposited = await agency.sending_in(letter_id, "deposited")
    assert deposited["deposit_day"] == send_day.isoformat()
    sent = await outside.letters_of(agency.email, letter["number"])
    assert [one["to_email"] for one in sent] == [address]
    notice = await outside.mail_to(address)
    assert "Béraud" not in notice["text"] + notice["subject"]

    await outside.answer(address, "accept")
    signed = await agency.sending_in(letter_id, "signed")
    wallet = await agency.rest.get("/credit")
    assert (wallet["available_cents"], wallet["held_cents"]) == (5_000 - 540, 0)

    proofs = {proof["kind"]: proof for proof in signed["proofs"]}
    assert {"deposit", "receipt"} <= proofs.keys()
    for kind, proof in proofs.items():
        data = await agency.download(letter_id, kind)
        assert hashlib.sha256(data).hexdigest() == proof["sha256"]
    sheet = await agency.evidence(letter_id)
    assert verdict_on(sheet, house) == 0
