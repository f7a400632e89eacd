"""The main pages with hostile texts, in a real browser: nothing runs, and nothing is asked."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

import pytest
from playwright.async_api import Browser, Route, expect

from kit.text import tidy
from tests.e2e.browser.person import said, words
from tests.e2e.browser.test_sending import open_portal
from tests.e2e.browser.writing import PERSON, Case, write
from tests.prove.hostile.checks.markup import Policy, faults_of_page
from tests.prove.hostile.job import Job
from tests.prove.hostile.texts import HOSTILE, MARK
from tests.prove.hostile.watching import Watcher

pytestmark = [
    pytest.mark.prove, pytest.mark.servers, pytest.mark.browser, pytest.mark.timeout(600),
]  # fmt: skip

Window = Callable[..., Awaitable[Watcher]]
TYPED: Final = ("markup", "htmx", "header in disguise", "far image")


@pytest.fixture
async def window(browser: Browser, job: Job) -> AsyncIterator[Window]:
    """Open the window of a session, or of a stranger; nothing happened in any of them."""
    opened: list[Watcher] = []
    plan = job.house.plan
    ours = (plan.public_url, plan.sandbox_url, f"http://localhost:{plan.ports['files']}/")

    async def open_window(token: str = "") -> Watcher:
        context = await browser.new_context(base_url=plan.public_url, locale="fr-FR")
        if token:
            cookie = {"name": "preavis", "value": token, "url": plan.public_url}
            await context.add_cookies([cookie])  # type: ignore[list-item]  # a cookie of three
        opened.append(Watcher.looking(await context.new_page(), *ours))
        return opened[-1]

    yield open_window
    for person in opened:
        await person.has_run_nothing()
        await person.page.context.close()


@pytest.mark.parametrize(
    "dirty",
    [
        "<img src='http://127.0.0.1:9/x.png'>",
        f"<img src='/{MARK}.png'>",
        f"<script>window.{MARK} = 1</script>",
        "<script>alert(1)</script>",
        "<script>console.error('x')</script>",
    ],
)
async def test_a_watcher_sees_what_a_text_does(browser: Browser, dirty: str) -> None:
    page = await browser.new_page()
    watcher, shown = Watcher.looking(page, "http://ours.example/"), ["<p>Bonjour</p>", dirty]

    async def show(route: Route) -> None:
        await route.fulfill(body=shown[0], content_type="text/html")

    await page.route("**/*", show)
    await watcher.open("http://ours.example/")
    shown.pop(0)

    with pytest.raises(AssertionError):
        await watcher.open("http://ours.example/")
    await page.close()


async def test_an_agent_looks_at_letters(job: Job, window: Window) -> None:
    for member in job.members:
        agent = await window(member.door.token)
        theirs = [one for one in (*job.letters, *job.drafts) if one.member is member]
        for written in theirs[::3]:
            for path in ("", "/suivi", "/mandat", "/contrat", "/souscripteur", "/complements"):
                await agent.open(f"/resiliations/{written.number}{path}")
        for path in ("/resiliations", "/tableau-de-bord", "/facturation", "/compte/justificatifs"):
            await agent.open(path)


async def test_an_agent_searches_a_hostile_directory(job: Job, window: Window) -> None:
    agent = await window(job.drafts[0].member.door.token)
    await agent.open(f"/resiliations/{job.drafts[0].number}/assureur")
    search = agent.page.get_by_role("searchbox", name=words("Ancien assureur"))
    for text in (MARK, f"{MARK}0001", '"><b', "<script>", "' hx-get='/x"):
        await search.fill("")
        await search.press_sequentially(text)
        await expect(agent.page.locator("#compte-resultats")).to_contain_text(
            said("organisme"), timeout=5_000
        )
        await agent.has_run_nothing()


@pytest.mark.parametrize("name", TYPED)
async def test_an_agent_types_them_in_forms(job: Job, window: Window, name: str) -> None:
    text = HOSTILE[name][:60]
    agent = await window(job.members[0].door.token)
    answers = {"Motif de la résiliation": HOSTILE[name], "Numéro du contrat": text[:40]}
    policyholder = {**PERSON, "Nom": text, "Ville": text, "Numéro et voie": text}
    case = Case(
        "Assurances Haut-Verveine", "Auto", "Motif personnalisé", answers, ("J'ai vérifié",),
        policyholder=policyholder,
    )  # fmt: skip

    number = await write(agent, case)

    await agent.sees_heading(f"Mme Hélène {tidy(text)} quitte")
    sheet = agent.page.get_by_role("article", name="Texte de la lettre")
    await expect(sheet).to_contain_text(said(tidy(text)))
    await agent.open(f"/resiliations/{number}/contrat")


async def test_the_team_looks_at_accounts(job: Job, window: Window) -> None:
    staff = await window(job.staff.token)
    for member in job.members:
        at = member.account["id"]
        await staff.open(f"/equipe/verifications/{at}")
        await staff.sees(member.trade_name)
        await staff.open(f"/equipe/credits/{at}")
        await staff.open("/equipe/comptes")


async def test_a_recipient_opens_the_letter(job: Job, window: Window) -> None:
    recipient = await window()
    there = await job.at_the_operator(job.unread)
    await open_portal(recipient, job.outside, there["to_email"])
    await recipient.tick("Je confirme que j'accepte")
    await recipient.press("Accepter et lire le pli")
    await recipient.sees_heading("Vous avez accepté ce pli")
    policy = Policy(origins=(job.house.plan.public_url, job.house.plan.sandbox_url))
    assert not list(faults_of_page(await recipient.page.content(), policy))


async def test_somebody_reads_the_e_mails(job: Job, window: Window) -> None:
    reader = await window()
    mails = await job.outside.mails_to("client.example")
    assert len(mails) > 10
    for mail in mails[::3]:
        await reader.open(f"{job.outside.http.base_url}/courriels/{mail['id']}")
