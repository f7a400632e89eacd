"""What is kept of a request for those who look at traces: its route, and nothing it was about."""

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.gateway.measure import trace_requests
from services.gateway.tests.edge import product
from services.gateway.tests.pages import rig

SECRET = "cle-d-un-lien-envoye"


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("GET", f"/mot-de-passe/{SECRET}", "/mot-de-passe/{token}"),
        ("GET", f"/activation/{SECRET}?de={SECRET}", "/activation/{token}"),
        ("GET", f"/resiliations?q={SECRET}", "/resiliations"),
        ("GET", f"/v1/recipients?q={SECRET}", "/v1"),
        ("POST", f"/hooks/ar24/{SECRET}", "/hooks/ar24/{secret}"),
        ("GET", f"/{SECRET}", ""),
    ],
)
async def test_no_address_is_kept_in_a_trace(method: str, path: str, route: str) -> None:
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    app = product.build()
    trace_requests(app, provider)
    async with product.client(app, session=rig.AGENT) as browser:
        await browser.request(method, path)

    spans = kept.get_finished_spans()
    assert spans
    assert SECRET not in "".join(span.to_json() for span in spans)
    assert any(route in span.name for span in spans)
