"""The operator's protocol, as an integrator meets it."""

import io
import time
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from pypdf import PdfReader

from local.sandbox.operator.users import code
from local.sandbox.testing import Running
from local.sandbox.tests.ar24 import PDF, Caller
from local.sandbox.tests.waiting import Listener, until
from tests.support.time import SettableClock

pytestmark = pytest.mark.servers


async def sent(caller: Caller, sender: str, number: str) -> dict[str, Any]:
    """Wait until a letter has left the waiting room."""

    async def look() -> dict[str, Any] | None:
        mail = await caller.mail(sender, number)
        return mail if mail["status"] != "waiting" else None

    found = await until(look)
    assert found is not None
    return found


@pytest.mark.parametrize("mode", ["whole", "result", "clear"])
async def test_each_mode_of_answer_can_be_read(client: httpx.AsyncClient, mode: str) -> None:
    await client.put("/sandbox/faults/ar24", json={"answers": {"mode": mode}})
    caller = Caller(client)

    sender = await caller.sender()

    assert (await caller.call("GET", "user/", {"id_user": sender}))[
        "company"
    ] == "Béraud Assurances"


async def test_answers_are_encrypted_whole_by_default(client: httpx.AsyncClient) -> None:
    caller = Caller(client)
    await caller.sender()

    answer = await caller.raw("GET", "user/", {"email": "agence@beraud.example"})

    assert "SUCCESS" not in answer.text


async def test_the_door_says_in_clear_what_is_wrong(client: httpx.AsyncClient) -> None:
    stranger, late, forger = Caller(client), Caller(client), Caller(client)
    stranger.token = "another"
    late.date = "2026-01-01 00:00:00"
    forger.key = "another key"

    slugs = [await each.slug("GET", "user/", {"id_user": "1"}) for each in (stranger, late, forger)]

    assert slugs == ["token_invalid", "invalid_date", "invalid_signature"]


async def test_the_date_may_be_that_of_business_time(
    client: httpx.AsyncClient, clock: SettableClock
) -> None:
    clock.set("Thu 2026-12-31 09:00")
    caller = Caller(client)
    caller.date = "2026-12-31 09:05:00"

    assert await caller.sender()


async def test_a_sender_opens_one_account_per_address(client: httpx.AsyncClient) -> None:
    caller = Caller(client)
    await caller.sender()

    with pytest.raises(AssertionError, match="user_already_exist"):
        await caller.sender()


@pytest.mark.parametrize(
    ("wrong", "slug"),
    [
        ({"to_email": "nobody"}, "invalid_to_email"),
        ({"dest_statut": "ami"}, "invalid_dest_statut"),
        ({"to_company": ""}, "missing_to_company"),
        ({"attachment[0]": "999"}, "attachment_not_exist"),
        ({"payment_slug": "gratuit"}, "invalid_payment_slug"),
        ({"eidas": "1"}, "invalid_auth_otp_hash"),
        ({"id_user": "1"}, "user_not_exist"),
    ],
)
async def test_a_letter_that_cannot_leave_is_turned_down(
    client: httpx.AsyncClient, wrong: dict[str, str], slug: str
) -> None:
    caller = Caller(client)
    sender = await caller.sender()

    with pytest.raises(AssertionError, match=slug):
        await caller.send(sender, **wrong)


async def test_another_senders_file_and_letter_do_not_exist(client: httpx.AsyncClient) -> None:
    caller = Caller(client)
    mine, other = await caller.sender(), await caller.sender("autre@agence.example")
    file = await caller.call("POST", "attachment/", {"id_user": mine}, {"file": ("a.pdf", PDF)})
    letter = await caller.send(mine)

    with pytest.raises(AssertionError, match="attachment_not_exist"):
        await caller.send(other, **{"attachment[0]": file["file_id"]})
    with pytest.raises(AssertionError, match="mail_not_exist"):
        await caller.mail(other, letter["id"])


