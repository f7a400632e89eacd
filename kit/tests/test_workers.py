"""Worker processes: lean, and never left behind."""

import os
import signal
import subprocess
import sys
import time

import pytest

PARENT = """
import os, time
from kit.workers import lean_pool, run_in

if __name__ == "__main__":
    pool = lean_pool(1, initializer=run_in, initargs=("os", "getpid"))
    print(pool.submit(run_in, "os", "getpid").result(), flush=True)
    time.sleep(60)
"""


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.slow
def test_a_worker_ends_with_the_process_that_was_killed() -> None:
    command = [sys.executable, "-c", PARENT]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ours
    assert parent.stdout is not None
    with parent.stdout:
        worker = int(parent.stdout.readline())
    assert lives(worker)

    parent.send_signal(signal.SIGKILL)
    parent.wait()

    until = time.monotonic() + 10
    while lives(worker) and time.monotonic() < until:
        time.sleep(0.05)
    assert not lives(worker)
