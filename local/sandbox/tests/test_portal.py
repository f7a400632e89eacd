"""The recipient's side: told without names, identified, then free to accept or refuse."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest

from local.sandbox.tests.ar24 import PDF, Caller
from local.sandbox.tests.waiting import until
from tests.support.time import SettableClock

pytestmark = pytest.mark.servers
SECRETS = ("Béraud", "beraud", "lettre.pdf", "attempt-1", "Résiliation du contrat")


@dataclass
class Recipient:
    """Somebody reading their mail and following its link."""

    browser: httpx.AsyncClient
    portal: str

    async def mails(self) -> list[str]:
        found = (await self.browser.get("/sandbox/mails?to=resiliations")).json()
        return [mail["text"] + mail["html"] + mail["subject"] for mail in found]

    async def ask_code(self) -> str:
        await self.browser.post(f"{self.portal}/code")
        code = re.search(r"\b\d{6}\b", (await self.mails())[-1])
        assert code
        return code.group()

    async def identify(self, code: str) -> str:
        answer = await self.browser.post(f"{self.portal}/identification", data={"code": code})
        return answer.text

    async def choose(self, choice: str, confirmed: str = "oui") -> str:
        answer = await self.browser.post(
            f"{self.portal}/choix", data={"choice": choice, "confirmed": confirmed}
        )
        return answer.text


@pytest.fixture
async def recipient(client: httpx.AsyncClient) -> AsyncIterator[Recipient]:
    caller = Caller(client)
    await caller.send(await caller.sender(), content="Résiliation du contrat 12")

    async def notice() -> str:
        found = (await client.get("/sandbox/mails?to=resiliations")).json()
        return found[0]["links"][0] if found else ""

    portal = await until(notice)
    async with httpx.AsyncClient(base_url=client.base_url, follow_redirects=True) as browser:
        yield Recipient(browser, portal)


async def test_neither_the_notice_nor_the_page_names_the_sender_or_the_content(
    recipient: Recipient,
) -> None:
    page = (await recipient.browser.get(recipient.portal)).text
    await recipient.ask_code()

    for text in (page, *await recipient.mails()):
        assert not [secret for secret in SECRETS if secret in text]
        assert "Démonstration" in text
    assert "28 janvier 2027" in page.replace("\u00a0", " ")


async def test_nothing_can_be_chosen_before_identification(
    recipient: Recipient, client: httpx.AsyncClient
) -> None:
    page = await recipient.choose("accepter")

    assert "Identifiez-vous" in page
    assert (await client.get("/sandbox/letters")).json()[0]["status"] == "sent"


async def test_the_accepted_letter_is_shown_and_downloaded(recipient: Recipient) -> None:
    await recipient.identify(await recipient.ask_code())
    unticked = await recipient.choose("accepter", confirmed="")
    page = await recipient.choose("accepter")

    assert "Cochez la case" in unticked
    assert "Béraud Assurances" in page
    link = re.search(r"/portail/[^\"]+/fichiers/\d+", page)
    assert link
    assert (await recipient.browser.get(link.group())).content == PDF


async def test_a_refused_letter_stays_closed(
    recipient: Recipient, client: httpx.AsyncClient
) -> None:
    await recipient.identify(await recipient.ask_code())
    page = await recipient.choose("refuser")

    assert "Vous avez refusé ce pli" in page
    assert not [secret for secret in SECRETS if secret in page]
    number = (await client.get("/sandbox/letters")).json()[0]["attachments"][0]
    stolen = await recipient.browser.get(f"{recipient.portal}/fichiers/{number}")
    assert stolen.status_code == 404


async def test_an_accepted_letter_tells_its_content_only_to_who_identified(
    recipient: Recipient, client: httpx.AsyncClient
) -> None:
    await recipient.identify(await recipient.ask_code())
    await recipient.choose("accepter")

    stranger = await client.get(recipient.portal)

    assert not [secret for secret in SECRETS if secret in stranger.text]


async def test_six_wrong_codes_lock_the_letter_for_three_hours(
    recipient: Recipient, clock: SettableClock
) -> None:
    good = await recipient.ask_code()
    wrong = "000000" if good != "000000" else "111111"
    pages = [await recipient.identify(wrong) for _ in range(6)]

    assert "Six codes faux" not in pages[4]
    assert "Six codes faux" in pages[5]
    assert "Six codes faux" in await recipient.identify(good)
    clock.advance(timedelta(hours=3))
    assert "Acceptez ou refusez" in await recipient.identify(await recipient.ask_code())


async def test_a_code_lives_fifteen_minutes_and_serves_once(
    recipient: Recipient, clock: SettableClock, client: httpx.AsyncClient
) -> None:
    old = await recipient.ask_code()
    clock.advance(timedelta(minutes=15))
    late = await recipient.identify(old)
    code = await recipient.ask_code()
    await recipient.identify(code)

    assert "plus de quinze minutes" in late
    again = await client.post(f"{recipient.portal}/identification", data={"code": code})
    assert "pli" not in again.cookies


async def test_anybody_can_check_that_a_message_is_genuine(client: httpx.AsyncClient) -> None:
    caller = Caller(client)
    await caller.send(await caller.sender())
    reference = (await client.get("/sandbox/letters")).json()[0]["reference"]

    genuine = await client.get("/verifier-un-message", params={"reference": reference.lower()})
    forged = await client.get("/verifier-un-message", params={"reference": "DEMO-1-000000"})

    assert "Oui" in genuine.text
    assert "Non" in forged.text
    assert not [secret for secret in SECRETS if secret in genuine.text]


async def test_the_recipient_is_reminded_once(recipient: Recipient, clock: SettableClock) -> None:
    clock.set("Sat 2027-01-23 09:00")

    async def reminded() -> bool:
        return len(await recipient.mails()) == 2

    await until(reminded)
    assert "toujours" in (await recipient.mails())[1]
