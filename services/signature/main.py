"""Builds and starts the signature service: ``python -m services.signature.main``."""

import tomllib
from functools import partial
from pathlib import Path

from kit import pruning
from kit.clock import load_clock
from kit.db import Database
from kit.events import Bus, Listener, Relay
from kit.grpc import Peers, Serving
from kit.pdf import Renderer
from kit.process import run_process
from kit.service import Service
from kit.uploads import read_upload
from preavis.accounts.v1.accounts_pb2_grpc import AccountsServiceStub
from preavis.letters.v1.letters_pb2_grpc import LettersServiceStub
from preavis.signature.v1 import signature_pb2
from preavis.signature.v1.signature_pb2_grpc import add_SignatureServiceServicer_to_server
from services.signature.consumers import letters_consumer
from services.signature.domain.warning import OptOutWarning
from services.signature.due import due_worker
from services.signature.partners.account_files import AccountFiles
from services.signature.partners.typesetting import TEMPLATES, TypstTypesetter
from services.signature.peers import AccountsPeer, LettersPeer
from services.signature.servicer import RULES, Signature
from services.signature.settings import SignatureSettings
from services.signature.store import SqlMandateBook, SqlStore


def warning_in_force(path: Path = TEMPLATES / "warnings.toml") -> OptOutWarning:
    """Return the last published warning."""
    last = tomllib.loads(path.read_text("utf-8"))["warning"][-1]
    return OptOutWarning(version=last["version"], text=last["text"].strip())


async def run(settings: SignatureSettings) -> None:
    """Serve until told to stop."""
    clock = load_clock(settings.clock)
    database = Database(settings.database_url, settings.worker_database_url)
    bus = await Bus.connect(settings.nats_url, name=settings.service)
    await bus.provision_stream(settings.service)
    peers = Peers(settings)
    renderer = Renderer(workers=settings.render_workers, assets_dir=settings.assets_dir)
    store, files = SqlStore(database), AccountFiles(settings.blobs_dir)
    servicer = Signature(
        store=store,
        letters=LettersPeer(peers.stub(LettersServiceStub, "letters")),
        agencies=AccountsPeer(peers.stub(AccountsServiceStub, "accounts")),
        typesetter=TypstTypesetter(renderer),
        uploads=read_upload,
        files=files,
        warning=warning_in_force(),
        clock=clock,
    )
    service = Service(
        settings,
        serving=[
            Serving(
                descriptor=signature_pb2.DESCRIPTOR.services_by_name["SignatureService"],
                add=add_SignatureServiceServicer_to_server,
                servicer=servicer,
                rules=RULES,
            )
        ],
        loops={
            "relay": Relay(database, bus),
            "letters": Listener(letters_consumer(SqlMandateBook, clock), database, bus),
            "due": due_worker(
                database,
                clock,
                book_of=SqlMandateBook,
                store=store,
                files=files,
                lease_s=settings.lease_s,
            ),
        },
        opening=[renderer.warm, partial(pruning.plan, database, clock)],
        closing=[renderer.close, peers.close, bus.close, database.close],
    )
    await service.run()


if __name__ == "__main__":
    run_process(run(SignatureSettings()))
