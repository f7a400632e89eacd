import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from uuid import UUID

import grpc
import pytest
from google.protobuf.wrappers_pb2 import StringValue

from kit.errors import FieldError, InvalidFields, Kind, TurnedDown
from kit.grpc import Caller, CallerKind, PeerRefusal, Peers, Rule, Serving, caller, on_behalf
from kit.tests import echo
from kit.tokens import new_key_pair

ACCOUNT = UUID("0193a000-0000-7000-8000-000000000001")


async def same(value: str) -> str:
    return value


@asynccontextmanager
async def running(
    answer: echo.Answer = same, *, service: str = "gateway", timeout_s: float = 5.0
) -> AsyncIterator[echo.EchoStub]:
    server = echo.server(answer)
    await server.start()
    peers = echo.peers(server.port, service=service, timeout_s=timeout_s)
    try:
        yield peers.stub(echo.EchoStub, "echo")
    finally:
        await peers.close()
        await server.stop(0)


async def test_a_known_caller_is_answered() -> None:
    async with running() as stub:
        answer = await stub.Say(StringValue(value="bonjour"))

    assert answer.value == "bonjour"


async def test_the_servicer_knows_for_whom_it_is_called() -> None:
    heard: list[Caller] = []

    async def note(value: str) -> str:
        heard.append(caller())
        return value

    async with running(note) as stub:
        with on_behalf(
            kind=CallerKind.AGENT,
            account_id=ACCOUNT,
            actor_id=None,
            actor_name="Béraud",
            roles={"owner"},
        ):
            await stub.Shout(StringValue())

    assert heard[0].service == "gateway"
    assert heard[0].account_id == ACCOUNT
    assert heard[0].roles == {"owner"}


async def test_a_service_outside_the_rule_is_denied() -> None:
    async with running(service="paper") as stub:
        with pytest.raises(PeerRefusal) as refused:
            await stub.Say(StringValue())

    assert (refused.value.kind, refused.value.reason) == (Kind.DENIED, "caller-not-allowed")


async def test_a_role_outside_the_rule_is_denied() -> None:
    async with running() as stub:
        with pytest.raises(PeerRefusal) as refused:
            await stub.Shout(StringValue())

    assert refused.value.reason == "caller-not-allowed"


@pytest.mark.parametrize(
    ("metadata", "seconds", "code"),
    [
        ((), 5.0, grpc.StatusCode.UNAUTHENTICATED),
        ((("authorization", "forged"),), 5.0, grpc.StatusCode.UNAUTHENTICATED),
        ((), None, grpc.StatusCode.INVALID_ARGUMENT),
    ],
)
async def test_without_token_or_deadline_nothing_is_answered(
    metadata: tuple[tuple[str, str], ...], seconds: float | None, code: grpc.StatusCode
) -> None:
    calls = echo.Calls(same)
    server = echo.server(calls)
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        stub = echo.EchoStub(channel)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.Say(StringValue(), metadata=metadata, timeout=seconds)
    await server.stop(0)

    assert refused.value.code() is code
    assert calls.seen == []


class CreditShort(TurnedDown):
    reason = "credit-short"


async def test_a_request_that_cannot_be_read_is_the_callers_fault() -> None:
    async with running() as stub:
        with pytest.raises(InvalidFields) as refused:
            await stub.Say(StringValue(value="a\0b"))

    assert refused.value.errors[0].field == "value"


async def test_a_refusal_too_long_for_the_wire_still_says_why() -> None:
    async def refuse(_: str) -> str:
        raise InvalidFields(
            [FieldError(f"field.{n}", "x", {"value": "é" * 900}) for n in range(99)]
        )

    async with running(refuse) as stub:
        with pytest.raises(InvalidFields) as refused:
            await stub.Say(StringValue())

    assert refused.value.errors[0] == FieldError("field.0", "x", {"value": "é" * 200})


