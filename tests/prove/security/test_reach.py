"""An agency that names another's thing gets what it would get for a thing that does not exist."""

from typing import Final
from uuid import uuid4

import pytest
from google.protobuf.message import Message

from kit.tokens import Caller, CallerKind
from preavis.accounts.v1 import accounts_pb2 as a
from preavis.billing.v1 import billing_pb2 as b
from preavis.letters.v1 import letters_pb2 as le
from preavis.signature.v1 import signature_pb2 as s
from tests.prove.security.reach import NAMED_BY_US, REACH, Outcome, Reach
from tests.prove.security.rpcs import Answer, Switchboard, Verdict, all_rpcs
from tests.prove.security.world import Ids, Side, World

pytestmark = pytest.mark.servers
RPCS: Final = {str(rpc): rpc for rpc in all_rpcs()}


def test_every_field_that_names_something_is_tried() -> None:
    tried = {name: row.names for name, row in REACH.items()} | NAMED_BY_US

    assert {name: rpc.references for name, rpc in RPCS.items() if rpc.references} == tried


def spoken_for(side: Side, row: Reach) -> Caller:
    return side.caller if row.by == "gateway" else side.saga


def without(text: str, ids: Ids) -> str:
    """Return what was told, but for the ids that were asked for."""
    for value in sorted(ids.values().values(), key=len, reverse=True):
        text = text.replace(value, "…")
    return text


def of(outcome: Outcome) -> list[str]:
    return [name for name, row in REACH.items() if row.outcome is outcome]


@pytest.mark.parametrize("name", of(Outcome.MISSING))
async def test_anothers_looks_like_nothing(
    name: str, world: World, switchboard: Switchboard
) -> None:
    row, rpc = REACH[name], RPCS[name]
    mine, theirs = spoken_for(world.mine, row), spoken_for(world.theirs, row)

    of_theirs = await switchboard.call(rpc, row.ask(world.theirs.ids), service=row.by, who=mine)
    of_nobody = await switchboard.call(rpc, row.ask(world.nothing), service=row.by, who=mine)
    own = await switchboard.call(rpc, row.ask(world.theirs.ids), service=row.by, who=theirs)

    assert of_theirs.is_missing, of_theirs.told
    assert without(of_theirs.told, world.theirs.ids) == without(of_nobody.told, world.nothing)
    assert own.verdict is Verdict.IN
    assert not own.is_missing, own.told


def tells_of(answer: Answer, side: Side) -> list[str]:
    return [secret for secret in side.secrets if secret in answer.told]


@pytest.mark.parametrize("name", of(Outcome.ITS_OWN))
async def test_who_names_another_gets_its_own(
    name: str, world: World, switchboard: Switchboard
) -> None:
    row, rpc = REACH[name], RPCS[name]
    request = row.ask(world.theirs.ids)
    if "cursor" in row.names:  # the place where the other's page ends
        request = await _at_their_cursor(name, world, switchboard)

    answer = await switchboard.call(rpc, request, service=row.by, who=world.mine.caller)
    own = await switchboard.call(rpc, rpc.request(), service=row.by, who=world.theirs.caller)

    assert answer.verdict is Verdict.IN
    assert not tells_of(answer, world.theirs)
    assert own.message is not None
    assert own.message.ByteSize() > 0


async def _at_their_cursor(name: str, world: World, switchboard: Switchboard) -> Message:
    rpc = RPCS[name]
    first = rpc.request(page_size=1)
    answer = await switchboard.call(rpc, first, service="gateway", who=world.theirs.caller)
    cursor = getattr(answer.message, "next_cursor", "")
    assert cursor
    return rpc.request(page_size=1, cursor=cursor)


@pytest.mark.parametrize("name", of(Outcome.REFUSED))
async def test_a_service_that_names_an_account_it_does_not_speak_for_is_refused(
    name: str, world: World, switchboard: Switchboard
) -> None:
    row, rpc = REACH[name], RPCS[name]

    answer = await switchboard.call(
        rpc, row.ask(world.theirs.ids), service=row.by, who=world.mine.saga
    )

    assert answer.reason == row.reason
    assert not tells_of(answer, world.theirs)


