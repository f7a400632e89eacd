"""Builds and starts the accounts service: ``python -m services.accounts.main``.

``python -m services.accounts.main create-staff --email … --first-name … --last-name …`` makes one
of our own people a login; the password comes from ``ACCOUNTS_STAFF_PASSWORD``, or is asked for.
"""

import argparse
import asyncio
import getpass
import os
import sys
from collections.abc import Sequence
from functools import partial

from kit import pruning
from kit.clock import load_clock
from kit.db import Database
from kit.errors import InvalidFields
from kit.events import Bus, Listener, Relay
from kit.grpc import Serving
from kit.http import PartnerHttp
from kit.mail import MailSender
from kit.pace import Pace
from kit.process import run_process
from kit.service import Service
from kit.uploads import read_upload
from preavis.accounts.v1 import accounts_pb2
from preavis.accounts.v1.accounts_pb2_grpc import add_AccountsServiceServicer_to_server
from services.accounts import usecases
from services.accounts.consumers import billing_consumer
from services.accounts.due import due_worker, start_sweeping
from services.accounts.partners.argon import Argon
from services.accounts.partners.mails import Mails
from services.accounts.partners.orias import Orias
from services.accounts.partners.proof_files import ProofFiles
from services.accounts.servicer import RULES, AccountsServicer
from services.accounts.settings import AccountsSettings
from services.accounts.store import SqlStore


async def run(settings: AccountsSettings) -> None:
    """Serve until told to stop."""
    clock = load_clock(settings.clock)
    db = Database(settings.database_url, settings.worker_database_url)
    bus = await Bus.connect(settings.nats_url, name=settings.service)
    await bus.provision_stream(settings.service)
    pace = Pace(db, "orias", per_second=settings.orias_calls_per_second, burst=5)
    http = PartnerHttp(settings.orias_url, partner="orias", pace=pace)
    store = SqlStore(db, Mails(settings.public_url).compose)
    registry = Orias(http, user=settings.orias_key)
    files = ProofFiles(settings.blobs_dir)
    servicer = AccountsServicer(
        store=store,
        hasher=Argon(),
        registry=registry,
        uploads=read_upload,
        files=files,
        clock=clock,
    )
    mail = MailSender(
        db,
        service=settings.service,
        smtp_url=settings.smtp_url,
        mail_from=settings.mail_from,
        environment=settings.environment,
    )
    service = Service(
        settings,
        serving=[
            Serving(
                descriptor=accounts_pb2.DESCRIPTOR.services_by_name["AccountsService"],
                add=add_AccountsServiceServicer_to_server,
                servicer=servicer,
                rules=RULES,
            )
        ],
        loops={
            "relay": Relay(db, bus),
            "billing": Listener(billing_consumer(store.book), db, bus),
            "mail": mail,
            "due": due_worker(
                db,
                clock,
                store=store,
                book_of=store.book,
                registry=registry,
                files=files,
                lease_s=settings.lease_s,
            ),
        },
        opening=[partial(start_sweeping, db, clock), partial(pruning.plan, db, clock)],
        closing=[bus.close, http.close, db.close],
    )
    await service.run()


async def create_staff(settings: AccountsSettings, chosen: argparse.Namespace) -> int:
    """Make a staff member, or give a known one a new password; return an exit code."""
    db = Database(settings.database_url, settings.worker_database_url)
    try:
        made = await usecases.create_staff(
            address=chosen.email,
            first_name=chosen.first_name,
            last_name=chosen.last_name,
            password=chosen.password,
            store=SqlStore(db, Mails(settings.public_url).compose),
            hasher=Argon(),
        )
    except InvalidFields as refusal:
        for error in refusal.errors:
            print(f"{error.field}: {error.reason} {dict(error.facts)}", file=sys.stderr)  # noqa: T201 - a command's answer
        return 1
    finally:
        await db.close()
    print(made)  # noqa: T201 - a command's answer
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve, or run the command given; return an exit code."""
    parser = argparse.ArgumentParser(prog="services.accounts.main")
    commands = parser.add_subparsers(dest="command")
    staff = commands.add_parser("create-staff", help="make a staff member's login")
    for name in ("--email", "--first-name", "--last-name"):
        staff.add_argument(name, required=True)
    chosen = parser.parse_args(arguments)
    settings = AccountsSettings()
    if chosen.command == "create-staff":
        kept = os.environ.get("ACCOUNTS_STAFF_PASSWORD")
        chosen.password = kept or getpass.getpass("Password: ")
        return asyncio.run(create_staff(settings, chosen))
    run_process(run(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