@pytest.mark.parametrize("kind", list(Kind))
async def test_a_refusal_crosses_whole(kind: Kind) -> None:
    class Refusal(CreditShort):
        pass

    Refusal.kind = kind

    async def refuse(_: str) -> str:
        raise Refusal("il manque 2,60 €", missing="260")

    calls = echo.Calls(refuse)
    async with running(calls) as stub:
        with pytest.raises(PeerRefusal) as refused:
            await stub.Say(StringValue())

    assert refused.value.kind is kind
    assert refused.value.reason == "credit-short"
    assert refused.value.facts == {"missing": "260"}
    assert str(refused.value) == "il manque 2,60 €"
    assert len(calls.seen) == 1  # what was refused on purpose is not tried again


async def test_wrong_fields_cross_whole() -> None:
    errors = [FieldError("postcode", "postcode-invalid", {"digits": "4"}), FieldError("town", "x")]

    async def refuse(_: str) -> str:
        raise InvalidFields(errors)

    async with running(refuse) as stub:
        with pytest.raises(InvalidFields) as refused:
            await stub.Say(StringValue())

    assert list(refused.value.errors) == errors


async def test_a_bug_says_nothing_of_itself(caplog: pytest.LogCaptureFixture) -> None:
    async def fail(_: str) -> str:
        raise ZeroDivisionError("a secret")

    async with running(fail) as stub:
        with pytest.raises(grpc.aio.AioRpcError) as failed:
            await stub.Say(StringValue())

    assert failed.value.code() is grpc.StatusCode.INTERNAL
    assert "secret" not in (failed.value.details() or "")


async def test_a_silent_peer_is_for_later() -> None:
    async def dawdle(value: str) -> str:
        await asyncio.sleep(5)
        return value

    async with running(dawdle, timeout_s=0.2) as stub:
        with pytest.raises(TurnedDown) as refused:
            await stub.Say(StringValue())

    assert (refused.value.kind, refused.value.reason) == (Kind.LATER, "peer-unavailable")


async def test_an_absent_peer_is_for_later() -> None:
    peers = echo.peers(1, timeout_s=1.0)

    with pytest.raises(TurnedDown) as refused:
        await peers.stub(echo.EchoStub, "echo").Say(StringValue())
    await peers.close()

    assert refused.value.kind is Kind.LATER


async def test_the_next_hop_has_less_time_than_we_have() -> None:
    heard: list[float] = []
    inner_stub: list[echo.EchoStub] = []

    async def time_it(value: str) -> str:
        start = asyncio.get_running_loop().time()
        with pytest.raises(TurnedDown):
            await inner_stub[0].Say(StringValue())
        heard.append(asyncio.get_running_loop().time() - start)
        return value

    async def dawdle(value: str) -> str:
        await asyncio.sleep(5)
        return value

    async with running(dawdle, timeout_s=30) as deep:
        inner_stub.append(deep)
        async with running(time_it, timeout_s=0.6) as stub:
            answer = await stub.Say(StringValue(value="still in time"))

    assert answer.value == "still in time"
    assert heard[0] < 0.6


@pytest.mark.parametrize(
    "change",
    [
        lambda rules: rules.pop("Say"),
        lambda rules: rules.update(Whisper=Rule(callers={"gateway"})),
    ],
)
def test_a_server_does_not_start_unless_each_rpc_has_its_rule(
    change: Callable[[dict[str, Rule]], object],
) -> None:
    rules = dict(echo.RULES)
    change(rules)
    serving = Serving(
        descriptor=echo.DESCRIPTOR,
        add=echo.add_to_server,
        servicer=echo.EchoServicer(same),
        rules=rules,
    )

    with pytest.raises(ValueError, match="RPCs and rules differ"):
        serving.rules_by_path()


async def test_a_caller_whose_key_is_not_known_is_told_so() -> None:
    server = echo.server(same)
    await server.start()
    private, _ = new_key_pair()
    stranger = SimpleNamespace(
        service="gateway", private_key=private, peers={"echo": f"127.0.0.1:{server.port}"}
    )
    peers = Peers(stranger)
    with pytest.raises(PeerRefusal) as refused:
        await peers.stub(echo.EchoStub, "echo").Say(StringValue())
    await peers.close()
    await server.stop(0)

    assert (refused.value.kind, refused.value.reason) == (Kind.LATER, "caller-unknown")
