"""What leaves a process to be looked at by others."""

import httpx
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from kit import telemetry


async def test_a_partners_address_is_traced_without_its_query() -> None:
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    transport = httpx.MockTransport(lambda _: httpx.Response(200))
    client = httpx.AsyncClient(transport=transport)
    HTTPXClientInstrumentor.instrument_client(
        client,
        tracer_provider=provider,
        request_hook=telemetry.cut_query_async,
    )

    await client.get("https://operator.example/api/mail?token=our-key&id=7")
    await client.aclose()

    (span,) = kept.get_finished_spans()
    assert "our-key" not in span.to_json()
    assert "https://operator.example/api/mail" in span.to_json()
