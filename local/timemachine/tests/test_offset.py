"""Business time is ahead by what one file says, for every process, and never returns."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kit.clock import system_clock
from local.timemachine.offset import OffsetFile

SECOND = timedelta(seconds=1)


def test_without_a_file_it_is_the_machines_time(tmp_path: Path) -> None:
    clock = OffsetFile(tmp_path / "timemachine")

    assert abs(clock.now() - system_clock()) < SECOND


def test_another_reader_sees_the_move_at_once(tmp_path: Path) -> None:
    mover, reader = (OffsetFile(tmp_path / "deep" / "timemachine") for _ in range(2))
    wanted = system_clock() + timedelta(days=30)
    before = reader.now()

    mover.reach(wanted)

    assert before < wanted
    assert timedelta() <= reader.now() - wanted < SECOND


def test_it_never_goes_back(tmp_path: Path) -> None:
    clock = OffsetFile(tmp_path / "timemachine")
    clock.reach(system_clock() + timedelta(days=2))

    clock.reach(system_clock() + timedelta(days=1))

    assert clock.offset() > timedelta(days=1)


def test_two_moves_within_one_tick_of_the_file_system_are_both_seen(tmp_path: Path) -> None:
    mover, reader = (OffsetFile(tmp_path / "timemachine") for _ in range(2))
    start = datetime.now(UTC) + timedelta(days=1)

    for day in range(50):
        mover.reach(start + timedelta(days=day))
        assert reader.now() >= start + timedelta(days=day)


def test_a_process_that_names_no_file_does_not_start_on_a_wrong_clock() -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("LOCAL_")}
    code = "from kit.clock import load_clock; load_clock('local.timemachine.clock:now')"

    ended = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 1
    assert "no clock at" in ended.stderr
