"""Reads a world: six databases read-only, the partners' own record, the files, the history."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import make_url

from tests.prove.checker.queries import PLUMBING, POSTGRES, SANDBOX, WITH_PLUMBING
from tests.prove.checker.world import Request, Row, World

READ_ONLY = {"default_transaction_read_only": "on", "timezone": "UTC"}


async def read_world(
    postgres_url: str, data_dir: Path, history: Iterable[str], *, now: datetime
) -> World:
    """Read everything. ``postgres_url`` is a superuser's: row-level security would hide rows."""
    tables = await _databases(postgres_url)
    tables |= _sandbox(data_dir / "sandbox" / "sandbox.sqlite3")
    return World(
        now=now,
        requests=read_requests(history),
        tables=tables,
        blobs={folder.name: dict(_files(folder)) for folder in (data_dir / "blobs").glob("[!.]*")},
    )


def read_requests(lines: Iterable[str]) -> list[Request]:
    """Put the lines of a client's history together: what was wanted, and how it ended."""
    found: dict[str, Request] = {}
    for line in lines:
        told = json.loads(line)
        match told["event"]:
            case "asked":
                names = ("id", "act", "account", "subject", "key", "wanted")
                found[told["id"]] = Request(**{name: told[name] for name in names})
            case "acknowledged" | "refused" as outcome:
                request = found[told["id"]]
                answer = told["answer"]
                found[told["id"]] = replace(request, outcome=outcome, answer=answer)
            case _:  # lost, later: asked again
                continue
    return list(found.values())


async def _databases(postgres_url: str) -> dict[str, list[Row]]:
    plain = make_url(postgres_url).set(drivername="postgresql")
    wanted = dict(POSTGRES)
    for service in WITH_PLUMBING:
        wanted |= {f"{service}.{table}": query for table, query in PLUMBING.items()}
    tables: dict[str, list[Row]] = {}
    for database in sorted({name.partition(".")[0] for name in wanted}):
        connection = await asyncpg.connect(
            plain.render_as_string(hide_password=False),
            database=database,
            server_settings=READ_ONLY,
        )
        try:
            for name, query in wanted.items():
                if name.startswith(f"{database}."):
                    tables[name] = [dict(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()
    for line in tables["dispatch.timeline"]:
        line["facts"] = json.loads(line["facts"])  # type: ignore[index]  # ours, fresh
    return tables


def _sandbox(file: Path) -> dict[str, list[Row]]:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return {
            name: [_plain(row) for row in connection.execute(query)]
            for name, query in SANDBOX.items()
        }


def _plain(row: Mapping[str, Any]) -> Row:
    """Replace bytes by their hash, and lists written as text by lists."""
    plain = {name: row[name] for name in row.keys()}  # noqa: SIM118 - sqlite3.Row is no mapping
    if "data" in plain:
        plain["sha256"] = hashlib.sha256(plain.pop("data")).hexdigest()
    if "files" in plain:
        plain["files"] = json.loads(plain["files"])
    return plain


def _files(folder: Path) -> Iterable[tuple[str, str]]:
    for path in folder.glob("??/*"):
        if path.is_file():
            yield path.name, hashlib.sha256(path.read_bytes()).hexdigest()