async def test_a_deposit_is_proven_and_dated_in_business_time(
    client: httpx.AsyncClient, clock: SettableClock
) -> None:
    clock.set("Sun 2026-11-29 08:00")
    caller = Caller(client)
    sender = await caller.sender()

    letter = await caller.send(sender)
    told = await sent(caller, sender, letter["id"])

    assert letter["status"] == "waiting"
    assert letter["proof_ev_url"] == ""
    assert (told["status"], told["ref_dossier"]) == ("sent", "attempt-1")
    assert told["ts_ev_date"] == "2026-11-29 08:00:00"
    proof = (await client.get(told["proof_ev_url"])).content
    assert proof.startswith(b"%PDF")
    assert proof == (await client.get(told["proof_ev_url"])).content
    assert (await client.get(told["proof_ev_url"].split("?")[0])).status_code == 404
    assert (await client.get(told["attachments_details"][0]["download_url"])).content == PDF
    assert (await client.get(told["zip"])).content.startswith(b"PK")


async def test_letters_are_found_by_the_operators_number_only(client: httpx.AsyncClient) -> None:
    caller = Caller(client)
    sender = await caller.sender()
    letters = [await caller.send(sender, ref_dossier=f"attempt-{n}") for n in range(2)]

    listed = await caller.call("GET", "user/mail", {"id_user": sender, "mail[0]": letters[1]["id"]})
    searched = await caller.call(
        "GET", "user/mail", {"id_user": sender, "ref_dossier": "attempt-0"}
    )

    assert [mail["ref_dossier"] for mail in listed] == ["attempt-1"]
    assert searched == []


async def test_a_person_finds_a_letter_by_our_reference_in_the_customer_area(
    client: httpx.AsyncClient,
) -> None:
    caller = Caller(client)
    sender = await caller.sender()
    letters = [await caller.send(sender, ref_dossier=f"looked-{n}") for n in range(2)]

    seen = (await client.get("/sandbox/letters", params={"ours": "looked-1"})).json()
    none = (await client.get("/sandbox/letters", params={"ours": "looked-9"})).json()

    assert ([mail["id"] for mail in seen], none) == ([letters[1]["id"]], [])


async def test_a_letter_the_operator_refuses_is_not_taken(client: httpx.AsyncClient) -> None:
    caller = Caller(client)
    sender = await caller.sender()
    await client.put("/sandbox/faults/ar24", json={"rejected": {"times": 1}})

    with pytest.raises(AssertionError, match="invalid_to_email"):
        await caller.send(sender, ref_dossier="refused")

    seen = (await client.get("/sandbox/letters", params={"ours": "refused"})).json()
    assert seen == []
    await caller.send(sender, ref_dossier="refused")


async def test_an_unanswered_letter_lapses_when_the_fifteenth_day_is_over(
    client: httpx.AsyncClient, clock: SettableClock
) -> None:
    clock.set("Mon 2026-03-02 23:59")
    caller = Caller(client)
    sender = await caller.sender()
    letter = await caller.send(sender)
    told = await sent(caller, sender, letter["id"])

    clock.set("Tue 2026-03-17 23:59")
    assert (await client.get("/sandbox/due")).json()["next"] is not None
    still_open = (await caller.mail(sender, letter["id"]))["status"]
    clock.set("Wed 2026-03-18 00:00")

    async def lapsed() -> bool:
        return bool((await caller.mail(sender, letter["id"]))["proof_ng_url"])

    await until(lapsed)
    over = await caller.mail(sender, letter["id"])
    assert (told["status"], still_open, over["status"]) == ("sent", "sent", "negligence")
    assert over["negligence_date"] == "2026-03-18 00:00:00"
    refused = await client.post(f"/sandbox/letters/{letter['id']}/accept")
    assert refused.status_code == 409


