"""The letters of one file over real gRPC: the next one is prepared once, however often asked."""

import asyncio

import pytest

from kit.errors import InvalidFields, TurnedDown
from preavis.dispatch.v1 import dispatch_pb2
from preavis.letters.v1 import letters_pb2 as pb
from services.letters.consumers import consumer
from services.letters.store import LetterTransaction
from services.letters.tests.builders import DISPUTE_FIELDS
from services.letters.tests.wire.conftest import AMBRE, House
from services.letters.tests.wire.test_letters import HELENE, changed

pytestmark = pytest.mark.servers


async def a_demand(house: House) -> pb.Letter:
    """A demand for annulment, ready to leave."""
    with house.agent() as letters:
        created = await letters.CreateLetter(
            pb.CreateLetterRequest(idempotency_key="k", policyholder=HELENE)
        )
        letter_id = created.letter.letter_id
        await letters.SetRecipient(
            pb.SetRecipientRequest(letter_id=letter_id, recipient_id=str(AMBRE.id))
        )
        answer = await letters.SetContract(
            pb.SetContractRequest(
                idempotency_key="c",
                letter_id=letter_id,
                contract_type="gav",
                ground="ANNULATION",
                reference="VA-88-204417",
                fields=DISPUTE_FIELDS,
            )
        )
    return answer.letter


async def test_the_next_letter_is_prepared_once_the_first_has_left(house: House) -> None:
    demand = await a_demand(house)
    left = changed(house, demand, 1, dispatch_pb2.TRACKING_DEPOSITED)
    await consumer(LetterTransaction).take(house.db, left)
    ask = pb.FollowLetterRequest(
        idempotency_key="n", letter_id=demand.letter_id, ground="RECLAMATION"
    )

    with house.agent() as letters:
        found = (await letters.GetLetter(pb.GetLetterRequest(letter_id=demand.letter_id))).letter
        both = await asyncio.gather(letters.FollowLetter(ask), letters.FollowLetter(ask))

    (offered,) = found.next_letters
    assert (offered.ground, offered.sendable_from) == ("RECLAMATION", "2026-11-30")
    complaint = both[0].letter
    assert both[1].letter == complaint
    assert (complaint.follows_letter_id, complaint.follows_number) == (
        demand.letter_id,
        demand.number,
    )
    assert complaint.state == pb.LETTER_STATE_COMPLETE
    assert complaint.contracts[0].fields["first_request_sent"] == "2026-11-29"
    assert complaint.subject.startswith("Réclamation")


async def test_nothing_follows_a_letter_that_has_not_left(house: House) -> None:
    demand = await a_demand(house)
    ask = pb.FollowLetterRequest(idempotency_key="n", letter_id=demand.letter_id)

    with house.agent() as letters:
        with pytest.raises(InvalidFields):
            await letters.FollowLetter(ask)
        ask.ground = "RECLAMATION"
        with pytest.raises(TurnedDown) as refused:
            await letters.FollowLetter(ask)

    assert (refused.value.reason, refused.value.facts) == (
        "nothing-follows",
        {"number": demand.number},
    )
