"""An operator: one suite on the fake and, by the AR24 adapter, on the sandbox's real protocol."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from kit.clock import system_clock
from kit.http import PartnerHttp
from kit.ids import new_id, new_token
from local.sandbox.testing import Running, sandbox_server
from services.dispatch.domain.letter import MailKind
from services.dispatch.domain.proofs import ProofKind
from services.dispatch.domain.tracking import Answer, News
from services.dispatch.partners.ar24 import Ar24
from services.dispatch.ports import (
    Operator,
    OperatorDown,
    OperatorRefused,
    OperatorSilent,
    Parcel,
)
from services.dispatch.tests.builders import NOON
from services.dispatch.tests.fakes import DOWN, LOSE, REFUSE, FakeOperator
from services.dispatch.tests.peers import AGENCY
from tests.support.time import SettableClock

PDF = b"%PDF-1.7\n%one page\n%%EOF\n"


@dataclass(frozen=True, kw_only=True)
class World:
    """An operator, and the hands that play the recipient and the faults behind it."""

    operator: Operator
    settle: Callable[[str, str], Awaitable[None]]
    fault: Callable[[str], Awaitable[None]]
    count: Callable[[], Awaitable[int]]


async def fake_world() -> AsyncIterator[World]:
    operator = FakeOperator(SettableClock(NOON))

    async def settle(reference: str, move: str) -> None:
        operator.deposit(reference)
        answers = {
            "accept": Answer.ACCEPTED,
            "refuse": Answer.REFUSED,
            "bounce": Answer.BOUNCED,
        }
        if move in answers:
            operator.end(reference, answers[move])

    async def fault(name: str) -> None:
        operator.next_answers = [{"down": DOWN, "lose": LOSE, "refuse": REFUSE}[name]]

    async def count() -> int:
        return len(operator.letters)

    yield World(operator=operator, settle=settle, fault=fault, count=count)


FAULTS: Mapping[str, Mapping[str, Any]] = {
    "down": {"maintenance": {"times": 1}},
    "lose": {"timeout_after_accept": {"times": 1, "seconds": 3}},
    "refuse": {},
}


async def sandbox_world(running: Running, base: str) -> AsyncIterator[World]:
    settings = running.settings
    async with (
        PartnerHttp(
            f"{base}/ar24/api", partner="ar24", timeout=httpx.Timeout(1.5, connect=1.0)
        ) as http,
        httpx.AsyncClient(base_url=base, timeout=5) as hands,
    ):
        operator = Ar24(
            http,
            token=settings.ar24_token.get_secret_value(),
            private_key=settings.ar24_private_key.get_secret_value(),
            webhook_base_url=f"{base}/nowhere",
            clock=system_clock,
        )

        async def settle(reference: str, move: str) -> None:
            for _ in range(100):
                news = await operator.read(sender, reference)
                if news.answer is not Answer.WAITING:
                    break
            if move != "deposit":
                (await hands.post(f"/sandbox/letters/{reference}/{move}")).raise_for_status()

        async def fault(name: str) -> None:
            answer = await hands.put("/sandbox/faults/ar24", json=FAULTS[name])
            answer.raise_for_status()

        async def count() -> int:
            return len((await hands.get("/sandbox/letters")).json())

        sender = await operator.ensure_sender(AGENCY)
        yield World(operator=operator, settle=settle, fault=fault, count=count)
        await hands.put("/sandbox/faults/ar24", json={})


@pytest.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    folder: Path = tmp_path_factory.mktemp("sandbox")
    async with sandbox_server(folder) as found:
        yield found


@pytest.fixture
async def fake() -> AsyncIterator[World]:
    async for world in fake_world():
        yield world


@pytest.fixture
async def sandbox(running: Running) -> AsyncIterator[World]:
    async for world in sandbox_world(running, running.url):
        yield world


@pytest.fixture(params=["fake", pytest.param("sandbox", marks=pytest.mark.servers)])
def world(request: pytest.FixtureRequest) -> World:
    found: World = request.getfixturevalue(request.param)
    return found


async def a_parcel(
    operator: Operator, *, address: str = "reclamations@valdambre.example"
) -> Parcel:
    sender = await operator.ensure_sender(AGENCY)
    return Parcel(
        attempt_id=new_id(),
        sender=sender,
        kind=MailKind.ACKNOWLEDGED,
        recipient_name="Mutuelle Val d’Ambre",
        recipient_address=address,
        letter_number="26-00042",
        files=[await operator.upload(sender, "26-00042-lettre.pdf", PDF)],
        secret=new_token(),
    )


async def handed(world: World) -> tuple[Parcel, str]:
    parcel = await a_parcel(world.operator)
    return parcel, await world.operator.hand_over(parcel)


async def test_an_agency_has_one_number(world: World) -> None:
    first = await world.operator.ensure_sender(AGENCY)

    assert await world.operator.ensure_sender(AGENCY) == first


async def test_a_letter_keeps_our_reference_and_gets_deposited(world: World) -> None:
    parcel, reference = await handed(world)

    await world.settle(reference, "deposit")
    news = await world.operator.read(parcel.sender, reference)

    assert news.answer is Answer.DEPOSITED
    assert (news.reference, news.our_reference) == (reference, str(parcel.attempt_id))
    assert news.deposited_at is not None


@pytest.mark.parametrize(
    ("move", "answer", "kind"),
    [
        ("accept", Answer.ACCEPTED, ProofKind.RECEIPT),
        ("refuse", Answer.REFUSED, ProofKind.REFUSAL),
        ("bounce", Answer.BOUNCED, ProofKind.BOUNCE),
    ],
)
async def test_each_ending_comes_with_its_proofs(
    world: World, move: str, answer: Answer, kind: ProofKind
) -> None:
    parcel, reference = await handed(world)

    await world.settle(reference, move)
    news = await world.operator.read(parcel.sender, reference)

    assert news.answer is answer
    assert news.deposited_at is not None
    assert news.ended_at is not None
    assert news.proofs.keys() == {ProofKind.DEPOSIT, kind}
    for address in news.proofs.values():
        assert (await world.operator.fetch(address)).startswith(b"%PDF")


async def test_many_letters_are_read_in_one_sweep(world: World) -> None:
    parcel, first = await handed(world)
    _, second = await handed(world)

    found = await world.operator.sweep(parcel.sender, [first, second])

    assert [news.reference for news in found] == [first, second]


async def test_a_letter_of_another_sender_is_not_told(world: World) -> None:
    _, reference = await handed(world)

    with pytest.raises(OperatorRefused):
        await world.operator.read("1", reference)


async def test_an_operator_that_takes_nothing_says_so(world: World) -> None:
    parcel = await a_parcel(world.operator)
    before = await world.count()
    await world.fault("down")

    with pytest.raises(OperatorDown):
        await world.operator.hand_over(parcel)

    assert await world.count() == before


async def test_silence_is_not_an_answer_even_when_it_was_accepted(world: World) -> None:
    parcel = await a_parcel(world.operator)
    before = await world.count()
    await world.fault("lose")

    with pytest.raises(OperatorSilent):
        await world.operator.hand_over(parcel)

    assert await world.count() == before + 1


async def test_a_refusal_is_final_and_leaves_nothing_there(world: World) -> None:
    parcel = replace(await a_parcel(world.operator), recipient_address="no address")
    before = await world.count()
    await world.fault("refuse")

    with pytest.raises(OperatorRefused):
        await world.operator.hand_over(parcel)

    assert await world.count() == before


@pytest.mark.servers
@pytest.mark.parametrize("mode", ["clear", "result", "whole"])
async def test_each_answer_mode_of_the_protocol_is_read(
    sandbox: World, running: Running, mode: str
) -> None:
    async with httpx.AsyncClient(base_url=running.url) as hands:
        switch = {"answers": {"mode": mode}}
        (await hands.put("/sandbox/faults/ar24", json=switch)).raise_for_status()

    parcel, reference = await handed(sandbox)

    found: News = await sandbox.operator.read(parcel.sender, reference)
    assert found.our_reference == str(parcel.attempt_id)


@pytest.mark.servers
async def test_a_proof_elsewhere_than_at_the_operators_is_not_fetched(sandbox: World) -> None:
    with pytest.raises(OperatorDown):
        await sandbox.operator.fetch("http://203.0.113.9/get/proof/ev-1?token=x")


@pytest.mark.servers
async def test_a_wrong_key_of_ours_never_condemns_a_letter(running: Running) -> None:
    async with PartnerHttp(f"{running.url}/ar24/api", partner="ar24") as http:
        operator = Ar24(
            http,
            token="wrong",
            private_key="wrong",
            webhook_base_url="",
            clock=system_clock,
        )
        with pytest.raises(OperatorDown):
            await operator.ensure_sender(AGENCY)


def test_a_webhook_names_its_letter_by_form_or_by_json() -> None:
    operator = Ar24(
        PartnerHttp("https://operator.example/api", partner="ar24"),
        token="t",
        private_key="k",
        webhook_base_url="",
        clock=system_clock,
    )

    form = operator.letter_named(b"id_mail=400001&new_state=sent", {})
    sent = operator.letter_named(b'{"id_mail": 400002}', {"content-type": "application/json"})
    nonsense = operator.letter_named(b"\xff{", {"content-type": "application/json"})

    assert (form, sent, nonsense) == ("400001", "400002", "")
