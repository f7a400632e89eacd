"""A call is one trace on both sides, whether or not anybody records it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
import pytest
from google.protobuf.wrappers_pb2 import StringValue
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind, StatusCode

from kit import rpc_traces
from kit.errors import Kind, TurnedDown
from kit.grpc import PeerRefusal
from kit.telemetry import add_trace
from kit.tests import echo


@asynccontextmanager
async def running(answer: echo.Answer) -> AsyncIterator[echo.EchoStub]:
    server = echo.server(answer)
    await server.start()
    peers = echo.peers(server.port)
    try:
        yield peers.stub(echo.EchoStub, "echo")
    finally:
        await peers.close()
        await server.stop(0)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """Spans of calls, as a process that exports records them."""
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(rpc_traces, "_tracer", provider.get_tracer("kept"))
    return kept


async def test_without_an_exporter_the_ids_travel_and_stand_in_the_logs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tracer = TracerProvider(sampler=ALWAYS_OFF).get_tracer("silent")
    monkeypatch.setattr(rpc_traces, "_tracer", tracer)

    async def logged(_: str) -> str:
        line = add_trace(None, "info", {"event": "asked"})
        return f"{line['trace_id']} {line['span_id']}"

    async with running(logged) as stub:
        with tracer.start_as_current_span("a request") as asking:
            ids = [(await stub.Say(StringValue())).value.split() for _ in range(2)]
        alone = (await stub.Say(StringValue())).value.split()

    ours = asking.get_span_context()
    assert [trace_id for trace_id, _ in ids] == [f"{ours.trace_id:032x}"] * 2
    assert len({span_id for _, span_id in ids} | {f"{ours.span_id:016x}"}) == 3
    assert alone[0] != f"{ours.trace_id:032x}"


async def test_a_recorded_call_is_two_spans_of_one_trace(kept: InMemorySpanExporter) -> None:
    async def same(value: str) -> str:
        return value

    async with running(same) as stub:
        await stub.Say(StringValue(value="Marchetti"))

    server, client = kept.get_finished_spans()
    assert (server.kind, client.kind) == (SpanKind.SERVER, SpanKind.CLIENT)
    assert server.parent is not None
    assert server.parent.span_id == client.context.span_id
    for span in (server, client):
        assert span.attributes == {
            "rpc.system": "grpc",
            "rpc.service": "echo.Echo",
            "rpc.method": "Say",
            "rpc.grpc.status_code": 0,
        }


class Missing(TurnedDown):
    kind = Kind.MISSING
    reason = "letter-unknown"


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [(Missing("Marchetti"), 5, StatusCode.UNSET), (ValueError("Marchetti"), 13, StatusCode.ERROR)],
)
async def test_a_bug_is_an_error_of_ours_a_refusal_is_none(
    kept: InMemorySpanExporter, error: Exception, code: int, status: StatusCode
) -> None:
    async def fail(_: str) -> str:
        raise error

    async with running(fail) as stub:
        with pytest.raises((PeerRefusal, grpc.aio.AioRpcError)):
            await stub.Say(StringValue())

    spans = kept.get_finished_spans()
    assert [(span.attributes or {})["rpc.grpc.status_code"] for span in spans] == [code, code]
    assert [span.status.status_code for span in spans] == [status, status]
    assert "Marchetti" not in "".join(span.to_json() for span in spans)


def test_a_call_outside_any_trace_is_told_of_none() -> None:
    with rpc_traces.calling("/echo.Echo/Say") as carried:
        current = trace.get_current_span().get_span_context()

    assert dict(carried).keys() == ({"traceparent"} if current.is_valid else set())
