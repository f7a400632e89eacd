"""Starts the letters' process, or loads the recipients' directory from a file.

``python -m services.letters.main`` serves;
``python -m services.letters.main import-directory FILE.csv [--dry-run]`` loads.
"""

import argparse
import asyncio
import sys
from functools import partial
from pathlib import Path

from kit import pruning
from kit.blobs import Blobs
from kit.clock import load_clock
from kit.db import Database
from kit.events import Bus, Listener, Relay
from kit.grpc import Peers, Serving
from kit.pdf import Renderer
from kit.process import run_process
from kit.service import Service
from preavis.letters.v1 import letters_pb2
from preavis.letters.v1.letters_pb2_grpc import add_LettersServiceServicer_to_server
from services.letters.consumers import consumer
from services.letters.due import due_worker
from services.letters.partners.typesetter import TEMPLATES, JinjaTypesetter, catalogue
from services.letters.peers import AccountsLetterheads
from services.letters.servicer import RULES, LettersServicer, Tools
from services.letters.servicer.words import Words
from services.letters.settings import LettersSettings
from services.letters.store import LetterStore, LetterTransaction, PostgresDirectory
from services.letters.usecases.directory import ImportReport, import_directory
from services.letters.usecases.sendings import Press


async def serve(settings: LettersSettings) -> None:
    """Serve until told to stop."""
    clock = load_clock(settings.clock)
    db = Database(settings.database_url, settings.worker_database_url)
    bus = await Bus.connect(settings.nats_url, name=settings.service)
    peers = Peers(settings)
    renderer = Renderer(workers=settings.render_workers, assets_dir=settings.assets_dir)
    words = catalogue()
    typesetter = JinjaTypesetter(renderer, words, demonstration=settings.environment == "demo")
    tools = Tools(
        store=LetterStore(db),
        directory=PostgresDirectory(db),
        press=Press(
            letterheads=AccountsLetterheads(peers),
            typesetter=typesetter,
            files=Blobs(settings.blobs_dir),
        ),
        clock=clock,
        words=Words(
            words,
            (TEMPLATES / "drafts.toml").read_text("utf-8"),
            (TEMPLATES / "legal/columns.toml").read_text("utf-8"),
        ),
    )

    async def provision() -> None:
        await bus.provision_stream("letters")

    service = Service(
        settings,
        serving=[
            Serving(
                descriptor=letters_pb2.DESCRIPTOR.services_by_name["LettersService"],
                add=add_LettersServiceServicer_to_server,
                servicer=LettersServicer(tools),
                rules=RULES,
            )
        ],
        loops={
            "relay": Relay(db, bus),
            "tracking": Listener(consumer(LetterTransaction), db, bus),
            "due": due_worker(db, clock, lease_s=settings.lease_s),
        },
        opening=[provision, renderer.warm, partial(pruning.plan, db, clock)],
        closing=[renderer.close, peers.close, bus.close, db.close],
    )
    await service.run()


async def load_directory(settings: LettersSettings, data: bytes, *, dry_run: bool) -> ImportReport:
    """Load the recipients' directory from a file; ``dry_run`` only reports."""
    db = Database(settings.database_url, settings.worker_database_url)
    try:
        return await import_directory(data, dry_run=dry_run, directory=PostgresDirectory(db))
    finally:
        await db.close()


def told(report: ImportReport, *, dry_run: bool) -> list[str]:
    """Return the report of an import, one line a fact."""
    lines = [
        f"line {bad.line}, {bad.column or 'whole line'}: {bad.reason}"
        + (f" ({bad.value})" if bad.value else "")
        for bad in report.wrong
    ]
    if report.wrong:
        return [*lines, f"{len(report.wrong)} wrong cells: nothing was imported"]
    verb = "would be" if dry_run else "were"
    done = f"{report.created} bodies {verb} created, {report.updated} updated"
    return [f"{done}, {report.unchanged} unchanged"]


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit code: 1 when a directory file is wrong."""
    parser = argparse.ArgumentParser(prog="python -m services.letters.main")
    commands = parser.add_subparsers(dest="command")
    loading = commands.add_parser("import-directory", help="load the recipients' directory")
    loading.add_argument("file", type=Path)
    loading.add_argument("--dry-run", action="store_true", help="report, and change nothing")
    asked = parser.parse_args(arguments)
    settings = LettersSettings()
    if asked.command is None:
        run_process(serve(settings))
        return 0
    data = asked.file.read_bytes()
    report = asyncio.run(load_directory(settings, data, dry_run=asked.dry_run))
    for line in told(report, dry_run=asked.dry_run):
        sys.stdout.write(f"{line}\n")
    return 1 if report.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
