"""The legal calculator, open to all: when may one terminate, when must one send."""

from fastapi import APIRouter, Response

from kit.errors import InvalidFields
from preavis.letters.v1 import letters_pb2
from services.gateway.forms.form import Form
from services.gateway.pages.letters import fields as asked_fields
from services.gateway.pages.visit import Anyone, Visit

router = APIRouter()

_FAMILIES = {
    "assurances": letters_pb2.CODE_FAMILY_ASSURANCES,
    "mutualite": letters_pb2.CODE_FAMILY_MUTUALITE,
    "securite-sociale": letters_pb2.CODE_FAMILY_SECURITE_SOCIALE,
}
_PERSON = letters_pb2.POLICYHOLDER_KIND_PERSON
_COMPANY = letters_pb2.POLICYHOLDER_KIND_COMPANY
_DEFAULTS = {"type": "auto", "organisme": "assurances", "qui": "personne"}


@router.get("/calculateur")
async def calculate(visit: Anyone) -> Response:
    """Compute the dates of a case; the address of the page holds it whole."""
    given = {name: value[:200] for name, value in visit.request.query_params.items()}
    form = Form.of({**_DEFAULTS, **given})
    letters = visit.house.letters
    kind = _COMPANY if form.text("qui") == "societe" else _PERSON
    family = _FAMILIES.get(form.text("organisme"), letters_pb2.CODE_FAMILY_ASSURANCES)
    types = (
        await letters.ListContractTypes(
            letters_pb2.ListContractTypesRequest(policyholder_kind=kind)
        )
    ).contract_types
    if form.text("type") not in {one.code for one in types}:
        form.values["type"] = types[0].code
    grounds = (
        await letters.ListGrounds(
            letters_pb2.ListGroundsRequest(
                contract_type=form.text("type"), policyholder_kind=kind, code_family=family
            )
        )
    ).grounds
    open_grounds = [ground for ground in grounds if ground.open]
    if form.text("motif") not in {ground.code for ground in open_grounds}:
        form.values["motif"] = open_grounds[0].code if open_grounds else ""
    fields = await _fields(visit, form, kind, family)
    evaluation = await _evaluate(visit, form, fields, kind, family) if given else None
    return await visit.page(
        "public/calculateur.html",
        form=form,
        types=types,
        grounds=grounds,
        ground=next((g for g in open_grounds if g.code == form.text("motif")), None),
        fields=fields,
        input_name=asked_fields.input_name,
        kinds=letters_pb2.FieldKind,
        evaluation=evaluation,
        families=_FAMILIES,
    )


async def _fields(
    visit: Visit,
    form: Form,
    kind: letters_pb2.PolicyholderKind.ValueType,
    family: letters_pb2.CodeFamily.ValueType,
) -> list[letters_pb2.FormField]:
    """Return the fields that the dates depend on: days and months alone."""
    if not form.text("motif"):
        return []
    described = await visit.house.letters.DescribeForm(
        letters_pb2.DescribeFormRequest(
            contract_type=form.text("type"),
            ground=form.text("motif"),
            policyholder_kind=kind,
            code_family=family,
        )
    )
    dated = (letters_pb2.FIELD_KIND_DAY, letters_pb2.FIELD_KIND_WHOLE_NUMBER)
    return [
        one
        for one in described.fields
        if one.kind in dated and one.scope != letters_pb2.FIELD_SCOPE_POLICYHOLDER
    ]


async def _evaluate(
    visit: Visit,
    form: Form,
    fields: list[letters_pb2.FormField],
    kind: letters_pb2.PolicyholderKind.ValueType,
    family: letters_pb2.CodeFamily.ValueType,
) -> letters_pb2.Evaluation | None:
    values = asked_fields.read(form, fields, today=visit.today)
    asked = any(asked_fields.input_name(one) in form.values for one in fields)
    if form.errors or not asked:
        return None
    facts = letters_pb2.TerminationFacts(
        contract_type=form.text("type"),
        ground=form.text("motif"),
        policyholder_kind=kind,
        code_family=family,
        fields=values,
    )
    try:
        answer = await visit.house.letters.EvaluateTermination(
            letters_pb2.EvaluateTerminationRequest(
                facts=facts, new_start=values.get("wanted_new_start") or None
            )
        )
    except InvalidFields as refusal:
        form.turned_down(refusal, asked_fields.input_names(fields))
        return None
    return answer.evaluation
