"""The list of letters: every view, filter, order and page of it is an address."""

from datetime import date, timedelta
from typing import Final

from fastapi import APIRouter, Response

from preavis.letters.v1 import letters_pb2
from services.gateway.forms.form import Form
from services.gateway.pages.listing import FILTERS, Listing
from services.gateway.pages.rows import row_of
from services.gateway.pages.visit import Agent, Visit

router = APIRouter()

VIEWS: Final = {
    "": letters_pb2.LETTER_VIEW_ALL,
    "a-terminer": letters_pb2.LETTER_VIEW_TO_FINISH,
    "programmees": letters_pb2.LETTER_VIEW_SCHEDULED,
    "envoyees": letters_pb2.LETTER_VIEW_SENT,
}
SORTS: Final = {
    "numero": letters_pb2.LETTER_SORT_NUMBER,
    "souscripteur": letters_pb2.LETTER_SORT_POLICYHOLDER,
    "effet": letters_pb2.LETTER_SORT_EFFECT,
    "destinataire": letters_pb2.LETTER_SORT_RECIPIENT,
    "envoi": letters_pb2.LETTER_SORT_SENT,
    "modification": letters_pb2.LETTER_SORT_UPDATED,
}
TRACKING: Final = {
    "en-cours": (
        letters_pb2.TRACKING_STATE_SCHEDULED,
        letters_pb2.TRACKING_STATE_PREPARING,
        letters_pb2.TRACKING_STATE_IN_TRANSIT,
        letters_pb2.TRACKING_STATE_DEPOSITED,
        letters_pb2.TRACKING_STATE_RETRANSMITTED,
    ),
    "recues": (letters_pb2.TRACKING_STATE_SIGNED, letters_pb2.TRACKING_STATE_COLLECTED),
    "a-traiter": (
        letters_pb2.TRACKING_STATE_MANDATE_TO_SIGN,
        letters_pb2.TRACKING_STATE_BLOCKED,
        letters_pb2.TRACKING_STATE_REFUSED,
        letters_pb2.TRACKING_STATE_UNCLAIMED,
        letters_pb2.TRACKING_STATE_UNDELIVERABLE,
        letters_pb2.TRACKING_STATE_FAILED,
    ),
    "annulees": (
        letters_pb2.TRACKING_STATE_CANCELLED,
        letters_pb2.TRACKING_STATE_CANCELLED_MANDATE_UNSIGNED,
        letters_pb2.TRACKING_STATE_SIGNATURE_OVERDUE,
    ),
}
STATES: Final = {
    "en-creation": letters_pb2.LETTER_STATE_DRAFT,
    "complete": letters_pb2.LETTER_STATE_COMPLETE,
    "figee": letters_pb2.LETTER_STATE_FROZEN,
}


@router.get("/resiliations")
async def letters(visit: Agent) -> Response:
    """List letters."""
    asked = Listing.read(visit.request.query_params)
    form = Form.of(asked.values)
    filters = _filters(visit, asked, form)
    answer = await visit.house.letters.ListLetters(
        letters_pb2.ListLettersRequest(
            view=VIEWS.get(asked["vue"], letters_pb2.LETTER_VIEW_ALL),
            filters=filters,
            sort=SORTS.get(asked["tri"], letters_pb2.LETTER_SORT_NUMBER),
            descending=asked.descending,
            cursor=asked["apres"],
        )
    )
    counts = {found.view: found for found in answer.view_counts}
    return await visit.page(
        "lettres/liste.html",
        form=form,
        asked=asked,
        rows=[row_of(row) for row in answer.rows],
        next_cursor=answer.next_cursor,
        matching=answer.matching_count,
        matching_at_least=answer.matching_at_least,
        counts={name: counts.get(view) for name, view in VIEWS.items()},
        authors=answer.authors,
        filter_names=FILTERS,
    )


def _filters(visit: Visit, asked: Listing, form: Form) -> letters_pb2.LetterFilters:
    """Read the filters; a day that cannot be read is noted on the form, and filters nothing."""
    since, until = _period(visit, form, "du"), _period(visit, form, "au", days_after=1)
    sent_since = _recent(visit, asked["envoi"])
    state = STATES.get(asked["lettre"])
    return letters_pb2.LetterFilters(
        text=asked["q"] or asked["contrat"],
        number=asked["n"],
        policyholder=asked["souscripteur"],
        recipient=asked["destinataire"],
        last_covered_from=since,
        last_covered_until=until,
        sent_from=sent_since,
        letter_states=[state] if state else [],
        tracking_states=TRACKING.get(asked["suivi"], ()),
        author_profile_id=asked["auteur"],
    )


def _period(visit: Visit, form: Form, name: str, *, days_after: int = 0) -> str:
    """Return an ISO day, moved to bound a half-open period; nothing for what is no day."""
    day = form.day(name, today=visit.today)
    return (date.fromisoformat(day) + timedelta(days=days_after)).isoformat() if day else ""


def _recent(visit: Visit, days: str) -> str:
    """Return the first day of the last ``days`` days."""
    if days not in {"7", "30", "90"}:
        return ""
    return (visit.today - timedelta(days=int(days) - 1)).isoformat()
