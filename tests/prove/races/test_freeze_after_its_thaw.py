"""What locks a letter and its mandate comes late, after the validation it was for was given up."""

from datetime import date
from typing import Any

import pytest

from kit.tokens import Caller
from preavis.letters.v1 import letters_pb2
from preavis.signature.v1 import signature_pb2
from tests.prove.races.agent import DONE, NOW, PRICE, Agent, Letter, outcome
from tests.prove.races.ground import LEFT, Ground

pytestmark = [pytest.mark.servers, pytest.mark.prove, pytest.mark.timeout(600)]

REPEATS = 5


async def freeze(ground: Ground, agent: Agent, letter: Letter, day: date) -> str:
    """Ask letters what dispatch asks for the first generation; return the reason of a refusal."""
    request = letters_pb2.FreezeLetterRequest(
        idempotency_key=f"late:{letter.letter_id}",
        letter_id=letter.letter_id,
        sending_id=letter.sending_id,
        generation=1,
        send_day=day.isoformat(),
        mail_kind=letters_pb2.MAIL_KIND_SIMPLE,
        sender_mode=letters_pb2.SENDER_MODE_AGENCY,
        mandate_mention=letters_pb2.MANDATE_MENTION_HELD,
    )
    return await _as_dispatch(ground, agent, "letters", "FreezeLetter", request)


async def check_mandate(ground: Ground, agent: Agent, letter: Letter) -> str:
    """Ask signature to lock the mandate for the first generation."""
    found = await ground.rows(
        "signature", "SELECT bound_hash FROM mandate WHERE letter_id = $1::uuid", letter.letter_id
    )
    request = signature_pb2.CheckMandateRequest(
        letter_id=letter.letter_id,
        content_hash=found[0]["bound_hash"],
        generation=1,
        idempotency_key=f"late:{letter.letter_id}",
    )
    return await _as_dispatch(ground, agent, "signature", "CheckMandate", request)


async def _as_dispatch(ground: Ground, agent: Agent, service: str, name: str, request: Any) -> str:
    who = Caller(service="", account_id=agent.caller.account_id)
    return (await ground.call(service, name, request, by="dispatch", who=who)).reason


async def test_what_comes_after_its_sending_was_given_up_locks_nothing(ground: Ground) -> None:
    agent = await ground.funded(REPEATS * PRICE)
    for _ in range(REPEATS):
        letter = await agent.ready()
        given_up = await agent.confirmed(letter, NOW)
        wrong_price = {**given_up, "expected_gross_cents": PRICE + 1}
        assert await outcome(agent.validate(letter, wrong_price)) == "price-changed"
        await ground.quiet()

        assert await freeze(ground, agent, letter, ground.today()) == "generation-given-up"
        assert await check_mandate(ground, agent, letter) == "mandate-released"

        await agent.add_note(letter)  # it is its author's, to change and to send
        assert await outcome(agent.finalise(letter, NOW)) == DONE
        await ground.quiet()
        became = await ground.became(letter)
        assert became.state in LEFT
        assert (became.times_left, became.holds) == (1, ("released", "captured"))
    assert await ground.broken() == []
