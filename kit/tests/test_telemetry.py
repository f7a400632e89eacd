"""What leaves a process to be looked at by others."""

import json
import logging
from collections.abc import Iterator

import httpx
import pytest
import structlog
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from kit import telemetry

ADDRESS = "http://127.0.0.1:1/api/mail"  # nobody listens: the call is traced all the same


@pytest.fixture
def kept() -> Iterator[InMemorySpanExporter]:
    """Spans of calls to partners, as a process records them."""
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    telemetry.trace_partners(provider)
    yield kept
    HTTPXClientInstrumentor().uninstrument()


async def test_a_partners_address_is_traced_without_its_query(kept: InMemorySpanExporter) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"{ADDRESS}?token=our-key&id=7")

    (span,) = kept.get_finished_spans()
    assert ADDRESS in span.to_json()
    assert "our-key" not in span.to_json()


def test_so_is_one_that_is_called_in_a_thread(kept: InMemorySpanExporter) -> None:
    with httpx.Client(trust_env=False) as client, pytest.raises(httpx.ConnectError):
        client.get(f"{ADDRESS}?token=our-key&id=7")

    (span,) = kept.get_finished_spans()
    assert ADDRESS in span.to_json()
    assert "our-key" not in span.to_json()


@pytest.fixture
def _own_logs() -> Iterator[None]:
    """Give the tests back the logs they had."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.configure(**before)
    structlog.contextvars.clear_contextvars()


@pytest.mark.usefixtures("_own_logs")
def test_no_line_that_a_process_writes_names_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    telemetry.set_up("sample", environment="test")

    structlog.get_logger().info("mail_sent", email="a@b.example", key="m1", token="t0ken")
    logging.getLogger("another.library").warning("line\nforged")

    ours, theirs = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (ours["event"], ours["key"], ours["service"]) == ("mail_sent", "m1", "sample")
    assert (ours["email"], ours["token"]) == ("[hidden]", "[hidden]")
    assert theirs["event"] == "line\nforged"
