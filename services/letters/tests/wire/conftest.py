"""The service as others meet it: real gRPC, real Postgres, the real page; fake accounts."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from kit.blobs import Blobs
from kit.db import Database
from kit.grpc import CallerKind, Peers, Server, Serving, acting_for, on_behalf
from kit.pdf import Renderer
from kit.tokens import Verifier, new_key_pair
from preavis.letters.v1 import letters_pb2 as pb
from preavis.letters.v1.letters_pb2_grpc import (
    LettersServiceStub,
    add_LettersServiceServicer_to_server,
)
from services.letters.partners.typesetter import TEMPLATES, JinjaTypesetter, catalogue
from services.letters.servicer import RULES, LettersServicer, Tools
from services.letters.servicer.words import Words
from services.letters.store import LetterStore, PostgresDirectory
from services.letters.tests.builders import NOW, a_recipient
from services.letters.tests.fakes import FakeLetterheads
from services.letters.usecases.sendings import Press
from tests.support.servers import MakeDatabase
from tests.support.time import SettableClock

if TYPE_CHECKING:  # this name exists for the type checker alone
    from preavis.letters.v1.letters_pb2_grpc import LettersServiceAsyncStub

ASSETS = Path(__file__).resolve().parents[4] / ".assets"
KEYS = {name: new_key_pair() for name in ("gateway", "dispatch", "signature", "billing")}
DESCRIPTOR = pb.DESCRIPTOR.services_by_name["LettersService"]
AMBRE = a_recipient()


@dataclass
class House:
    """The running service, and the ways to call it."""

    port: int
    db: Database
    account_id: UUID

    @contextmanager
    def agent(self, account_id: UUID | None = None) -> Iterator["LettersServiceAsyncStub"]:
        """Call as the gateway does for an agent of the account."""
        with on_behalf(
            kind=CallerKind.AGENT,
            account_id=account_id or self.account_id,
            actor_id=uuid4(),
            actor_name="Camille Roux",
            roles={"owner"},
        ):
            yield self.stub("gateway")

    @contextmanager
    def service(self, name: str) -> Iterator["LettersServiceAsyncStub"]:
        """Call as another service does, on behalf of the account."""
        with acting_for(self.account_id):
            yield self.stub(name)

    def stub(self, service: str) -> "LettersServiceAsyncStub":
        """Return a stub signed by another service."""
        settings = SimpleNamespace(
            service=service,
            private_key=KEYS[service][0],
            peers={"letters": f"127.0.0.1:{self.port}"},
        )
        return Peers(settings, timeout_s=60).stub(LettersServiceStub, "letters")


@pytest.fixture(scope="module")
async def place(
    database: MakeDatabase, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    db = await database("letters")
    directory = PostgresDirectory(db)
    await directory.put([AMBRE])
    words, renderer = catalogue(), Renderer(workers=1, assets_dir=ASSETS)
    tools = Tools(
        store=LetterStore(db),
        directory=directory,
        press=Press(
            letterheads=FakeLetterheads(),
            typesetter=JinjaTypesetter(renderer, words),
            files=Blobs(tmp_path_factory.mktemp("blobs")),
        ),
        clock=SettableClock(NOW),
        words=Words(
            words,
            (TEMPLATES / "drafts.toml").read_text("utf-8"),
            (TEMPLATES / "legal/columns.toml").read_text("utf-8"),
        ),
    )
    server = Server(
        verifier=Verifier("letters", {name: public for name, (_, public) in KEYS.items()}),
        serving=[
            Serving(
                descriptor=DESCRIPTOR,
                add=add_LettersServiceServicer_to_server,
                servicer=LettersServicer(tools),
                rules=RULES,
            )
        ],
        address=("127.0.0.1", 0),
    )
    await renderer.warm()
    await server.start()
    yield House(port=server.port, db=db, account_id=uuid4())
    await server.stop(0)
    await renderer.close()


@pytest.fixture
def house(place: House) -> House:
    """The running service, for an account of the test's own."""
    return House(port=place.port, db=place.db, account_id=uuid4())
