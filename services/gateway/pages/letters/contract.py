"""Step 3, the contract and its ground: fields follow the pair, dates follow the fields."""

from dataclasses import dataclass, field
from typing import Final

from fastapi import APIRouter, Response

from kit.errors import InvalidFields, TurnedDown
from preavis.letters.v1 import letters_pb2
from services.gateway.forms.form import Form
from services.gateway.pages.letters import fields as asked_fields
from services.gateway.pages.letters.finding import letter_numbered
from services.gateway.pages.letters.law import note_refusal
from services.gateway.pages.letters.naming import names_of
from services.gateway.pages.visit import Agent, Visit

router = APIRouter()

_SHOW: Final = "afficher"  # the buttons that only redraw the page
_COMPUTE: Final = "calculer"
_START: Final = "wanted_new_start"
_DATED_FIRST: Final = (
    "event_day",
    "concluded",
    "complaint_sent",
    "first_request_sent",
    "discovered",
    "anniversary",
    "first_subscription",
    "lender_accepted",
)  # what a ground's window, or its right, hangs on


@dataclass(slots=True)
class Draft:
    """One contract of a letter while it is being written."""

    letter: letters_pb2.Letter
    contract_id: str
    contract_type: str
    ground: str
    grounds: list[letters_pb2.Ground] = field(default_factory=list)
    fields: list[letters_pb2.FormField] = field(default_factory=list)
    documents: list[letters_pb2.FormDocument] = field(default_factory=list)

    @property
    def contract(self) -> letters_pb2.Contract | None:
        """The contract as it stands, when it exists already."""
        return next((c for c in self.letter.contracts if c.contract_id == self.contract_id), None)


async def _opened(
    visit: Visit, letter: letters_pb2.Letter, contract_id: str, contract_type: str, ground: str
) -> Draft:
    """Read what the pair asks for; the ground is the letter's own, once it has one."""
    draft = Draft(letter, contract_id, contract_type, ground)
    standing = draft.contract
    if standing:
        draft.contract_type = contract_type or standing.contract_type
        draft.ground = ground or standing.ground
    others = [c for c in letter.contracts if c.contract_id != contract_id]
    if others:
        draft.ground = others[0].ground
    kind, recipient_id = letter.policyholder.kind, letter.recipient.recipient_id
    if not draft.contract_type:
        return draft
    listed = await visit.house.letters.ListGrounds(
        letters_pb2.ListGroundsRequest(
            contract_type=draft.contract_type, policyholder_kind=kind, recipient_id=recipient_id
        )
    )
    draft.grounds = [g for g in listed.grounds if not others or g.code == draft.ground]
    if draft.ground not in {g.code for g in draft.grounds if g.open}:
        draft.ground = ""
    if draft.ground:
        described = await visit.house.letters.DescribeForm(
            letters_pb2.DescribeFormRequest(
                contract_type=draft.contract_type,
                ground=draft.ground,
                policyholder_kind=kind,
                recipient_id=recipient_id,
            )
        )
        draft.fields, draft.documents = list(described.fields), list(described.documents)
    return draft


@router.get("/resiliations/{number}/contrat")
async def form(
    visit: Agent,
    number: str,
    type: str = "",  # noqa: A002 - the address says « type »
    contrat: str = "",
    motif: str = "",
) -> Response:
    """Show the grounds of a contract type, and the fields of the chosen one."""
    letter = await letter_numbered(visit, number)
    if not letter.HasField("recipient"):
        return visit.go(f"/resiliations/{number}/assureur")
    draft = await _opened(visit, letter, contrat, type, motif)
    if not draft.contract_type:
        types = await _types(visit, letter)
        return await visit.page(
            "lettres/type.html", letter=letter, types=types, names=names_of(letter.policyholder)
        )
    values = asked_fields.values_of(letter, draft.contract, draft.fields)
    values |= {"ground": draft.ground, "contract_type": draft.contract_type}
    return await _page(visit, draft, Form.of(values))


async def _types(visit: Visit, letter: letters_pb2.Letter) -> list[letters_pb2.ContractType]:
    """Return the types that may join those already in the letter."""
    listed = await visit.house.letters.ListContractTypes(
        letters_pb2.ListContractTypesRequest(policyholder_kind=letter.policyholder.kind)
    )
    allowed = set(letter.addable_contract_types)
    return [one for one in listed.contract_types if not allowed or one.code in allowed]


