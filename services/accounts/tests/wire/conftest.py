"""The service on real gRPC and Postgres; the registry alone is played."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from kit.db import Database
from kit.grpc import Caller, CallerKind, Peers, Server, Serving, on_behalf
from kit.tokens import Verifier, new_key_pair
from kit.uploads import read_upload
from preavis.accounts.v1 import accounts_pb2
from preavis.accounts.v1.accounts_pb2_grpc import (
    AccountsServiceStub,
    add_AccountsServiceServicer_to_server,
)
from services.accounts.partners.argon import Argon
from services.accounts.partners.mails import Mails
from services.accounts.partners.proof_files import ProofFiles
from services.accounts.servicer import RULES, AccountsServicer
from services.accounts.store import SqlStore
from services.accounts.tests.builders import BROKER, NOW
from services.accounts.tests.fakes import FakeRegistry
from services.accounts.usecases import discretion
from tests.support.time import SettableClock

if TYPE_CHECKING:  # a name for the type checker alone
    from preavis.accounts.v1.accounts_pb2_grpc import AccountsServiceAsyncStub

CALLERS = ("gateway", "letters", "signature", "dispatch", "billing")
_TOKEN = re.compile(r"http://localhost/[a-z-]+/(\S+)")


@dataclass
class Wire:
    """The service, seen from the others."""

    db: Database
    store: SqlStore
    registry: FakeRegistry
    clock: SettableClock
    files: ProofFiles
    stubs: "dict[str, AccountsServiceAsyncStub]"

    @property
    def gateway(self) -> "AccountsServiceAsyncStub":
        return self.stubs["gateway"]

    async def mailed_token(self, to: str) -> str:
        async with self.db.worker() as session:
            body = await session.scalar(
                text(
                    "SELECT mail ->> 'text' FROM outgoing_mail WHERE mail ->> 'to' = :to"
                    " ORDER BY id DESC LIMIT 1"
                ),
                {"to": to},
            )
        found = _TOKEN.search(body or "")
        assert found
        return found.group(1)


@pytest.fixture(scope="module")
async def wire(
    database: Callable[[str], Awaitable[Database]], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Wire]:
    db = await database("accounts")
    keys = {name: new_key_pair() for name in CALLERS}
    store, clock = SqlStore(db, Mails("http://localhost").compose), SettableClock(NOW)
    registry = FakeRegistry(BROKER)
    files = ProofFiles(Path(tmp_path_factory.mktemp("blobs")))
    servicer = AccountsServicer(
        store=store,
        hasher=Argon(),
        registry=registry,
        uploads=read_upload,
        files=files,
        clock=clock,
    )
    serving = Serving(
        descriptor=accounts_pb2.DESCRIPTOR.services_by_name["AccountsService"],
        add=add_AccountsServiceServicer_to_server,
        servicer=servicer,
        rules=RULES,
    )
    verifier = Verifier("accounts", {name: public for name, (_, public) in keys.items()})
    server = Server(verifier=verifier, serving=[serving], address=("127.0.0.1", 0))
    await server.start()
    peers = [
        Peers(
            SimpleNamespace(
                service=name,
                private_key=private,
                peers={"accounts": f"127.0.0.1:{server.port}"},
            )
        )
        for name, (private, _) in keys.items()
    ]
    stubs = {
        name: peer.stub(AccountsServiceStub, "accounts")
        for name, peer in zip(keys, peers, strict=True)
    }
    yield Wire(db, store, registry, clock, files, stubs)
    for peer in peers:
        await peer.close()
    await server.stop(0)


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discretion, "EVEN_S", 0.0)


def an_agent(account_id: UUID | None = None) -> Caller:
    return Caller(
        service="gateway",
        account_id=account_id or uuid4(),
        actor_id=uuid4(),
        actor_name="Hélène Béraud",
        roles=frozenset({"owner"}),
        kind=CallerKind.AGENT,
    )


def a_staff_member() -> Caller:
    return Caller(
        service="gateway",
        actor_id=uuid4(),
        actor_name="Inès Carpentier",
        roles=frozenset({"staff"}),
        kind=CallerKind.STAFF,
    )


def speaking(who: Caller) -> AbstractContextManager[None]:
    """Call on behalf of somebody: ``with speaking(a_staff_member()):``."""
    return on_behalf(
        kind=who.kind,
        account_id=who.account_id,
        actor_id=who.actor_id,
        actor_name=who.actor_name,
        roles=who.roles,
    )
