"""The calculator, open to all: when may a contract end, when to send, what lies between the two."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter, Response

from kit.errors import InvalidFields, TurnedDown
from kit.sheets import MEDIA_TYPE
from preavis.letters.v1 import letters_pb2 as pb
from services.gateway.forms.form import Form
from services.gateway.pages import example
from services.gateway.pages.visit import Anyone, Visit
from services.gateway.plans import as_sheet, planned_table
from services.gateway.rates import take_of_tables, take_of_visitor

router = APIRouter()

HERE: Final = "/calculateur"
LONGEST: Final = 120
_FAMILIES: Final = {
    "assurances": pb.CODE_FAMILY_ASSURANCES,
    "mutualite": pb.CODE_FAMILY_MUTUALITE,
    "securite-sociale": pb.CODE_FAMILY_SECURITE_SOCIALE,
}
_HOLDERS: Final = {
    "personne": pb.POLICYHOLDER_KIND_PERSON,
    "societe": pb.POLICYHOLDER_KIND_COMPANY,
}
_DEFAULTS: Final = {"qui": "personne", "organisme": "assurances", "type": "sante_individuelle"}
_KINDS: Final = frozenset({pb.FIELD_KIND_DAY, pb.FIELD_KIND_WHOLE_NUMBER, pb.FIELD_KIND_YES_NO})
_START: Final = "wanted_new_start"  # asked of every ground here, as « reprise »
_NAMES: Final = {
    "new_start": "reprise",
    "send_day": "envoi",
    "yearly_premium_cents": "prime",
    "contract_type": "type",
    "ground": "motif",
}


@dataclass(slots=True)
class Sheet:
    """What the page shows: the questions as they stand, and the answer."""

    form: Form
    types: Sequence[pb.ContractType] = ()
    grounds: Sequence[pb.Ground] = ()
    fields: Sequence[pb.FormField] = ()
    plan: pb.TerminationPlan | None = None

    @property
    def holder(self) -> pb.PolicyholderKind.ValueType:
        """Who holds the contract."""
        return _HOLDERS.get(self.form.text("qui"), pb.POLICYHOLDER_KIND_PERSON)

    @property
    def family(self) -> pb.CodeFamily.ValueType:
        """The code of the old body."""
        return _FAMILIES.get(self.form.text("organisme"), pb.CODE_FAMILY_ASSURANCES)

    @property
    def ground(self) -> pb.Ground | None:
        """The ground chosen."""
        chosen = self.form.text("motif")
        return next((one for one in self.grounds if one.code == chosen), None)

    @property
    def is_asked(self) -> bool:
        """Whether the answer is wanted, rather than the questions of another contract."""
        return self.form.ticked("calculer")

    def address(self, **changed: str) -> str:
        """Return the address of this question, or of one that differs from it."""
        values = {name: value for name, value in self.form.values.items() if value} | changed
        return f"{HERE}?{urlencode({name: value for name, value in values.items() if value})}"


@router.get("/calculateur")
async def calculate(visit: Anyone) -> Response:
    """Compute the dates of a case; the address of the page holds it whole, and we nothing."""
    await _counted(visit)
    given = {name: value[:LONGEST] for name, value in visit.request.query_params.items()}
    return await _page(visit, Form.of(_DEFAULTS | given), answered=bool(given))


@router.post("/calculateur/tableau")
async def plan_table(visit: Anyone) -> Response:
    """Give back a table of contracts with the dates of each; neither is kept."""
    await take_of_tables(visit.address, store=visit.request.app.state.store)
    sent = visit.form
    try:
        _, data = await sent.file("tableau")
        planned = await planned_table(visit.house.letters, data)
    except TurnedDown as refusal:
        about = {"sheet-unreadable": "tableau", "too-many-rows": "tableau"}
        form = Form.of(_DEFAULTS).turned_down(refusal, about=about)
        return await _page(visit, form, answered=False)
    written = await asyncio.to_thread(as_sheet, planned, visit.desk.reasons)
    return visit.file(written, media_type=MEDIA_TYPE, filename="plans.csv", inline=False)


async def _counted(visit: Visit) -> None:
    if visit.principal is None:
        store, settings = visit.request.app.state.store, visit.desk.settings
        await take_of_visitor(visit.address, store=store, settings=settings)


async def _page(visit: Visit, form: Form, *, answered: bool) -> Response:
    sheet = Sheet(form)
    await _choose(visit, sheet)
    if answered and sheet.is_asked and sheet.ground:
        await _answer(visit, sheet)
    return await visit.page(
        "public/calculateur.html",
        form=form,
        sheet=sheet,
        kinds=pb.FieldKind,
        covers=pb.CoverBetween.Kind,
        example=example.address(visit.today),
        example_start=example.new_start(visit.today),
        here=visit.absolute(sheet.address()),
    )


async def _choose(visit: Visit, sheet: Sheet) -> None:
    """Gather the choices that each choice opens; what no longer holds takes the first one."""
    letters, form = visit.house.letters, sheet.form
    sheet.types = (
        await letters.ListContractTypes(
            pb.ListContractTypesRequest(policyholder_kind=sheet.holder), timeout=5
        )
    ).contract_types
    codes = [one.code for one in sheet.types]
    if form.text("type") not in codes:
        form.values["type"] = codes[0]
    found = await letters.ListGrounds(
        pb.ListGroundsRequest(
            contract_type=form.text("type"),
            policyholder_kind=sheet.holder,
            code_family=sheet.family,
        ),
        timeout=5,
    )
    sheet.grounds = [one for one in found.grounds if one.open]
    if sheet.ground is None:
        form.values["motif"] = sheet.grounds[0].code if sheet.grounds else ""
    if sheet.ground is None:
        return
    described = await letters.DescribeForm(
        pb.DescribeFormRequest(
            contract_type=form.text("type"),
            ground=form.text("motif"),
            policyholder_kind=sheet.holder,
            code_family=sheet.family,
        ),
        timeout=5,
    )
    sheet.fields = [one for one in described.fields if _matters(one)]


def _matters(field: pb.FormField) -> bool:
    """Whether dates depend on a field: names, references and declarations are left out."""
    if field.scope == pb.FIELD_SCOPE_POLICYHOLDER or field.name == _START or field.must_be_true:
        return False
    return field.kind in _KINDS or bool(field.choices)


async def _answer(visit: Visit, sheet: Sheet) -> None:
    form = sheet.form
    values = {one.name: _value(visit, form, one) for one in sheet.fields}
    request = pb.PlanTerminationRequest(
        facts=pb.TerminationFacts(
            contract_type=form.text("type"),
            ground=form.text("motif"),
            policyholder_kind=sheet.holder,
            code_family=sheet.family,
            fields={name: value for name, value in values.items() if value},
        ),
        new_start=form.day("reprise", today=visit.today),
        send_day=form.day("envoi", today=visit.today),
        yearly_premium_cents=form.euros("prime") if form.text("prime") else 0,
    )
    if form.errors:
        return
    try:
        sheet.plan = (await visit.house.letters.PlanTermination(request, timeout=5)).plan
    except InvalidFields as refusal:
        own = {f"fields.{one.name}": one.name for one in sheet.fields}
        form.turned_down(refusal, _NAMES | own)


def _value(visit: Visit, form: Form, field: pb.FormField) -> str:
    if field.kind == pb.FIELD_KIND_DAY:
        return form.day(field.name, today=visit.today, required=field.required)
    if field.kind == pb.FIELD_KIND_YES_NO:
        return "true" if form.ticked(field.name) else ""
    value = form.text(field.name) or field.default_value
    if field.required and not value:
        form.mistake(field.name, "field-required")
    return value
