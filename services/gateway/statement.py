"""The statement of an account's credit, as a spreadsheet: the same from the pages and from /v1."""

from collections.abc import Sequence
from datetime import UTC, date
from typing import TYPE_CHECKING, Final

from kit.days import PARIS
from kit.errors import FieldError, InvalidFields
from kit.sheets import Cell, Cents, sheet
from preavis.billing.v1 import billing_pb2 as pb
from services.gateway.wording.catalogue import Catalogue

if TYPE_CHECKING:
    from preavis.billing.v1.billing_pb2_grpc import BillingServiceAsyncStub

LONGEST_DAYS: Final = 366
_PREFIXES: Final = {"entry": "ENTRY_KIND_", "product": "PRODUCT_"}
PAGE: Final = 500
HEADER: Final = (
    "Date", "Heure", "Mouvement", "Cause", "Produit", "Montant TTC", "Crédit après",
    "Variation du réservé", "Dette réglée", "Compte pour le", "Avoir",
)  # fmt: skip


async def statement(
    billing: "BillingServiceAsyncStub", wording: Catalogue, *, first: date, last: date
) -> bytes:
    """Return every line of these Paris days, latest first, as CSV.

    Raises ``InvalidFields`` when the days are in the wrong order or more than a year apart.
    """
    if not first <= last:
        raise InvalidFields([FieldError("last", "days-in-wrong-order")])
    if (last - first).days > LONGEST_DAYS:
        facts = {"longest": str(LONGEST_DAYS)}
        raise InvalidFields([FieldError("first", "period-too-long", facts)])
    rows: list[Sequence[Cell]] = []
    cursor = ""
    while True:
        page = await billing.ListEntries(
            pb.ListEntriesRequest(
                cursor=cursor,
                page_size=PAGE,
                from_day=first.isoformat(),
                until_day=last.isoformat(),
            ),
            timeout=10,
        )
        rows.extend(_row(entry, wording) for entry in page.entries)
        if not (cursor := page.next_cursor):
            return sheet(HEADER, rows)


def _row(entry: pb.StatementEntry, wording: Catalogue) -> Sequence[Cell]:
    at = entry.occurred_at.ToDatetime(UTC).astimezone(PARIS)
    return (
        f"{at:%d/%m/%Y}",
        f"{at:%H:%M}",
        _word(wording, "entry", pb.EntryKind.Name(entry.kind)),
        entry.cause,
        _word(wording, "product", pb.Product.Name(entry.product)),
        Cents(entry.available_change_cents),
        Cents(entry.available_after_cents),
        Cents(entry.held_change_cents),
        Cents(entry.owed_change_cents),
        f"{date.fromisoformat(entry.on_day):%d/%m/%Y}" if entry.on_day else "",
        entry.credit_note_number,
    )


def _word(wording: Catalogue, group: str, name: str) -> str:
    """Return the word for ``ENTRY_KIND_TOP_UP``, the group's prefix left out; none for none."""
    code = name.removeprefix(_PREFIXES[group]).lower().replace("_", "-")
    return "" if code == "unspecified" else wording.word(group, code)
