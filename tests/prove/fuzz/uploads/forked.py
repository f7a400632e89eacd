"""The reader of uploads for thousands of files: one process that forks for each.

Each file meets what ``kit.upload_reader`` does in production, limits included; only the start of
Python, a quarter of a second, is paid once. Run as a module, it reads lengths and files on stdin,
and answers lengths and endings on stdout.
"""

import io
import json
import os
import resource
import signal
import struct
import subprocess
import sys
from dataclasses import dataclass
from types import SimpleNamespace
from typing import IO, Any, Final, Self

from kit import upload_reader
from kit.uploads import MAX_PAGES, TIMEOUT_S
from tests.house.source import ROOT

_LENGTH: Final = struct.Struct("!Q")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How the reading of one file ended."""

    answer: bytes  # as kit.uploads receives it
    signal: int  # what ended the process, 0 for itself
    seconds: float  # of processor
    megabytes: int  # at most at once, what Python and its libraries take included

    @property
    def found(self) -> dict[str, Any]:
        """What is said of the file; nothing, when the reader gave up."""
        try:
            said = json.loads(self.answer.partition(b"\n")[0])
        except ValueError:
            return {}
        assert isinstance(said, dict)
        return said

    @property
    def is_accepted(self) -> bool:
        """Whether the file is kept."""
        return "kind" in self.found


class Reader:
    """Talks to the process that forks."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - this module
            [sys.executable, "-m", __name__],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def read(self, data: bytes) -> Ending:
        """Have one file read. Raises ``AssertionError`` when the process is gone."""
        assert self._process.stdin
        assert self._process.stdout
        _send(self._process.stdin, data)
        head = json.loads(_receive(self._process.stdout))
        return Ending(answer=_receive(self._process.stdout), **head)

    def __enter__(self) -> Self:
        """Be ready."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self._process.communicate()


def _send(pipe: IO[bytes], data: bytes) -> None:
    pipe.write(_LENGTH.pack(len(data)) + data)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> bytes:
    length = pipe.read(_LENGTH.size)
    assert len(length) == _LENGTH.size, "nobody is there"
    return pipe.read(_LENGTH.unpack(length)[0])


def _serve() -> None:
    import pikepdf  # noqa: F401, PLC0415 - once, before the forks
    from PIL import Image, ImageOps, JpegImagePlugin, PngImagePlugin  # noqa: F401, PLC0415

    wanted, answers = sys.stdin.buffer, sys.stdout.buffer
    while length := wanted.read(_LENGTH.size):
        data = wanted.read(_LENGTH.unpack(length)[0])
        ours, theirs = os.pipe()
        if not (child := os.fork()):
            _read(data, theirs)
        os.close(theirs)
        with os.fdopen(ours, "rb") as pipe:
            answer = pipe.read()
        _, status, used = os.wait4(child, 0)
        head = {
            "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0,
            "seconds": used.ru_utime + used.ru_stime,
            "megabytes": used.ru_maxrss // 1024,
        }
        _send(answers, json.dumps(head).encode())
        _send(answers, answer)


def _read(data: bytes, pipe: int) -> None:
    """Be the reader of this file, and end."""
    signal.alarm(int(TIMEOUT_S))
    out = io.BytesIO()
    sys.argv = [upload_reader.__name__, str(MAX_PAGES)]
    sys.stdin = SimpleNamespace(buffer=io.BytesIO(data))
    sys.stdout = SimpleNamespace(buffer=out)
    try:
        upload_reader.main()
        with os.fdopen(pipe, "wb") as answer:
            answer.write(out.getvalue())
    finally:
        os._exit(0)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _serve()
