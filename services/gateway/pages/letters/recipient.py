"""Step 2, the old insurer by a few letters of its name, and the kind of contract."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Response
from markupsafe import Markup, escape

from kit.errors import TurnedDown
from preavis.letters.v1 import letters_pb2
from services.gateway.forms.form import Form
from services.gateway.pages.letters.finding import letter_numbered
from services.gateway.pages.letters.naming import names_of
from services.gateway.pages.visit import Agent, Visit

router = APIRouter()

_SEARCH: Final = "assureur"
_ABOUT: Final = {"recipient-unknown": _SEARCH, "recipient-closed": _SEARCH}
"""Refusals said at the search, from where another body is chosen."""


@router.get("/resiliations/{number}/assureur")
async def form(visit: Agent, number: str, assureur: str | None = None, type: str = "") -> Response:  # noqa: A002 - the address says « type »
    """Search the directory; the list is in the page, and refreshed in place where it can be."""
    letter = await letter_numbered(visit, number)
    chosen = letter.recipient.recipient_id if letter.HasField("recipient") else ""
    query = letter.recipient.name if assureur is None else assureur
    known_type = letter.contracts[0].contract_type if letter.contracts else ""
    values = {"assureur": query, "recipient_id": chosen, "contract_type": type or known_type}
    return await _page(visit, letter, Form.of(values))


@router.post("/resiliations/{number}/assureur")
async def choose(visit: Agent, number: str) -> Response:
    """Write to this body; or, with the search button, look again."""
    letter = await letter_numbered(visit, number)
    sent = visit.form
    if sent.text("action") == "chercher":
        return await _page(visit, letter, sent)
    if not sent.text("recipient_id"):
        sent.mistake(_SEARCH, await _why_none(visit, sent))
    if not sent.text("contract_type"):
        sent.mistake("contract_type", "contract-type-not-chosen")
    try:
        sent.check()
        if sent.text("recipient_id") != letter.recipient.recipient_id:
            await visit.house.letters.SetRecipient(
                letters_pb2.SetRecipientRequest(
                    idempotency_key=visit.key,
                    letter_id=letter.letter_id,
                    version=int(sent.digits("version") or 0),
                    recipient_id=sent.text("recipient_id"),
                )
            )
    except TurnedDown as refusal:
        return await _page(visit, letter, sent.turned_down(refusal, about=_ABOUT))
    return visit.go(_next_page(letter, sent.text("contract_type")))


async def _why_none(visit: Visit, form: Form) -> str:
    """Return why no body is chosen: none bears this name, or one is still to be picked."""
    found = await _search(visit, form)
    return "recipient-not-chosen" if found.hits else "recipient-unknown"


async def _search(visit: Visit, form: Form) -> letters_pb2.SearchRecipientsResponse:
    return await visit.house.letters.SearchRecipients(
        letters_pb2.SearchRecipientsRequest(query=form.text(_SEARCH), limit=8)
    )


def _next_page(letter: letters_pb2.Letter, contract_type: str) -> str:
    contract = letter.contracts[0] if letter.contracts else None
    query = {"type": contract_type}
    if contract:
        query["contrat"] = contract.contract_id
    return f"/resiliations/{letter.number}/contrat?{urlencode(query)}"


async def _page(visit: Visit, letter: letters_pb2.Letter, form: Form) -> Response:
    found = await _search(visit, form)
    types = await visit.house.letters.ListContractTypes(
        letters_pb2.ListContractTypesRequest(policyholder_kind=letter.policyholder.kind)
    )
    return await visit.page(
        "lettres/assureur.html",
        form=form,
        letter=letter,
        names=names_of(letter.policyholder),
        hits=[(hit, underlined(hit)) for hit in found.hits],
        total=found.total_count,
        families=_by_family(types.contract_types),
    )


def _by_family(
    types: Sequence[letters_pb2.ContractType],
) -> list[tuple[str, str, list[letters_pb2.ContractType]]]:
    listed = sorted(types, key=lambda one: [t.family for t in types].index(one.family))
    return [
        (family, members[0].family_label, members)
        for family, found in groupby(listed, key=lambda one: one.family)
        if (members := list(found))
    ]


def underlined(hit: letters_pb2.SearchRecipientsResponse.Hit) -> Markup:
    """Return the name found, with the letters that matched marked."""
    name, pieces, at = hit.recipient.name, [], 0
    for span in sorted(hit.matched, key=lambda one: one.start):
        pieces.append(escape(name[at : span.start]))
        pieces.append(Markup('<b class="trouve">{}</b>').format(name[span.start : span.end]))
        at = span.end
    pieces.append(escape(name[at:]))
    return Markup("").join(pieces)
