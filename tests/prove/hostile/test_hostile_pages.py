"""Every page that shows a hostile text, read as a browser reads it; and the forms that take one."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from tests.e2e.agency import newcomer
from tests.prove.hostile.checks.markup import Policy, faults_of_page, words_of_page
from tests.prove.hostile.doors import Door
from tests.prove.hostile.job import Job
from tests.prove.hostile.sitting import Sitting
from tests.prove.hostile.texts import HOSTILE, MARK

pytestmark = [pytest.mark.prove, pytest.mark.servers, pytest.mark.timeout(600)]

OF_A_LETTER: Final = (
    "", "/souscripteur", "/assureur", "/contrat", "/complements", "/mandat", "/finaliser",
    "/suivi", "/date", "/annuler",
)  # fmt: skip
OF_AN_ACCOUNT: Final = (
    "/tableau-de-bord", "/compte", "/compte/justificatifs", "/compte/securite", "/facturation",
    "/credit", "/resiliations", "/resiliations?vue=envoyees", "/resiliations?tri=destinataire",
)  # fmt: skip
FILTERS: Final = ("q", "n", "souscripteur", "contrat", "destinataire", "auteur", "du", "tri",
                  "apres", "vue")  # fmt: skip
TYPED: Final = {name: text for name, text in HOSTILE.items() if "\ud83d" not in text}
PERSON: Final = (
    "persons.0.first_name", "persons.0.last_name", "persons.0.birth_name", "persons.0.birth_day",
    "persons.1.last_name", "company.name", "company.siret", "company.representative",
    "address_lines.0", "address_lines.1", "postcode", "town", "emails.0", "phone",
    "client_reference",
)  # fmt: skip


def policy(job: Job) -> Policy:
    """Return what our pages may name: the files' origin, the sandbox's card page."""
    files = f"http://localhost:{job.house.plan.ports['files']}/"
    return Policy(origins=(files, job.house.plan.sandbox_url))


def faults(job: Job, answers: Iterable[httpx.Response], *, echoes: bool = False) -> list[str]:
    """Read pages; one that ``echoes`` a refused form shows what was typed, invisible or not."""
    found = []
    for answer in answers:
        assert answer.status_code < 500, f"{answer.request.url}: {answer.status_code}"
        if answer.headers.get("content-type", "").startswith("text/html"):
            page = faults_of_page(answer.text, policy(job))
            kept = [one for one in page if not (echoes and "U+" in one)]
            found += [f"{answer.request.url.path}: {one}" for one in kept]
    return found


def sitting(job: Job, rank: int) -> Sitting:
    """Return the browser of one of the agencies."""
    return Sitting(job.http, job.members[rank].door.token)


async def test_pages_of_letters_hold_texts_as_texts(job: Job) -> None:
    answers, shown = [], 0
    for written in (*job.letters, *job.drafts):
        browser = Sitting(job.http, written.member.door.token)
        for path in OF_A_LETTER:
            answers.append(await browser.open(f"/resiliations/{written.number}{path}"))
            shown += MARK in words_of_page(answers[-1].text)

    assert shown > 3 * len(job.letters)
    found = faults(job, answers)
    assert not found, "\n".join(found[:20])


async def test_pages_of_accounts_hold_texts_as_texts(job: Job) -> None:
    answers = [
        await sitting(job, rank).open(path)
        for rank in range(len(job.members))
        for path in OF_AN_ACCOUNT
    ]

    assert sum(MARK in words_of_page(answer.text) for answer in answers) > len(job.members)
    found = faults(job, answers)
    assert not found, "\n".join(found[:20])


async def test_pages_of_the_team_hold_texts_as_texts(job: Job) -> None:
    staff = Sitting(job.http, job.staff.token)
    answers = [await staff.open(path) for path in ("/equipe/verifications", "/equipe/credits",
               "/equipe/envois-inconnus", "/equipe/comptes")]  # fmt: skip
    for member in job.members:
        at = member.account["id"]
        answers += [
            await staff.open(f"/equipe/verifications/{at}"),
            await staff.open(f"/equipe/credits/{at}"),
            await staff.open("/equipe/comptes", q=member.trade_name),
        ]

    assert sum(MARK in words_of_page(answer.text) for answer in answers) >= len(job.members)
    found = faults(job, answers)
    assert not found, "\n".join(found[:20])


async def test_what_an_address_says_is_shown_as_a_text(job: Job) -> None:
    agent, staff = sitting(job, 0), Sitting(job.http, job.staff.token)
    number = job.drafts[0].number
    answers = []
    for text in TYPED.values():
        short = text[:500]
        answers += [await agent.open("/resiliations", **{name: short}) for name in FILTERS]
        answers.append(await agent.open(f"/resiliations/{number}/assureur", assureur=short))
        answers.append(await agent.open("/credit", pour=short))
        answers.append(await staff.open("/equipe/comptes", q=short))
        answers.append(await agent.open("/" + quote(text[:100], safe="")))

    found = faults(job, answers, echoes=True)
    assert not found, "\n".join(found[:20])


async def test_a_form_gives_back_what_it_refused_as_a_text(job: Job) -> None:
    agent, answers, taken = sitting(job, 1), [], 0
    for text in TYPED.values():
        for kind in ("person", "company"):
            fields = {**dict.fromkeys(PERSON, text), "kind": kind, "persons.0.title": "madame"}
            answers.append(await agent.send("/resiliations/nouvelle", fields))
            right = fields | {
                "postcode": "38000", "emails.0": "a@client.example", "phone": "",
                "persons.0.birth_day": "", "company.siret": "00045812500010",
                "persons.1.last_name": "",
            }  # fmt: skip
            answers.append(await agent.send("/resiliations/nouvelle", right))
            taken += answers[-1].status_code == httpx.codes.SEE_OTHER

    assert {answer.status_code for answer in answers[::2]} == {httpx.codes.UNPROCESSABLE_ENTITY}
    assert taken > len(TYPED)
    found = faults(job, answers, echoes=True)
    assert not found, "\n".join(found[:20])


async def test_the_other_forms_of_a_letter_do_so_too(job: Job) -> None:
    draft = job.drafts[0]
    agent, at = Sitting(job.http, draft.member.door.token), f"/resiliations/{draft.number}"
    contract = {"action": "enregistrer", "contract_type": "auto", "ground": "CUSTOM"}
    answers = []
    for text in TYPED.values():
        extras = dict.fromkeys(("free_text", "former_agent_email", "client_reference"), text)
        answers.append(await agent.send(f"{at}/complements", extras))
        fields = dict.fromkeys(
            ("reference", "fields.vehicle_plate", "fields.ground_text", "fields.ground_article",
             "fields.wanted_last_covered_day"), text,
        )  # fmt: skip
        answers.append(await agent.send(f"{at}/contrat", {**contract, **fields}))
        answers.append(await agent.send(f"{at}/assureur", {"assureur": text}))
        answers.append(await agent.send(f"{at}/finaliser", {"send_day": text, "kind": text}))
        named = {"file": (text[:150] or "x", b"not a document", "application/pdf")}
        answers.append(await agent.send(f"{at}/mandat", {}, to=f"{at}/mandat/scan", files=named))

    found = faults(job, answers, echoes=True)
    assert not found, "\n".join(found[:20])


async def test_forms_of_strangers_and_of_the_team_do_so_too(job: Job) -> None:
    stranger, staff = Sitting(job.http), Sitting(job.http, job.staff.token)
    given = await newcomer(job.outside, f"{uuid4().hex[:8]}@essai.example")
    names = ("first_name", "last_name", "trade_name", "street", "complement", "postcode", "town",
             "phone", "mobile", "orias_number", "siret", "email")  # fmt: skip
    at, answers = job.members[0].account["id"], []
    for text in TYPED.values():
        form = {**dict.fromkeys(names, text), "kind": "intermediary", "password": given["password"]}
        answers.append(await stranger.send("/inscription", form))
        for name in ("reference", "amount", "received_on", "transfer_note"):
            transfer = {"reference": "VIR-0001", "amount": "1", "received_on": "", name: text}
            path = f"/equipe/credits/{at}"
            answers.append(await staff.send(path, transfer, to=f"{path}/virements"))

    found = faults(job, answers, echoes=True)
    assert not found, "\n".join(found[:20])


async def test_problems_of_the_api_are_json_whatever_was_asked(job: Job) -> None:
    door: Door = job.members[0].door
    for text in TYPED.values():
        answer = await door.ask("GET", "/recipients", query={"q": text[:300]})
        assert answer.headers["content-type"] in {"application/json", "application/problem+json"}
        for path in ("/letters", "/staff/accounts", "/problems"):
            found = await door.ask("GET", f"{path}/{quote(text[:60], safe='')}")
            assert found.headers["content-type"].startswith("application/problem+json"), path
            assert found.headers["x-content-type-options"] == "nosniff"
            assert found.status_code < 500
