"""REST ``/v1``: the same abilities as the pages, for programs (OpenAPI 3.1, RFC 9457 problems)."""

from fastapi import FastAPI, Request
from starlette.datastructures import State

from services.gateway.api import (
    accounts,
    credit,
    law,
    letters,
    mandates,
    problems,
    sendings,
    staff,
    wallets,
)
from services.gateway.api.files import BodyLimit
from services.gateway.api.problems import Problem
from services.gateway.wording.reasons import Reasons

DESCRIPTION = """
Mettre fin à l’ancien contrat d’un nouveau client : la bonne lettre, à temps, prouvée.

- **Session** : `POST /v1/sessions`, puis `Authorization: Bearer <token>`.
- **Répétitions** : chaque création demande `Idempotency-Key` ; même clé et demande, même réponse.
- **Versions** : chaque modification demande `If-Match` avec l’`ETag` lu.
- **Refus** : `application/problem+json` (RFC 9457) ; `reason` est stable, `detail` est en français.
- **Jours** : dates ISO, heure de Paris. **Montants** : centimes, TTC sauf mention contraire.
"""


def build(state: State) -> FastAPI:
    """Return the application to mount at ``/v1``; it shares the house of the pages."""
    app = FastAPI(
        title="Préavis",
        version="1",
        description=DESCRIPTION,
        responses={
            "4XX": {"model": Problem, "description": "Refusé, avec la raison."},
            "5XX": {"model": Problem, "description": "Momentanément indisponible."},
        },
        docs_url=None,  # the documentation's page loads scripts from elsewhere: we do not
        redoc_url=None,
        redirect_slashes=False,  # it would redirect to whatever host the request names
        separate_input_output_schemas=False,
    )
    app.state = state
    app.add_middleware(BodyLimit)
    problems.install(app)
    for part in (accounts, credit, law, letters, mandates, sendings, staff, wallets):
        app.include_router(part.router)
    app.add_api_route("/problems/{reason}", explain, summary="What a reason means", tags=["Refus"])
    return app


async def explain(request: Request, reason: str) -> dict[str, str]:
    """Return the words of a reason, its facts left out."""
    reasons: Reasons = request.app.state.reasons
    if reason not in reasons:
        raise problems.ReasonUnknown("no such reason")
    words = reasons.template(reason)
    return {"reason": reason, "title": words.title, "detail": words.detail}