@pytest.mark.parametrize(
    ("move", "state", "date_field", "proof"),
    [
        ("accept", "AR", "view_date", "proof_ar_url"),
        ("refuse", "refused", "refused_date", "proof_rf_url"),
    ],
)
async def test_news_of_each_state_name_the_letter_and_its_proof(
    client: httpx.AsyncClient, move: str, state: str, date_field: str, proof: str
) -> None:
    listener = Listener()
    caller = Caller(client)
    sender = await caller.sender()
    letter = await caller.send(sender, webhook=await listener.start())
    await sent(caller, sender, letter["id"])

    await client.post(f"/sandbox/letters/{letter['id']}/{move}")

    async def both() -> bool:
        return len(listener.received) == 2

    await until(both)
    await listener.stop()
    news = [parse_qs(body.decode()) for _, body in listener.received]
    assert [each["new_state"][0] for each in news] == ["sent", state]
    assert news[1]["id_mail"] == [letter["id"]]
    assert date_field in news[1]
    told = await caller.mail(sender, letter["id"])
    assert news[1]["proof_url"] == [told[proof]]
    assert (await client.get(told[proof])).content.startswith(b"%PDF")


async def test_news_are_repeated_until_they_are_taken(client: httpx.AsyncClient) -> None:
    listener = Listener()
    listener.answers = [500, 503]
    caller = Caller(client)
    sender = await caller.sender()

    await caller.send(sender, webhook=await listener.start())

    async def thrice() -> bool:
        return len(listener.received) == 3

    await until(thrice)
    await listener.stop()
    assert len({body for _, body in listener.received}) == 1
    assert (await client.get("/sandbox/due")).json()["quiet"] is True


async def test_an_address_that_does_not_exist_bounces(client: httpx.AsyncClient) -> None:
    caller = Caller(client)
    sender = await caller.sender()

    letter = await caller.send(sender, to_email="rebond@val-dambre.example")

    told = await sent(caller, sender, letter["id"])
    assert (told["status"], told["send_fail"]) == ("bounced", 1)
    assert (await client.get(told["proof_bc_url"])).content.startswith(b"%PDF")
    assert (await client.get("/sandbox/mails")).json() == []


async def test_a_qualified_letter_needs_the_senders_code_of_the_moment(
    client: httpx.AsyncClient, sandbox: Running
) -> None:
    caller = Caller(client)
    sender = await caller.sender()
    secret = sandbox.world.store.value("SELECT otp_secret FROM operator_user")
    now = int(time.time()) // 30

    wrong = await caller.slug("POST", "user/auth_otp/", {"id_user": sender, "otp": "abcdef"})
    session = await caller.call(
        "POST", "user/auth_otp/", {"id_user": sender, "otp": code(secret, now)}
    )
    letter = await caller.send(sender, eidas="1", auth_otp_hash=session["hash"])

    assert wrong == "invalid_otp"
    assert letter["is_eidas"] == 1


async def test_the_quota_of_the_day_counts_twenty_four_hours(
    client: httpx.AsyncClient, clock: SettableClock
) -> None:
    await client.put("/sandbox/faults/ar24", json={"quota": {"sends": 1}})
    caller = Caller(client)
    sender = await caller.sender()
    await caller.send(sender)

    with pytest.raises(AssertionError, match="quota_exceeded"):
        await caller.send(sender)
    clock.advance(timedelta(hours=24, seconds=1))
    assert await caller.send(sender)


async def test_no_document_of_the_operator_claims_to_be_qualified(
    client: httpx.AsyncClient, sandbox: Running
) -> None:
    caller = Caller(client)
    sender = await caller.sender()
    letter = await caller.send(sender)
    await sent(caller, sender, letter["id"])

    proof = sandbox.world.store.value("SELECT data FROM operator_proof")
    mail = (await client.get("/sandbox/mails")).json()[0]

    text = proof_text(proof)
    assert "DÉMONSTRATION" in text
    assert "non qualifié" in text
    assert "lettre recommandée électronique" not in text.lower() + mail["text"].lower()
    assert "non qualifié" in mail["text"]


def proof_text(proof: bytes) -> str:
    return " ".join(PdfReader(io.BytesIO(proof)).pages[0].extract_text().split())
