"""What the process remembers beside its file is never behind it."""

from pathlib import Path

import pytest

from local.sandbox import due, faults
from local.sandbox.due import Due
from local.sandbox.faults import Fault, Faults, Partner
from local.sandbox.store import Store
from tests.support.time import SettableClock


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "memory.sqlite3", due.SCHEMA, faults.SCHEMA)


@pytest.fixture
def acts(store: Store, clock: SettableClock) -> tuple[Due, list[str]]:
    clock.set("Mon 2026-11-23 09:00")
    planned = Due(store, clock)
    done: list[str] = []
    planned.teach("act", done.append)
    return planned, done


def test_an_act_waits_for_its_instant_whatever_was_planned_before(
    acts: tuple[Due, list[str]], clock: SettableClock
) -> None:
    planned, done = acts
    morning = clock()
    clock.set("Tue 2026-11-24 09:00")
    planned.schedule("act", "late", clock())
    clock.set("Mon 2026-11-23 10:00")
    noon = clock()
    assert planned.run_once() == 0
    planned.schedule("act", "soon", noon)
    planned.schedule("act", "sooner", morning)

    assert planned.run_once() == 2
    assert planned.run_once() == 0
    clock.set("Wed 2026-11-25 09:00")
    assert planned.run_once() == 1
    assert done == ["sooner", "soon", "late"]


def test_an_act_that_failed_is_done_again(
    acts: tuple[Due, list[str]], clock: SettableClock
) -> None:
    planned, done = acts
    turns = iter([True, False])

    def fails_once(subject: str) -> None:
        if next(turns):
            raise RuntimeError(subject)
        done.append(subject)

    planned.teach("act", fails_once)
    planned.schedule("act", "twice", clock())
    with pytest.raises(RuntimeError):
        planned.run_once()

    assert planned.run_once() == 1
    assert done == ["twice"]


def test_a_switch_is_seen_once_set_and_no_more_once_spent(store: Store) -> None:
    switches = Faults(store)
    assert switches.fire(Partner.TSA, Fault.SLOW) is None
    switches.replace(Partner.TSA, {"slow": {"times": 1}})

    assert switches.fire(Partner.AR24, Fault.SLOW) is None
    assert switches.fire(Partner.TSA, Fault.SLOW) is not None
    assert switches.fire(Partner.TSA, Fault.SLOW) is None


def test_a_switch_whose_last_firing_is_taken_back_is_still_on(store: Store) -> None:
    switches = Faults(store)
    switches.replace(Partner.AR24, {"held": {"times": 1}})

    def fire_in_vain() -> None:
        with store.transaction():
            assert switches.fire(Partner.AR24, Fault.HELD) is not None
            assert switches.fire(Partner.AR24, Fault.HELD) is None
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fire_in_vain()

    assert switches.fire(Partner.AR24, Fault.HELD) is not None
