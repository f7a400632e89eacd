"""The calculator, for programs: nothing of what it is asked is kept."""

import asyncio
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Request, Response

from kit.sheets import MEDIA_TYPE
from preavis.letters.v1 import letters_pb2 as pb
from services.gateway.api.access import HouseOfTables, VisitorsHouse
from services.gateway.api.files import file_answer, raw_body
from services.gateway.api.shape import filled, plain
from services.gateway.api.shapes.legal import PlannedRows, Question, TerminationPlan
from services.gateway.plans import MOST_ROWS, PlannedTable, as_sheet, planned_table
from services.gateway.wording.reasons import Reasons

router = APIRouter(tags=["Law and directory"])

_TABLE: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "A line of column names, then a contract a line; UTF-8 or Windows-1252, "
        "separated by `;`, `,` or tabs. Columns, by these names or in French: `contract_type` "
        "(required), `ground` (else the best one offered), `policyholder_kind`, `code_family`, "
        "`new_start`, `send_day`, `yearly_premium` in euros, `reference`, and the fields that "
        "`GET /v1/forms` names. Days are ISO or `31/01/2027`. Other columns are left alone. "
        f"{MOST_ROWS} rows at most.",
        "content": {
            "text/csv": {
                "schema": {"type": "string"},
                "example": "reference;contract_type;first_subscription;new_start;yearly_premium\n"
                "A-1;sante_individuelle;2022-02-01;2027-01-01;1284,40\n",
            }
        },
    }
}
_SHEET: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {"text/csv": {"schema": {"type": "string"}}},
        "description": "As JSON; or, when `Accept` is `text/csv`, the table as it came with the "
        "answers on the right, in French; no cell is a formula.",
    }
}


@router.post("/legal/plan", summary="Plan the end of one contract")
async def plan_contract(house: VisitorsHouse, question: Question) -> TerminationPlan:
    """Say when it may end, when to send, from when the new contract starts, and what lies between.

    Each step and each risk has its article. Nothing is created or kept. No session needed.
    """
    facts = filled(pb.TerminationFacts, question.model_dump())
    request = question.fill(pb.PlanTerminationRequest)
    request.facts.CopyFrom(facts)
    answer = await house.letters.PlanTermination(request, timeout=5)
    return TerminationPlan.of(answer.plan)


@router.post(
    "/legal/plans",
    summary="Plan a table of contracts",
    openapi_extra=_TABLE,
    responses=_SHEET,
    response_model=PlannedRows,
)
async def plan_contracts(
    request: Request,
    house: HouseOfTables,
    data: Annotated[bytes, Depends(raw_body)],
    accept: Annotated[str, Header(description="`application/json` or `text/csv`.")] = "",
) -> Response:
    """Plan each row; a wrong one says what is wrong with it, and none is lost.

    Nothing is created or kept. No session needed; three tables at once, then two a minute.
    """
    planned = await planned_table(house.letters, data)
    reasons: Reasons = request.app.state.reasons
    if "text/csv" in accept:
        written = await asyncio.to_thread(as_sheet, planned, reasons)
        return file_answer(written, filename="plans.csv", media_type=MEDIA_TYPE)
    told = await asyncio.to_thread(_told, planned, reasons)
    return Response(told, media_type="application/json")


def _told(planned: PlannedTable, reasons: Reasons) -> str:
    """Write the answers as JSON: seconds for the longest table, so never in the event loop."""
    return PlannedRows.model_validate({"rows": _rows(planned, reasons)}).model_dump_json()


def _rows(planned: PlannedTable, reasons: Reasons) -> list[dict[str, Any]]:
    references = [_reference(planned, row) for row in planned.table.rows]
    return [
        plain(answer)
        | {
            "line": rank,
            "reference": reference,
            "mistakes": [
                plain(one) | {"detail": reasons.words(one.reason, one.facts).detail}
                for one in answer.mistakes
            ],
        }
        for rank, (reference, answer) in enumerate(
            zip(references, planned.answers, strict=True), start=1
        )
    ]


def _reference(planned: PlannedTable, row: tuple[str, ...]) -> str:
    return next(
        (
            cell
            for name, cell in zip(planned.table.header, row, strict=False)
            if name.casefold() in {"reference", "référence"}
        ),
        "",
    )
