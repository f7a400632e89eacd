"""Builds and starts the billing service: ``python -m services.billing.main``."""

from functools import partial
from pathlib import Path
from typing import Final

from kit import pruning
from kit.blobs import Blobs
from kit.clock import load_clock
from kit.db import Database
from kit.events import Bus, Relay
from kit.grpc import Serving
from kit.mail import MailSender
from kit.pace import Pace
from kit.pdf import Renderer
from kit.process import run_process
from kit.service import Service
from preavis.billing.v1 import billing_pb2
from preavis.billing.v1.billing_pb2_grpc import add_BillingServiceServicer_to_server
from services.billing.domain.tariff import Tariff
from services.billing.due import due_worker, next_audit
from services.billing.partners.stationery import PaperStationery
from services.billing.partners.stripe_cards import StripeCards
from services.billing.servicer import RULES, Billing
from services.billing.settings import BillingSettings
from services.billing.store import SqlStore

TARIFF: Final = Path(__file__).resolve().parent / "domain" / "tariff.toml"


async def run(settings: BillingSettings) -> None:
    """Serve until told to stop."""
    clock = load_clock(settings.clock)
    database = Database(settings.database_url, settings.worker_database_url)
    bus = await Bus.connect(settings.nats_url, name=settings.service)
    await bus.provision_stream(settings.service)
    cards = StripeCards(
        api_key=settings.stripe_api_key,
        webhook_secret=settings.stripe_webhook_secret,
        base=settings.stripe_api_base,
        pace=Pace(database, "stripe", per_second=settings.stripe_calls_per_second, burst=20),
    )
    renderer = Renderer(workers=settings.render_workers, assets_dir=settings.assets_dir)
    stationery = PaperStationery(renderer, environment_name=settings.environment)
    tariff = Tariff.read(TARIFF.read_text("utf-8"))
    store = SqlStore(database, low_below=tariff.low_below)
    files = Blobs(settings.blobs_dir)
    servicer = Billing(
        store=store,
        cards=cards,
        stationery=stationery,
        files=files,
        tariff=tariff,
        clock=clock,
        expects_live=settings.expects_live,
    )
    service = Service(
        settings,
        serving=[
            Serving(
                descriptor=billing_pb2.DESCRIPTOR.services_by_name["BillingService"],
                add=add_BillingServiceServicer_to_server,
                servicer=servicer,
                rules=RULES,
            )
        ],
        loops={
            "relay": Relay(database, bus),
            "due": due_worker(
                database,
                clock,
                store=store,
                cards=cards,
                stationery=stationery,
                files=files,
                expects_live=settings.expects_live,
                lease_s=settings.lease_s,
            ),
            "mail": MailSender(
                database,
                service=settings.service,
                smtp_url=settings.smtp_url,
                mail_from=settings.mail_from,
                environment=settings.environment,
            ),
        },
        opening=[
            renderer.warm,
            lambda: store.plan_audit(next_audit(clock())),
            partial(pruning.plan, database, clock),
        ],
        closing=[cards.close, renderer.close, bus.close, database.close],
    )
    await service.run()


if __name__ == "__main__":
    run_process(run(BillingSettings()))
