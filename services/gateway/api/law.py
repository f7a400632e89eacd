"""The directory, the legal catalogue and the legal engine."""

from typing import Annotated

from fastapi import APIRouter, Query

from preavis.letters.v1 import letters_pb2 as pb
from services.gateway.api.access import SomeonesHouse, VisitorsHouse
from services.gateway.api.named import RecipientId
from services.gateway.api.shape import filled
from services.gateway.api.shapes.law import (
    Case,
    CodeFamily,
    ContractTypes,
    Evaluation,
    Form,
    Grounds,
    PolicyholderKind,
    Recipient,
    Recipients,
)

ContractTypeCode = Annotated[
    str, Query(description="A `code` of `GET /v1/contract-types`.", examples=["auto"])
]
GroundCode = Annotated[str, Query(description="A `code` of `GET /v1/grounds`.", examples=["HAMON"])]

router = APIRouter(tags=["Law and directory"])


@router.get("/recipients", summary="Search the directory of bodies")
async def search_recipients(
    house: SomeonesHouse,
    q: Annotated[str, Query(min_length=1, max_length=200, description="A part of the name.")],
    limit: Annotated[int, Query(ge=1, le=50)] = 8,
) -> Recipients:
    """Each word is the beginning of a word of the name, an alias, the town or the SIREN."""
    answer = await house.letters.SearchRecipients(
        pb.SearchRecipientsRequest(query=q, limit=limit), timeout=5
    )
    return Recipients(
        recipients=[Recipient.of(hit.recipient) for hit in answer.hits],
        total_count=answer.total_count,
    )


@router.get("/recipients/{recipient_id}", summary="One body")
async def read_recipient(house: SomeonesHouse, recipient_id: RecipientId) -> Recipient:
    """Return a body of the directory."""
    answer = await house.letters.GetRecipient(
        pb.GetRecipientRequest(recipient_id=recipient_id), timeout=5
    )
    return Recipient.of(answer.recipient)


@router.get("/contract-types", summary="Types of contracts")
async def list_contract_types(
    house: VisitorsHouse, policyholder_kind: PolicyholderKind | None = None
) -> ContractTypes:
    """Return the catalogue. No session needed."""
    request = filled(pb.ListContractTypesRequest, {"policyholder_kind": policyholder_kind})
    return ContractTypes.of(await house.letters.ListContractTypes(request, timeout=5))


@router.get("/grounds", summary="Grounds for a type of contract")
async def list_grounds(
    house: VisitorsHouse,
    contract_type: ContractTypeCode,
    policyholder_kind: PolicyholderKind = "person",
    code_family: CodeFamily = "assurances",
) -> Grounds:
    """Return every ground, the closed ones with the reason why. No session needed."""
    request = filled(
        pb.ListGroundsRequest,
        {
            "contract_type": contract_type,
            "policyholder_kind": policyholder_kind,
            "code_family": code_family,
        },
    )
    return Grounds.of(await house.letters.ListGrounds(request, timeout=5))


@router.get("/forms", summary="Fields and documents of a contract type and a ground")
async def describe_form(
    house: VisitorsHouse,
    contract_type: ContractTypeCode,
    ground: GroundCode,
    policyholder_kind: PolicyholderKind = "person",
    code_family: CodeFamily = "assurances",
) -> Form:
    """Return what must be filled in. No session needed."""
    request = filled(
        pb.DescribeFormRequest,
        {
            "contract_type": contract_type,
            "ground": ground,
            "policyholder_kind": policyholder_kind,
            "code_family": code_family,
        },
    )
    return Form.of(await house.letters.DescribeForm(request, timeout=5))


@router.post("/terminations/evaluate", summary="When may it end, when must it be sent?")
async def evaluate(house: VisitorsHouse, case: Case) -> Evaluation:
    """Ask the legal engine; nothing is created. No session needed."""
    facts = filled(pb.TerminationFacts, case.model_dump(exclude={"send_day", "new_start"}))
    request = case.fill(pb.EvaluateTerminationRequest)
    request.facts.CopyFrom(facts)
    answer = await house.letters.EvaluateTermination(request, timeout=5)
    return Evaluation.of(answer.evaluation)
