"""Builds and starts dispatch: ``python -m services.dispatch.main``."""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from kit import pruning
from kit.clock import Clock, load_clock, system_clock
from kit.db import Database
from kit.events import Bus, Listener, Relay
from kit.grpc import Peers, Serving
from kit.http import PartnerHttp
from kit.mail import MailSender
from kit.pace import Pace
from kit.pdf import Renderer
from kit.process import run_process
from kit.service import Service
from preavis.accounts.v1.accounts_pb2_grpc import AccountsServiceStub
from preavis.billing.v1.billing_pb2_grpc import BillingServiceStub
from preavis.dispatch.v1 import dispatch_pb2
from preavis.dispatch.v1.dispatch_pb2_grpc import add_DispatchServiceServicer_to_server
from preavis.letters.v1.letters_pb2_grpc import LettersServiceStub
from preavis.signature.v1.signature_pb2_grpc import SignatureServiceStub
from services.dispatch.consumers import accounts_consumer
from services.dispatch.due import due_worker
from services.dispatch.partners.ar24 import Ar24
from services.dispatch.partners.sealing import PadesSealer
from services.dispatch.partners.vault import DiskVault
from services.dispatch.peers import AccountsPeer, BillingPeer, LettersPeer, SignaturePeer
from services.dispatch.ports import Desk, Operator, Work
from services.dispatch.servicer import RULES, Dispatch
from services.dispatch.settings import DispatchSettings
from services.dispatch.store import PgStore, PgWork
from services.dispatch.usecases import settling

OPERATOR_TIMEOUT: Final = httpx.Timeout(60.0, connect=5.0)  # what the vendor asks its clients


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outside:
    """What is opened once and closed at the end."""

    peers: Peers
    operator_http: PartnerHttp
    operator: Operator
    renderer: Renderer
    sealer: PadesSealer


async def run(settings: DispatchSettings) -> None:
    """Serve until told to stop."""
    clock = load_clock(settings.clock)
    database = Database(settings.database_url, settings.worker_database_url, pool_size=10)
    bus = await Bus.connect(settings.nats_url, name=settings.service)
    await bus.provision_stream(settings.service)
    outside = _outside(settings, database)
    desk = _desk(settings, database, clock, outside)

    def open_work(session: AsyncSession, account_id: UUID) -> Work:
        return PgWork(session, account_id, clock)

    async def plan_night() -> None:
        await settling.plan_night(clock(), desk=desk)

    async def close_sealer() -> None:
        await asyncio.to_thread(outside.sealer.close)

    service = Service(
        settings,
        serving=[
            Serving(
                descriptor=dispatch_pb2.DESCRIPTOR.services_by_name["DispatchService"],
                add=add_DispatchServiceServicer_to_server,
                servicer=Dispatch(desk),
                rules=RULES,
            )
        ],
        loops={
            "relay": Relay(database, bus),
            "accounts": Listener(accounts_consumer(open_work, clock), database, bus),
            "due": due_worker(database, desk, hands=settings.hands, lease_s=settings.lease_s),
            "mail": MailSender(
                database,
                service=settings.service,
                smtp_url=settings.smtp_url,
                mail_from=settings.mail_from,
                environment=settings.environment,
            ),
        },
        opening=[
            outside.renderer.warm,
            outside.sealer.warm,
            plan_night,
            partial(pruning.plan, database, clock),
        ],
        closing=[
            outside.renderer.close,
            close_sealer,
            outside.operator_http.close,
            outside.peers.close,
            bus.close,
            database.close,
        ],
    )
    await service.run()


def _outside(settings: DispatchSettings, database: Database) -> _Outside:
    per_second = settings.ar24_calls_per_second
    pace = Pace(database, "ar24", per_second=per_second, burst=max(1, int(per_second)))
    http = PartnerHttp(settings.ar24_url, partner="ar24", pace=pace, timeout=OPERATOR_TIMEOUT)
    return _Outside(
        peers=Peers(settings),
        operator_http=http,
        operator=Ar24(
            http,
            token=settings.ar24_token,
            private_key=settings.ar24_private_key,
            webhook_base_url=settings.ar24_webhook_base_url,
            clock=system_clock,
        ),
        renderer=Renderer(workers=settings.render_workers, assets_dir=settings.assets_dir),
        sealer=PadesSealer.create(
            key_pem=settings.seal_key,
            certificate_pem=settings.seal_certificate,
            timestamp_url=settings.timestamp_url,
            workers=settings.seal_workers,
        ),
    )


def _desk(settings: DispatchSettings, database: Database, clock: Clock, outside: _Outside) -> Desk:
    peers = outside.peers
    return Desk(
        store=PgStore(database, clock),
        clock=clock,
        credit=BillingPeer(peers.stub(BillingServiceStub, "billing")),
        letters=LettersPeer(peers.stub(LettersServiceStub, "letters")),
        mandates=SignaturePeer(peers.stub(SignatureServiceStub, "signature")),
        accounts=AccountsPeer(peers.stub(AccountsServiceStub, "accounts")),
        operator=outside.operator,
        vault=DiskVault(settings.blobs_dir),
        sealer=outside.sealer,
        printer=outside.renderer,
        public_url=settings.public_url,
    )


if __name__ == "__main__":
    run_process(run(DispatchSettings()))