@router.post("/resiliations/{number}/contrat")
async def save(visit: Agent, number: str) -> Response:
    """Redraw with another ground, compute the dates, or keep the contract and show the letter."""
    sent = visit.form
    letter = await letter_numbered(visit, number)
    draft = await _opened(
        visit, letter, sent.text("contract_id"), sent.text("contract_type"), sent.text("ground")
    )
    if sent.text("action") == _SHOW:
        return await _page(visit, draft, sent)
    if not draft.ground:
        sent.mistake("ground", "ground-not-chosen")
    values = asked_fields.read(sent, draft.fields, today=visit.today)
    try:
        sent.check()
        evaluation = await _evaluated(visit, draft, values)
        if sent.text("action") == _COMPUTE:
            if not visit.is_fragment:
                _note_refusal(sent, draft, evaluation)
            return await _page(visit, draft, sent, evaluation)
        await _keep(visit, draft, values)
    except TurnedDown as refusal:
        names = asked_fields.input_names(draft.fields)
        return await _page(visit, draft, sent.turned_down(refusal, names))
    if not evaluation.ok:
        _note_refusal(sent, draft, evaluation)
        fresh = await letter_numbered(visit, number)
        draft.letter = fresh
        draft.contract_id = draft.contract_id or fresh.contracts[-1].contract_id
        return await _page(visit, draft, sent, evaluation, kept=True)
    return visit.go(f"/resiliations/{number}")


def _note_refusal(form: Form, draft: Draft, evaluation: letters_pb2.Evaluation) -> None:
    """Say a refusal of the law beside the date to change; beside the ground when it is none."""
    inputs = asked_fields.input_names(draft.fields)
    otherwise = next((inputs[name] for name in _DATED_FIRST if name in inputs), "ground")
    note_refusal(form, evaluation, start=inputs.get(_START, otherwise), otherwise=otherwise)


async def _keep(visit: Visit, draft: Draft, values: dict[str, str]) -> None:
    person_changes = asked_fields.policyholder_with(
        draft.letter.policyholder, visit.form, draft.fields, today=visit.today
    )
    visit.form.check()
    if person_changes is not None:
        answer = await visit.house.letters.UpdatePolicyholder(
            letters_pb2.UpdatePolicyholderRequest(
                idempotency_key=f"{visit.key}-souscripteur",
                letter_id=draft.letter.letter_id,
                policyholder=person_changes,
            )
        )
        draft.letter = answer.letter
    await visit.house.letters.SetContract(
        letters_pb2.SetContractRequest(
            idempotency_key=visit.key,
            letter_id=draft.letter.letter_id,
            contract_id=draft.contract_id,
            contract_type=draft.contract_type,
            ground=draft.ground,
            reference=visit.form.text("reference"),
            fields=values,
        )
    )


async def _evaluated(visit: Visit, draft: Draft, values: dict[str, str]) -> letters_pb2.Evaluation:
    request = letters_pb2.EvaluateTerminationRequest(
        facts=letters_pb2.TerminationFacts(
            contract_type=draft.contract_type,
            ground=draft.ground,
            policyholder_kind=draft.letter.policyholder.kind,
            code_family=draft.letter.recipient.code_family,
            fields=values,
        ),
    )
    if values.get("wanted_new_start"):
        request.new_start = values["wanted_new_start"]
    answer = await visit.house.letters.EvaluateTermination(request)
    return answer.evaluation


async def _page(
    visit: Visit,
    draft: Draft,
    form: Form,
    evaluation: letters_pb2.Evaluation | None = None,
    *,
    kept: bool = False,
) -> Response:
    types = await _types(visit, draft.letter)
    if evaluation is None and not form.errors and draft.fields:
        evaluation = await _evaluated_if_readable(visit, draft, form)
    labels = {one.code: one.label for one in types}
    return await visit.page(
        "lettres/contrat.html",
        form=form,
        draft=draft,
        letter=draft.letter,
        names=names_of(draft.letter.policyholder),
        type_label=labels.get(draft.contract_type, draft.contract_type),
        fields=[one for one in draft.fields if one.scope != letters_pb2.FIELD_SCOPE_POLICYHOLDER],
        person_fields=asked_fields.of_policyholder(draft.fields),
        input_name=asked_fields.input_name,
        evaluation=evaluation,
        kept=kept,
        kinds=letters_pb2.FieldKind,
    )


async def _evaluated_if_readable(
    visit: Visit, draft: Draft, form: Form
) -> letters_pb2.Evaluation | None:
    """Return the dates for what is typed so far, if the engine can say anything of it."""
    trial = Form.of(form.values)
    values = asked_fields.read(trial, draft.fields, today=visit.today)
    required = [
        one.name
        for one in draft.fields
        if one.required and one.kind == letters_pb2.FIELD_KIND_DAY and one.name in values
    ]
    if trial.errors or any(not values.get(name) for name in required):
        return None
    try:
        return await _evaluated(visit, draft, values)
    except InvalidFields:
        return None


@router.post("/resiliations/{number}/contrat/retirer")
async def remove(visit: Agent, number: str) -> Response:
    """Take a contract out of the letter."""
    letter = await letter_numbered(visit, number)
    await visit.house.letters.RemoveContract(
        letters_pb2.RemoveContractRequest(
            idempotency_key=visit.key,
            letter_id=letter.letter_id,
            contract_id=visit.form.text("contract_id"),
        )
    )
    return visit.go(f"/resiliations/{number}", "contract-removed")
