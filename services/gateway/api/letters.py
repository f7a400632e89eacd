"""Letters: create, fill in, read, list, render."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from kit.ids import new_id
from preavis.letters.v1 import letters_pb2 as pb
from services.gateway.api.access import SomeonesHouse, TheHouse
from services.gateway.api.files import (
    PDF,
    TAGGED,
    TAGGED_WHEN_MADE,
    etag,
    expected_version,
    file_answer,
)
from services.gateway.api.named import ContractId, Cursor, LetterId, lines
from services.gateway.api.once import OnceAsAgent
from services.gateway.api.refusals import refused
from services.gateway.api.shape import filled
from services.gateway.api.shapes.letters import (
    ChosenRecipient,
    Extras,
    Letter,
    LetterPage,
    NewLetter,
    Policyholder,
    Sort,
    View,
    WantedContract,
    WantedNext,
)

router = APIRouter(prefix="/letters", tags=["Letters"])
Version = Annotated[int, Depends(expected_version)]


@router.post(
    "", status_code=201, summary="Begin a letter", response_model=Letter, responses=TAGGED_WHEN_MADE
)
async def create_letter(house: TheHouse, once: OnceAsAgent, letter: NewLetter) -> Response:
    """Create a draft for a policyholder, given here or taken from another letter."""

    async def create(key: str) -> Letter:
        request = letter.fill(pb.CreateLetterRequest, idempotency_key=key)
        return Letter.of((await house.letters.CreateLetter(request, timeout=10)).letter)

    return await once(create, etag=True)


@router.get("", summary="List letters")
async def list_letters(
    *,
    house: SomeonesHouse,
    view: View = "all",
    text: Annotated[str, Query(max_length=200, description="Number, name, reference.")] = "",
    sort: Sort = "updated",
    descending: bool = True,
    cursor: Cursor = "",
    page_size: Annotated[int, lines(200)] = 50,
) -> LetterPage:
    """Return one page; the cursor is bound to the same filters and sort."""
    request = filled(
        pb.ListLettersRequest,
        {
            "view": view,
            "filters": {"text": text},
            "sort": sort,
            "descending": descending,
            "cursor": cursor,
            "page_size": page_size,
        },
    )
    return LetterPage.of(await house.letters.ListLetters(request, timeout=10))


@router.get("/{letter_id}", summary="Read a letter", responses=TAGGED)
async def read_letter(house: SomeonesHouse, letter_id: LetterId, response: Response) -> Letter:
    """Return the letter; its ETag is its version."""
    answer = await house.letters.GetLetter(pb.GetLetterRequest(letter_id=letter_id), timeout=5)
    return _with_etag(answer.letter, response)


@router.post(
    "/{letter_id}/next",
    status_code=201,
    summary="Prepare the letter that follows",
    response_model=Letter,
    responses=TAGGED_WHEN_MADE | refused("nothing-follows"),
)
async def follow_letter(
    house: TheHouse, once: OnceAsAgent, letter_id: LetterId, wanted: WantedNext
) -> Response:
    """Begin the next letter of the same file, filled in with what is known; there is only one."""

    async def create(key: str) -> Letter:
        request = wanted.fill(pb.FollowLetterRequest, idempotency_key=key, letter_id=letter_id)
        return Letter.of((await house.letters.FollowLetter(request, timeout=10)).letter)

    return await once(create, etag=True)


@router.put(
    "/{letter_id}/policyholder",
    summary="Replace the policyholder",
    responses=TAGGED | refused("letter-frozen"),
)
async def update_policyholder(
    house: SomeonesHouse,
    letter_id: LetterId,
    version: Version,
    policyholder: Policyholder,
    response: Response,
) -> Letter:
    """Replace who holds the contracts. Needs If-Match."""
    request = pb.UpdatePolicyholderRequest(
        idempotency_key=_key(),
        letter_id=letter_id,
        version=version,
        policyholder=policyholder.fill(pb.Policyholder),
    )
    answer = await house.letters.UpdatePolicyholder(request, timeout=10)
    return _with_etag(answer.letter, response)


@router.put(
    "/{letter_id}/recipient",
    summary="Choose the body to write to",
    responses=TAGGED | refused("letter-frozen", "recipient-closed"),
)
async def set_recipient(
    house: SomeonesHouse,
    letter_id: LetterId,
    version: Version,
    chosen: ChosenRecipient,
    response: Response,
) -> Letter:
    """Choose a body of the directory. Needs If-Match."""
    request = pb.SetRecipientRequest(
        idempotency_key=_key(),
        letter_id=letter_id,
        version=version,
        recipient_id=chosen.recipient_id,
    )
    return _with_etag((await house.letters.SetRecipient(request, timeout=10)).letter, response)


@router.post(
    "/{letter_id}/contracts",
    status_code=201,
    summary="Add a contract",
    response_model=Letter,
    responses=TAGGED_WHEN_MADE | refused("letter-frozen", "grounds-differ", "too-many-contracts"),
)
async def add_contract(
    house: TheHouse,
    once: OnceAsAgent,
    letter_id: LetterId,
    version: Version,
    contract: WantedContract,
) -> Response:
    """Add a contract to end. Needs If-Match."""

    async def create(key: str) -> Letter:
        request = contract.fill(
            pb.SetContractRequest, idempotency_key=key, letter_id=letter_id, version=version
        )
        return Letter.of((await house.letters.SetContract(request, timeout=10)).letter)

    return await once(create, etag=True)


@router.put(
    "/{letter_id}/contracts/{contract_id}",
    summary="Replace a contract",
    responses=TAGGED | refused("letter-frozen", "grounds-differ"),
)
async def set_contract(
    *,
    house: SomeonesHouse,
    letter_id: LetterId,
    contract_id: ContractId,
    version: Version,
    contract: WantedContract,
    response: Response,
) -> Letter:
    """Replace a contract and its fields. Needs If-Match."""
    request = contract.fill(
        pb.SetContractRequest,
        idempotency_key=_key(),
        letter_id=letter_id,
        contract_id=contract_id,
        version=version,
    )
    return _with_etag((await house.letters.SetContract(request, timeout=10)).letter, response)


@router.delete(
    "/{letter_id}/contracts/{contract_id}",
    summary="Take a contract out",
    responses=TAGGED | refused("letter-frozen"),
)
async def remove_contract(
    house: SomeonesHouse,
    letter_id: LetterId,
    contract_id: ContractId,
    version: Version,
    response: Response,
) -> Letter:
    """Take a contract out of the letter. Needs If-Match."""
    request = pb.RemoveContractRequest(
        idempotency_key=_key(), letter_id=letter_id, contract_id=contract_id, version=version
    )
    return _with_etag((await house.letters.RemoveContract(request, timeout=10)).letter, response)


@router.put(
    "/{letter_id}/extras",
    summary="Free text, former agent, own reference",
    responses=TAGGED | refused("letter-frozen"),
)
async def update_extras(
    house: SomeonesHouse,
    letter_id: LetterId,
    version: Version,
    extras: Extras,
    response: Response,
) -> Letter:
    """Replace all three. Needs If-Match."""
    request = pb.UpdateExtrasRequest(
        idempotency_key=_key(),
        letter_id=letter_id,
        version=version,
        extras=extras.fill(pb.Extras),
    )
    return _with_etag((await house.letters.UpdateExtras(request, timeout=10)).letter, response)


@router.get(
    "/{letter_id}/pdf",
    summary="The letter as it would leave",
    responses=PDF | refused("letter-incomplete"),
    response_class=Response,
)
async def render_letter(house: SomeonesHouse, letter_id: LetterId) -> Response:
    """Return the PDF: of a draft, as it would leave; of a frozen letter, as it does."""
    answer = await house.letters.RenderLetter(
        pb.RenderLetterRequest(letter_id=letter_id), timeout=30
    )
    return file_answer(answer.pdf, filename="Lettre.pdf", inline=True)


def _with_etag(letter: pb.Letter, response: Response) -> Letter:
    etag(response, letter.version)
    return Letter.of(letter)


def _key() -> str:
    """Return a key for a change that is repeatable by its version, not by its key."""
    return str(new_id())