async def wallet(side: Side, switchboard: Switchboard) -> str:
    answer = await switchboard.call(
        RPCS["billing.GetWallet"], b.GetWalletRequest(), service="gateway", who=side.caller
    )
    return answer.told


async def test_anothers_hold_is_out_of_reach_of_ones_own_account(
    world: World, switchboard: Switchboard
) -> None:
    before = await wallet(world.theirs, switchboard)
    mine, key = world.mine.account["id"], world.theirs.ids.key
    hold = b.HoldRequest(account_id=mine, key=key, product=b.PRODUCT_LRE_SIMPLE, cause="Lettre")
    capture = b.CaptureRequest(account_id=mine, key=key, on_day="2026-11-22")
    release = b.ReleaseRequest(account_id=mine, key=key)
    for name, request in (("Hold", hold), ("Capture", capture), ("Release", release)):
        answer = await switchboard.call(
            RPCS[f"billing.{name}"], request, service="dispatch", who=world.mine.saga
        )

        assert not any(one in answer.told.replace(key, "…") for one in world.theirs.secrets)

    assert await wallet(world.theirs, switchboard) == before


@pytest.mark.parametrize("name", of(Outcome.NOTHING))
async def test_what_is_let_go_of_for_another_account_is_nothing(
    name: str, world: World, switchboard: Switchboard
) -> None:
    row, rpc = REACH[name], RPCS[name]
    look = s.GetMandateRequest(letter_id=world.theirs.ids.letter_id)
    mandate = RPCS["signature.GetMandate"]
    theirs = world.theirs.caller
    before = await switchboard.call(mandate, look, service="gateway", who=theirs)

    answers = [
        await switchboard.call(rpc, row.ask(ids), service=row.by, who=world.mine.saga)
        for ids in (world.theirs.ids, world.nothing)
    ]

    after = await switchboard.call(mandate, look, service="gateway", who=theirs)
    assert without(answers[0].told, world.theirs.ids) == without(answers[1].told, world.nothing)
    assert before.told == after.told
    assert "OPTED_OUT" in after.told


async def test_anothers_number_is_nobodys(world: World, switchboard: Switchboard) -> None:
    rpc = RPCS["letters.GetLetter"]
    for number in (world.theirs.ids.number, world.nothing.number):
        request = le.GetLetterRequest(number=number)
        answer = await switchboard.call(rpc, request, service="gateway", who=world.mine.caller)
        assert answer.is_missing

    request = le.GetLetterRequest(number=world.theirs.ids.number)
    own = await switchboard.call(rpc, request, service="gateway", who=world.theirs.caller)
    assert own.message is not None


async def test_ending_ones_sessions_ends_nobody_elses(
    world: World, switchboard: Switchboard
) -> None:
    rpc, row = RPCS["accounts.EndSessions"], REACH["accounts.EndSessions"]
    elsewhere = Caller(  # a profile without a session: this test ends none of ours
        service="",
        kind=CallerKind.AGENT,
        account_id=world.mine.caller.account_id,
        actor_id=uuid4(),
        roles=frozenset({"owner"}),
    )

    answer = await switchboard.call(
        rpc, row.ask(world.theirs.ids), service="gateway", who=elsewhere
    )

    assert answer.code == "OK"
    assert (await world.theirs.agency.rest.get("/account"))["id"] == world.theirs.account["id"]


@pytest.mark.parametrize("name", ["AcceptProof", "RejectProof"])
async def test_staff_decide_on_a_proof_of_the_account_they_name(
    name: str, world: World, switchboard: Switchboard
) -> None:
    rpc = RPCS[f"accounts.{name}"]
    staff = Caller(service="", kind=CallerKind.STAFF, roles=frozenset({"staff"}), actor_name="I.")
    more = {"reason": a.REJECTION_REASON_UNREADABLE} if name == "RejectProof" else {}
    request = rpc.request(
        account_id=world.mine.account["id"], proof_id=world.theirs.ids.proof_id, **more
    )

    answer = await switchboard.call(rpc, request, service="gateway", who=staff)

    assert answer.is_missing
