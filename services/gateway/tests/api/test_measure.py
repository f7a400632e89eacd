"""Requests are measured by route: no id ever becomes a label."""

import httpx
import pytest
from prometheus_client import REGISTRY

from preavis.billing.v1 import billing_pb2
from services.gateway.measure import Measured
from services.gateway.tests.api.house import Edge


def counted(route: str, status: str, method: str = "GET") -> float:
    labels = {"method": method, "route": route, "status": status}
    return REGISTRY.get_sample_value("preavis_http_server_seconds_count", labels) or 0.0


@pytest.mark.parametrize(
    ("method", "path", "route", "status"),
    [
        ("GET", "/v1/letters/0193a0", "/v1/letters/{letter_id}", "401"),
        ("POST", "/hooks/stripe", "/hooks/stripe", "200"),
        ("GET", "/0193a0", "unknown", "404"),
    ],
)
async def test_a_request_is_counted_under_its_route(
    api: Edge, method: str, path: str, route: str, status: str
) -> None:
    api.billing.answers["ReceiveWebhook"] = lambda _: billing_pb2.ReceiveWebhookResponse()
    before = counted(route, status, method)

    transport = httpx.ASGITransport(app=Measured(api.app))
    async with httpx.AsyncClient(transport=transport, base_url="http://edge.test") as client:
        await client.request(method, path)

    assert counted(route, status, method) == before + 1
