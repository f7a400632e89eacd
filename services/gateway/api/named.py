"""What an address names: ids, days, pages. Our services read them; here is said how they look."""

from datetime import date
from typing import Annotated, Any, Final

from fastapi import Path, Query
from pydantic import BeforeValidator, Field

from services.gateway.api.shape import iso_day

UUID: Final[dict[str, Any]] = {"format": "uuid"}

LetterId = Annotated[str, Path(description="The letter's `letter_id`.", json_schema_extra=UUID)]
ContractId = Annotated[
    str, Path(description="The contract's `contract_id`, in its letter.", json_schema_extra=UUID)
]
RecipientId = Annotated[str, Path(description="The body's `recipient_id`.", json_schema_extra=UUID)]
TopUpId = Annotated[str, Path(description="The purchase's `top_up_id`.", json_schema_extra=UUID)]
ProofId = Annotated[str, Path(description="The proof's `id`.", json_schema_extra=UUID)]
AccountId = Annotated[str, Path(description="The account's `id`.", json_schema_extra=UUID)]
SendingId = Annotated[str, Path(description="The sending's `sending_id`.", json_schema_extra=UUID)]
CreditNoteNumber = Annotated[
    str,
    Path(
        description="Its number, as the statement's `credit_note_number`.",
        examples=["AV-2027-000012"],
    ),
]

QueryDay = Annotated[date, BeforeValidator(iso_day)]
"""A Paris day in an address."""
OnDay = Annotated[QueryDay | None, Query(description="A Paris day; today when left out.")]
Cursor = Annotated[
    str,
    Query(description="`next_cursor` of the page before; the other parameters stay the same."),
]


def lines(most: int) -> Any:  # noqa: ANN401 - FastAPI's own kind of field
    """Say how many lines a page may hold."""
    return Query(ge=1, le=most, description="Lines of a page, at most.")


Kept = Annotated[
    str,
    Query(max_length=200, description="The file's name, as people will see it."),
    Field(examples=["mandat-signe.pdf"]),
]
