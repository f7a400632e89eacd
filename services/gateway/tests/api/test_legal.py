"""The calculator, for programs: one contract, or a whole table, and nothing kept."""

import csv
import io
from typing import Any

import pytest

from kit.rpc_requests import read_request
from preavis.letters.v1 import letters_pb2 as pb
from services.gateway.tests.api.house import Edge

TABLE = "reference;contract_type;first_subscription\nA-1;auto;2020-02-05\n=2;fusée;\n"


def planned(request: Any) -> Any:
    return pb.PlanTerminationsResponse(rows=[_row(one.cells) for one in request.rows])


def _row(cells: Any) -> pb.PlannedRow:
    if cells["contract_type"] != "auto":
        mistake = pb.PlannedRow.Mistake(
            column="contract_type", reason="value-unknown", facts={"value": "fusée"}
        )
        return pb.PlannedRow(mistakes=[mistake])
    return pb.PlannedRow(
        contract_type="auto",
        ground="HAMON",
        send_day="2026-11-22",
        new_start="2026-12-24",
        cover=pb.CoverBetween(kind=pb.CoverBetween.KIND_DOUBLE, days=9, premium_cents=900),
        warnings=[pb.Warning(code="own-date", sentence="Vérifiez.")],
        articles=["Art. L. 113-15-2 du code des assurances"],
    )


async def ask(api: Edge, table: str | bytes, accept: str = "application/json") -> Any:
    headers = {"Accept": accept, "Content-Type": "text/csv"}
    return await api.ask("POST", "/v1/legal/plans", token=None, content=table, headers=headers)


async def test_one_contract_is_planned_without_an_account(api: Edge) -> None:
    api.letters.answers["PlanTermination"] = lambda _: pb.PlanTerminationResponse(
        plan=pb.TerminationPlan(
            evaluation=pb.Evaluation(ok=True, send_day="2026-11-29"),
            ends_from="2026-12-23",
            cover=pb.CoverBetween(kind=pb.CoverBetween.KIND_GAP, days=1),
        )
    )

    answer = await api.ask(
        "POST",
        "/v1/legal/plan",
        token=None,
        json={
            "contract_type": "sante_individuelle",
            "ground": "RIA",
            "code_family": "mutualite",
            "fields": {"first_subscription": "2022-02-01"},
            "new_start": "2027-01-01",
            "yearly_premium_cents": 1200_00,
        },
    )

    request = api.called("PlanTermination").request
    assert answer.json()["evaluation"]["send_day"] == "2026-11-29"
    assert (answer.json()["cover"]["kind"], answer.json()["cover"]["days"]) == ("gap", 1)
    assert answer.json()["ends_until"] is None
    assert request.facts.code_family == pb.CODE_FAMILY_MUTUALITE
    assert dict(request.facts.fields) == {"first_subscription": "2022-02-01"}
    assert (request.new_start, request.yearly_premium_cents) == ("2027-01-01", 1200_00)


async def test_each_row_of_a_table_is_answered_and_none_is_lost(api: Edge) -> None:
    api.letters.answers["PlanTerminations"] = planned

    rows = (await ask(api, TABLE)).json()["rows"]

    assert [(row["line"], row["reference"]) for row in rows] == [(1, "A-1"), (2, "=2")]
    assert (rows[0]["send_day"], rows[0]["cover"]["kind"]) == ("2026-11-22", "double")
    assert rows[1]["mistakes"][0]["reason"] == "value-unknown"
    assert rows[1]["mistakes"][0]["detail"]
    assert rows[1]["refusal"] is None


async def test_a_table_comes_back_as_a_spreadsheet_where_no_cell_is_a_formula(api: Edge) -> None:
    api.letters.answers["PlanTerminations"] = planned

    answer = await ask(api, TABLE, "text/csv")

    text = answer.content.decode("utf-8-sig")
    header, first, second = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert header[:3] == ["reference", "contract_type", "first_subscription"]
    said = dict(zip(header, first, strict=True))
    assert (said["Réponse"], said["Envoyer le"]) == ("Planifié", "22/11/2026")
    assert (said["Jours payés deux fois"], said["Prime de ces jours"]) == ("9", "9,00")
    assert second[0] == "'=2"
    assert dict(zip(header, second, strict=True))["Réponse"] == "Illisible"


async def test_a_long_table_is_asked_by_the_hundred(api: Edge) -> None:
    api.letters.answers["PlanTerminations"] = planned
    table = "contract_type\n" + "auto\n" * 450

    rows = (await ask(api, table)).json()["rows"]

    sizes = [len(call.request.rows) for call in api.calls if call.rpc == "PlanTerminations"]
    assert (len(rows), sizes) == (450, [200, 200, 50])


@pytest.mark.parametrize(
    ("columns", "length", "count"), [(20, 20, 210), (40, 1, 210), (99, 5_000, 3)]
)
async def test_a_wide_table_is_asked_in_requests_that_letters_takes(
    api: Edge, columns: int, length: int, count: int
) -> None:
    api.letters.answers["PlanTerminations"] = planned
    names = [f"Colonne {rank:_<72}" if length > 1 else str(rank) for rank in range(columns)]
    line = ";".join(["auto", *["x" * length] * columns])

    table = "\n".join([";".join(["contract_type", *names]), *[line] * count])
    rows = (await ask(api, table)).json()["rows"]

    requests = [call.request for call in api.calls]
    assert [row["ground"] for row in rows] == ["HAMON"] * count
    for request in requests:
        assert read_request(request.SerializeToString(), type(request).FromString) == request


async def test_a_name_that_no_column_of_ours_bears_is_not_repeated_with_each_row(api: Edge) -> None:
    api.letters.answers["PlanTerminations"] = planned

    answer = await ask(api, f"contract_type;{'x' * 81};\nauto;mine;nameless\n")

    asked = api.called("PlanTerminations").request.rows[0].cells
    assert dict(asked) == {"contract_type": "auto"}
    assert answer.json()["rows"][0]["ground"] == "HAMON"


async def test_what_is_no_table_is_refused(api: Edge) -> None:
    empty = await ask(api, "")
    long = await ask(api, "contract_type\n" + "auto\n" * 10_001)

    assert (empty.status_code, empty.json()["reason"]) == (400, "sheet-unreadable")
    assert (long.status_code, long.json()["reason"]) == (400, "too-many-rows")
    assert not api.calls


async def test_tables_have_their_own_rate(api: Edge) -> None:
    api.store.waits["tables"] = 12

    answer = await ask(api, TABLE)

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "12")
