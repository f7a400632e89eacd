"""What those who run the house do after a loss, with the tools they have."""

import subprocess
from datetime import datetime
from pathlib import Path

from kit.migrations import provision
from local.house import House
from local.plan import EVERYBODY, SERVICES
from local.servers import Postgres


def republish(house: House, since: datetime) -> None:
    """Have each service tell its facts again: the broker forgot what nobody had read yet."""
    for service in SERVICES:
        house.run(
            "kit.operate", service, "republish", "--since", since.isoformat(), service=service
        )


def dump(postgres: Postgres, folder: Path) -> None:
    """Dump each database with the server's own tool."""
    folder.mkdir()
    for service in EVERYBODY:
        _tool(postgres, "pg_dump", "-Fc", f"--file={folder / service}", f"--dbname={service}")


async def restore(postgres: Postgres, folder: Path, password: str) -> None:
    """Restore the dumps on a server that never saw them: roles and databases first."""
    for service in EVERYBODY:
        await provision(postgres.url("postgres"), service, password=password)
        into = ("--exit-on-error", f"--dbname={service}")
        _tool(postgres, "pg_restore", *into, folder / service)


def _tool(postgres: Postgres, name: str, *arguments: str | Path) -> None:
    where = [f"--host={postgres.socket_dir}", f"--port={postgres.port}", "--username=postgres"]
    command = [str(postgres.bin_dir / name), *where, *map(str, arguments)]
    subprocess.run(command, check=True)  # noqa: S603 - the server's own tool
