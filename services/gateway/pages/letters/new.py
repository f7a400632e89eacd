"""Step 1, the policyholder: a new letter, or a change in one already begun."""

from fastapi import APIRouter, Response

from kit.errors import TurnedDown
from preavis.letters.v1 import letters_pb2
from services.gateway.forms.form import Form
from services.gateway.pages.letters import policyholder
from services.gateway.pages.letters.finding import letter_numbered
from services.gateway.pages.letters.naming import names_of
from services.gateway.pages.visit import Agent, Visit

router = APIRouter()


@router.get("/resiliations/nouvelle")
async def form(visit: Agent, depuis: str = "") -> Response:
    """Ask who ends a contract; ``depuis`` takes the policyholder of another letter."""
    if depuis:
        copied = (await letter_numbered(visit, depuis)).policyholder
        return await _page(visit, policyholder.form_of(copied), copied_from=depuis)
    return await _page(visit, Form.of({"kind": "person"}))


@router.post("/resiliations/nouvelle")
async def begin(visit: Agent) -> Response:
    """Begin the letter, and go on to the old insurer."""
    sent = visit.form
    given = policyholder.read(sent, today=visit.today)
    try:
        sent.check()
        answer = await visit.house.letters.CreateLetter(
            letters_pb2.CreateLetterRequest(idempotency_key=visit.key, policyholder=given)
        )
    except TurnedDown as refusal:
        return await _page(visit, sent.turned_down(refusal, policyholder.NAMES))
    return visit.go(f"/resiliations/{answer.letter.number}/assureur")


@router.post("/resiliations/{number}/suite")
async def follow(visit: Agent, number: str) -> Response:
    """Prepare the next letter of the same file, and show it."""
    letter = await letter_numbered(visit, number)
    answer = await visit.house.letters.FollowLetter(
        letters_pb2.FollowLetterRequest(
            idempotency_key=visit.key,
            letter_id=letter.letter_id,
            ground=visit.form.text("ground"),
        )
    )
    return visit.go(f"/resiliations/{answer.letter.number}")


@router.get("/resiliations/{number}/souscripteur")
async def edit(visit: Agent, number: str) -> Response:
    """Show the policyholder of a letter."""
    letter = await letter_numbered(visit, number)
    return await _page(visit, policyholder.form_of(letter.policyholder), letter=letter)


@router.post("/resiliations/{number}/souscripteur")
async def save(visit: Agent, number: str) -> Response:
    """Change the policyholder of a letter."""
    letter = await letter_numbered(visit, number)
    sent = visit.form
    given = policyholder.read(sent, today=visit.today)
    try:
        sent.check()
        await visit.house.letters.UpdatePolicyholder(
            letters_pb2.UpdatePolicyholderRequest(
                idempotency_key=visit.key,
                letter_id=letter.letter_id,
                version=int(sent.digits("version") or 0),
                policyholder=given,
            )
        )
    except TurnedDown as refusal:
        shown = sent.turned_down(refusal, policyholder.NAMES)
        return await _page(visit, shown, letter=letter)
    if letter.contracts:
        return visit.go(f"/resiliations/{number}", "policyholder-saved")
    return visit.go(f"/resiliations/{number}/assureur")


async def _page(
    visit: Visit,
    form: Form,
    *,
    letter: letters_pb2.Letter | None = None,
    copied_from: str = "",
) -> Response:
    return await visit.page(
        "lettres/souscripteur.html",
        form=form,
        letter=letter,
        names=names_of(letter.policyholder) if letter else "",
        copied_from=copied_from,
    )
