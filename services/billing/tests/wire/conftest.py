"""The service on real gRPC, Postgres and the sandbox's card company, webhooks included."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest
import stripe
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kit.blobs import Blobs
from kit.db import Database
from kit.errors import TurnedDown
from kit.grpc import CallerKind, Peers, Server, Serving, acting_for, on_behalf
from kit.ids import new_id
from kit.pdf import Renderer
from kit.tokens import Verifier, new_key_pair
from local.sandbox.testing import Running, sandbox_server
from local.servers import free_port, wait_listening
from preavis.billing.v1 import billing_pb2 as pb
from preavis.billing.v1.billing_pb2_grpc import (
    BillingServiceStub,
    add_BillingServiceServicer_to_server,
)
from services.billing.due import due_worker
from services.billing.partners.stationery import PaperStationery
from services.billing.partners.stripe_cards import StripeCards
from services.billing.servicer import RULES, Billing
from services.billing.store import SqlStore
from services.billing.tests.builders import NOW, tariff
from tests.support.servers import MakeDatabase
from tests.support.time import SettableClock

if TYPE_CHECKING:  # the stubs' own typing: absent at run time
    from preavis.billing.v1.billing_pb2_grpc import BillingServiceAsyncStub

ASSETS = Path(__file__).resolve().parents[4] / ".assets"


@dataclass
class House:
    """Billing, as its callers and the card company meet it."""

    db: Database
    store: SqlStore
    clock: SettableClock
    sandbox: Running
    stripe: stripe.StripeClient
    stubs: dict[str, "BillingServiceAsyncStub"]

    def agent(self, account_id: UUID, *, roles: tuple[str, ...] = ("owner",)) -> Any:
        """Speak as the gateway does for a person of this account."""
        return on_behalf(
            kind=CallerKind.AGENT,
            account_id=account_id,
            actor_id=new_id(),
            actor_name="Hélène Béraud",
            roles=roles,
        )

    async def wallet(self, account_id: UUID) -> pb.GetWalletResponse:
        with self.agent(account_id):
            return await self.stubs["gateway"].GetWallet(pb.GetWalletRequest())

    async def begin(
        self, account_id: UUID, cents: int = 10_000, key: str = "k"
    ) -> pb.StartTopUpResponse:
        request = pb.StartTopUpRequest(
            idempotency_key=key,
            amount_cents=cents,
            return_url="http://localhost/credit/{TOP_UP_ID}",
            cancel_url="http://localhost/credit",
            buyer_name="Béraud Assurances",
            buyer_lines=["4, place du Bouffay", "44000 Nantes"],
            buyer_email="helene@beraud.example",
        )
        with self.agent(account_id):
            return await self.stubs["gateway"].StartTopUp(request)

    async def pay(self, begun: pb.StartTopUpResponse, card: str = "4242424242424242") -> int:
        session = begun.checkout_url.rpartition("/")[2]
        return await self.sandbox_post(f"/sandbox/cards/{session}/pay", {"card": card})

    async def sandbox_post(self, path: str, body: dict[str, Any]) -> int:
        async with httpx.AsyncClient(base_url=self.sandbox.url, timeout=20) as http:
            return (await http.post(path, json=body)).status_code

    async def faults(self, **switches: dict[str, Any]) -> None:
        async with httpx.AsyncClient(base_url=self.sandbox.url, timeout=20) as http:
            (await http.put("/sandbox/faults/stripe", json=switches)).raise_for_status()

    async def top_up(
        self, account_id: UUID, begun: pb.StartTopUpResponse, *, refresh: bool = False
    ) -> pb.TopUp:
        request = pb.GetTopUpRequest(top_up_id=begun.top_up_id, refresh=refresh)
        with self.agent(account_id):
            return (await self.stubs["gateway"].GetTopUp(request)).top_up

    async def has(self, account_id: UUID, cents: int) -> None:
        """Wait until the account can spend exactly this."""
        seen = -1
        for _ in range(400):
            seen = (await self.wallet(account_id)).available_cents
            if seen == cents:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{seen} cents, not {cents}")

    async def hold(self, account_id: UUID, key: str, **more: Any) -> pb.HoldRecord:
        request = pb.HoldRequest(
            account_id=str(account_id),
            key=key,
            product=pb.PRODUCT_LRE_ACKNOWLEDGED,
            cause="Lettre 27-00012",
            **more,
        )
        with acting_for(account_id):
            return (await self.stubs["dispatch"].Hold(request)).hold


@pytest.fixture(scope="module")
async def house(
    database: MakeDatabase, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    db, clock, port = await database("billing"), SettableClock(NOW), free_port()
    store, folder = SqlStore(db), tmp_path_factory.mktemp("billing")
    hooks = f"http://127.0.0.1:{port}/hooks/stripe"
    async with sandbox_server(folder / "sandbox", stripe_webhook_url=hooks) as sandbox:
        key = sandbox.settings.stripe_secret_key.get_secret_value()
        secret = sandbox.settings.stripe_webhook_secret.get_secret_value()
        base = f"{sandbox.url}/stripe"
        cards = StripeCards(api_key=key, webhook_secret=secret, base=base)
        http = stripe.HTTPXClient()
        client = stripe.StripeClient(key, base_addresses={"api": base}, http_client=http)
        renderer = Renderer(workers=1, assets_dir=ASSETS)
        await renderer.warm()
        stationery = PaperStationery(renderer, environment_name="test")
        files = Blobs(folder / "blobs")
        servicer = Billing(
            store=store, cards=cards, stationery=stationery, files=files,
            tariff=tariff(), clock=clock, expects_live=False,
        )  # fmt: skip
        worker = due_worker(
            db, clock, store=store, cards=cards, stationery=stationery, files=files,
            expects_live=False,
        )  # fmt: skip
        stop = asyncio.Event()
        async with serving(servicer) as stubs, asyncio.TaskGroup() as tasks:
            tasks.create_task(worker.run(stop))
            hook = tasks.create_task(receive_hooks(port, stubs["gateway"], stop))
            await wait_listening(port, timeout_s=10)
            yield House(db, store, clock, sandbox, client, stubs)
            stop.set()
            await hook
        await cards.close()
        await http.close_async()  # type: ignore[no-untyped-call]  # half typed
        await renderer.close()


@asynccontextmanager
async def serving(servicer: Billing) -> AsyncIterator[dict[str, "BillingServiceAsyncStub"]]:
    """Serve billing, and give each of its callers a stub."""
    keys = {name: new_key_pair() for name in ("gateway", "dispatch", "letters")}
    server = Server(
        verifier=Verifier("billing", {name: public for name, (_, public) in keys.items()}),
        serving=[
            Serving(
                descriptor=pb.DESCRIPTOR.services_by_name["BillingService"],
                add=add_BillingServiceServicer_to_server,
                servicer=servicer,
                rules=RULES,
            )
        ],
        address=("127.0.0.1", 0),
    )
    await server.start()
    address = {"billing": f"127.0.0.1:{server.port}"}
    peers = {
        name: Peers(SimpleNamespace(service=name, private_key=private, peers=address))
        for name, (private, _) in keys.items()
    }
    yield {name: each.stub(BillingServiceStub, "billing") for name, each in peers.items()}
    for each in peers.values():
        await each.close()
    await server.stop(0)


async def receive_hooks(port: int, stub: "BillingServiceAsyncStub", stop: asyncio.Event) -> None:
    """Hand webhooks over unread, as the gateway does."""

    async def hook(request: Request) -> Response:
        news = pb.ReceiveWebhookRequest(
            partner="stripe", headers=dict(request.headers), body=await request.body()
        )
        try:
            await stub.ReceiveWebhook(news)
        except TurnedDown:
            return Response(status_code=400)
        return Response()

    app = Starlette(routes=[Route("/hooks/stripe", hook, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", lifespan="off"))
    server.capture_signals = nullcontext  # type: ignore[assignment,method-assign]
    running = asyncio.create_task(server.serve())
    await stop.wait()
    server.should_exit = True
    await running
