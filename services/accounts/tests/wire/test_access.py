"""Who may call what: each RPC, tried by everybody who may not."""

from uuid import uuid4

import pytest

from kit.errors import Kind, TurnedDown
from kit.grpc import Caller
from preavis.accounts.v1 import accounts_pb2 as pb
from services.accounts.servicer import RULES
from services.accounts.tests.wire.conftest import CALLERS, Wire, a_staff_member, an_agent, speaking

pytestmark = pytest.mark.servers

VISITOR = Caller(service="gateway")


async def answer(wire: Wire, service: str, rpc: str, who: Caller) -> str:
    request = getattr(pb, f"{rpc}Request")()
    with speaking(who):
        try:
            await getattr(wire.stubs[service], rpc)(request)
        except TurnedDown as refusal:
            return refusal.reason if refusal.kind is Kind.DENIED else "let in"
    return "let in"


@pytest.mark.parametrize("rpc", sorted(RULES))
async def test_a_service_outside_the_list_is_never_answered(wire: Wire, rpc: str) -> None:
    for service in set(CALLERS) - set(RULES[rpc].callers):
        for who in (VISITOR, an_agent(), a_staff_member()):
            assert await answer(wire, service, rpc, who) == "caller-not-allowed", service


@pytest.mark.parametrize("rpc", sorted(name for name, rule in RULES.items() if rule.roles))
async def test_a_role_outside_the_list_is_never_answered(wire: Wire, rpc: str) -> None:
    roles = RULES[rpc].roles or set()
    outsiders = [VISITOR]
    if "owner" not in roles:
        outsiders.append(an_agent())
    if "staff" not in roles:
        outsiders.append(a_staff_member())

    for who in outsiders:
        assert await answer(wire, "gateway", rpc, who) == "caller-not-allowed", who.kind


async def test_staff_name_the_account_they_read(wire: Wire) -> None:
    with speaking(a_staff_member()):
        with pytest.raises(TurnedDown) as nameless:
            await wire.gateway.GetAccount(pb.GetAccountRequest())
        with pytest.raises(TurnedDown) as missing:
            await wire.gateway.GetAccount(pb.GetAccountRequest(account_id=str(uuid4())))

    assert nameless.value.reason == "account-required"
    assert missing.value.reason == "account-missing"
