"""Starts the house's processes in order, waits until each is ready, restarts one that dies."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from local.plan import ROOT, Process
from local.servers import wait_listening

START_TIMEOUT_S: Final = 120.0
STOP_TIMEOUT_S: Final = 20.0
RESTART_PAUSE_S: Final = 0.5


class NotReady(RuntimeError):
    """A process did not come up in time; the message holds the end of its log."""


@dataclass(slots=True, kw_only=True)
class Supervisor:
    """The running processes of one house."""

    data_dir: Path
    restart: bool = True
    longest_pause_s: float = 10.0  # between two starts of a process that keeps dying
    more_env: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """What a process is told besides, from its next start on: by this, tests arm failpoints."""
    running: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)
    _watchers: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _stopping: bool = False

    async def start(self, processes: list[Process]) -> None:
        """Start all at once (each waits for its peers by itself), return when all are ready."""
        self._end_leftovers()
        for process in processes:
            await self.launch(process)
        await asyncio.gather(*(self.wait_ready(process) for process in processes))
        for process in processes:
            self._watch_over(process)

    async def replace(self, process: Process) -> None:
        """Stop the process of this name and start this one in its place, ready."""
        await self.halt(process.name)
        await self.begin(process)

    async def halt(self, name: str) -> None:
        """Stop a process until ``begin``: nobody starts it again meanwhile."""
        watcher = self._watchers.pop(name, None)
        if watcher:
            watcher.cancel()
        await self._end(self.running[name])

    async def begin(self, process: Process) -> None:
        """Start one process, wait until it is ready, and keep it alive."""
        await self.launch(process)
        await self.wait_ready(process)
        self._watch_over(process)

    async def launch(self, process: Process) -> None:
        """Start one process; its output goes to ``logs/<name>.log``."""
        log = self.log_of(process.name)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                process.module,
                cwd=ROOT,
                env={**_inherited(), **process.env, **self.more_env.get(process.name, {})},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is ours: they end in order
            )
        self.running[process.name] = child
        self._pid_file.parent.mkdir(parents=True, exist_ok=True)
        self._pid_file.write_text("\n".join(str(c.pid) for c in self.running.values()))

    async def wait_ready(self, process: Process) -> None:
        """Wait until the process answers. Raises ``NotReady``."""
        until = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < until:
            if self.running[process.name].returncode is not None:
                break
            if await wait_listening(process.port, timeout_s=0.2) and (
                not process.grpc or await _serves(process.port)
            ):
                return
            await asyncio.sleep(0.1)
        tail = "\n".join(self.log_of(process.name).read_text(errors="replace").splitlines()[-15:])
        raise NotReady(f"{process.name} did not become ready; the end of its log:\n{tail}")

    async def stop(self) -> None:
        """End all, the highest floor first, so that nobody calls into the void."""
        self._stopping = True
        for watcher in self._watchers.values():
            watcher.cancel()
        for name in reversed(list(self.running)):
            _ask_to_end(self.running[name])
        await asyncio.gather(*(self._end(child) for child in self.running.values()))
        self._pid_file.unlink(missing_ok=True)

    def log_of(self, name: str) -> Path:
        """Return where a process writes."""
        return self.data_dir / "logs" / f"{name}.log"

    def _watch_over(self, process: Process) -> None:
        if self.restart:
            self._watchers[process.name] = asyncio.create_task(self._watch(process))

    async def _end(self, child: asyncio.subprocess.Process) -> None:
        _ask_to_end(child)
        try:
            await asyncio.wait_for(child.wait(), STOP_TIMEOUT_S)
        except TimeoutError:
            child.kill()

    async def _watch(self, process: Process) -> None:
        pause = RESTART_PAUSE_S
        while True:
            started = time.monotonic()
            code = await self.running[process.name].wait()
            if self._stopping:
                return
            lived_s = time.monotonic() - started
            pause = RESTART_PAUSE_S if lived_s > self.longest_pause_s else pause * 2
            print(
                f"  {process.name} ended ({code}): starting it again; see logs/{process.name}.log"
            )
            await asyncio.sleep(min(pause, self.longest_pause_s))
            await self.launch(process)

    @property
    def _pid_file(self) -> Path:
        return self.data_dir / "pids"

    def _end_leftovers(self) -> None:
        """End what an earlier supervisor, killed, left running: by id, and only if it is ours."""
        if not self._pid_file.exists():
            return
        for pid in map(int, self._pid_file.read_text().split()):
            command = Path(f"/proc/{pid}/cmdline")
            if command.exists() and b"\0-m\0" in command.read_bytes():
                os.kill(pid, signal.SIGTERM)
        self._pid_file.unlink()


def _ask_to_end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        child.send_signal(signal.SIGTERM)


async def _serves(port: int) -> bool:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        try:
            answer = await health_pb2_grpc.HealthStub(channel).Check(
                health_pb2.HealthCheckRequest(), timeout=1
            )
        except grpc.aio.AioRpcError:
            return False
    serving: bool = answer.status == health_pb2.HealthCheckResponse.SERVING
    return serving


def _inherited() -> dict[str, str]:
    """Pass on what a process of ours may need of this shell, and nothing else."""
    wanted = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE")
    return {name: os.environ[name] for name in wanted if name in os.environ}
