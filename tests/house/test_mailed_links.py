"""A link that we e-mail leads to a page that exists."""

import re

import pytest

from services.accounts.partners.mails import OTHERWISE, PATHS
from tests.house.source import ROOT

ROUTE = re.compile(r'router\.get\(\s*"([^"]+)"')


def routes() -> set[str]:
    pages = (ROOT / "services/gateway/pages").rglob("*.py")
    return {route for page in pages for route in ROUTE.findall(page.read_text("utf-8"))}


@pytest.mark.parametrize("path", sorted({OTHERWISE, *PATHS.values()}))
def test_an_e_mailed_link_leads_somewhere(path: str) -> None:
    assert path in routes()
