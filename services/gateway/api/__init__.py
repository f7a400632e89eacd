"""REST ``/v1``: the same abilities as the pages, for programs (OpenAPI 3.1, RFC 9457 problems)."""

import re
from typing import Annotated

from fastapi import FastAPI, Path, Request
from pydantic import BaseModel, Field
from starlette.datastructures import State
from starlette.routing import Mount

from services.gateway.api import (
    accounts,
    credit,
    law,
    legal,
    letters,
    mandates,
    problems,
    sendings,
    staff,
    wallets,
)
from services.gateway.api.description import EXPLAINED, Described, operation_id
from services.gateway.api.files import BodyLimit
from services.gateway.wording.reasons import Reasons

DESCRIPTION = """
End the old contract of a new client: the right letter, sent in time, proven.

- **Session.** `POST /v1/sessions` gives a token: send it as `Authorization: Bearer <token>`.
  It ends after 30 minutes unused, and after 12 hours at most.
- **Repeats.** Each creation asks for an `Idempotency-Key`. The same key with the same request gets
  the same answer for 24 hours, marked `Idempotent-Replayed: true`: after a time-out, ask again.
- **Versions.** Each change asks for `If-Match`, with the `ETag` that was read. When somebody was
  faster it is refused (412): read again, decide again.
- **Refusals** are `application/problem+json` (RFC 9457). `reason` is stable: a program looks at
  it. `title`, `detail` and `errors[].detail` are in French, to be shown to people.
  `GET /v1/problems/{reason}` explains one.
- **Days** are ISO dates, in Paris (`2027-01-31`). **Instants** have a time zone. **Amounts** are
  whole cents, VAT included unless said otherwise.
- **Absent** is `null` in answers. A field unknown here is refused (422), never ignored.
- **Lists** give `next_cursor`, absent on the last page: ask again with it as `cursor`.
- **Rates.** 20 requests a second for an account (60 at once), 30 a minute for a visitor, 2 whole
  tables a minute; beyond, 429 with `Retry-After`.

In order: sign up, log in, hand in proofs, buy credit; then for each letter `POST /letters`, choose
its body, add its contracts, decide about the mandate, `POST …/plan`, `POST …/sending`.
"""
TAGS = [
    {"name": "Account", "description": "Sign-up, sessions, contact, proofs of profession."},
    {"name": "Credit", "description": "Prepaid credit: balance, purchases, statement, prices."},
    {
        "name": "Law and directory",
        "description": "The bodies that letters are written to, the grounds (*motifs*) the law "
        "gives, and the engine that computes dates. Nothing here creates anything.",
    },
    {"name": "Letters", "description": "Termination letters: written, filled in, read, listed."},
    {"name": "Mandate", "description": "The policyholder's mandate, or the choice to go without."},
    {"name": "Sending", "description": "From the validated letter to its proofs."},
    {"name": "Staff", "description": "For those who run Préavis."},
    {"name": "Refusals", "description": "What the reasons mean."},
]


class Whole(Mount):
    """A mount for any path: Starlette's own stops at a line break, and pages would answer."""

    def __init__(self, path: str, app: FastAPI) -> None:
        super().__init__(path, app)
        self.path_regex = re.compile(self.path_regex.pattern, re.DOTALL)


def mount(app: FastAPI) -> None:
    """Serve ``/v1`` in the product's application, with its state."""
    app.router.routes.append(Whole("/v1", build(app.state)))


def build(state: State) -> FastAPI:
    """Return the application of ``/v1``; it shares the house of the pages."""
    app = Described(
        title="Préavis",
        version="1",
        summary="Termination letters for French insurance contracts.",
        description=DESCRIPTION,
        openapi_tags=TAGS,
        generate_unique_id_function=operation_id,
        docs_url=None,  # the documentation's page loads scripts from elsewhere: we do not
        redoc_url=None,
        redirect_slashes=False,  # it would redirect to whatever host the request names
        separate_input_output_schemas=False,
    )
    app.state = state
    app.add_middleware(BodyLimit)
    problems.install(app)
    for part in (accounts, credit, law, legal, letters, mandates, sendings, staff, wallets):
        app.include_router(part.router)
    app.add_api_route(EXPLAINED, explain, summary="What a reason means", tags=["Refusals"])
    return app


class Explanation(BaseModel):
    """What a reason means."""

    reason: str
    title: str = Field(description="A few words, in French.")
    detail: str = Field(
        description="What happened and what to do next; `{fact}` stands for a fact of a refusal."
    )


Reason = Annotated[str, Path(description="The `reason` of a refusal.", examples=["letter-frozen"])]


async def explain(request: Request, reason: Reason) -> Explanation:
    """Return the words of a reason, its facts left out."""
    reasons: Reasons = request.app.state.reasons
    if reason not in reasons:
        raise problems.ReasonUnknown("no such reason")
    words = reasons.template(reason)
    return Explanation(reason=reason, title=words.title, detail=words.detail)
