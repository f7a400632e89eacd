"""Stepping: every due instant is lived, in order, each time until nobody has anything to do."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kit.clock import system_clock
from local.timemachine.machine import Backwards, NotQuiet, TimeMachine
from local.timemachine.offset import OffsetFile
from local.timemachine.watch import Activity, Upcoming

pytestmark = pytest.mark.slow

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass
class House:
    """A house with appointments; keeping one takes a few looks and may make another."""

    agenda: dict[str, datetime]
    kept: list[tuple[str, datetime]] = field(default_factory=list)
    then: Callable[[str, datetime], dict[str, datetime]] = lambda _key, _at: {}
    looks_needed: int = 2
    closed: int = 0
    _looks: Iterator[int] = field(default_factory=itertools.count)

    async def activity(self, now: datetime) -> Activity:
        late = sorted((at, key) for key, at in self.agenda.items() if at <= now)
        if not late:
            return Activity()
        if next(self._looks) % self.looks_needed == self.looks_needed - 1:
            at, key = late[0]
            del self.agenda[key]
            self.kept.append((key, at))
            self.agenda |= self.then(key, at)
        return Activity({"house items": len(late)})

    async def upcoming(self, now: datetime) -> list[Upcoming]:
        return [
            Upcoming(owner="house", key=key, kind="test", at=at)
            for key, at in self.agenda.items()
            if at > now
        ]

    async def close(self) -> None:
        self.closed += 1


@pytest.fixture
def file(tmp_path: Path) -> OffsetFile:
    return OffsetFile(tmp_path / "timemachine")


@pytest.fixture
def start() -> datetime:
    return system_clock() + HOUR


async def test_everything_due_on_the_way_is_lived_in_order(
    file: OffsetFile, start: datetime
) -> None:
    house = House({"c": start + 3 * DAY, "a": start, "b": start + DAY, "later": start + 9 * DAY})
    machine = TimeMachine(file, [house])

    journey = await machine.advance(start + 4 * DAY)

    assert [key for key, _ in house.kept] == ["a", "b", "c"]
    assert [step.key for step in journey.steps] == ["a", "b", "c"]
    assert start + 4 * DAY <= machine.now() < start + 5 * DAY
    assert "later" in house.agenda
    assert house.closed == 1


async def test_what_an_appointment_brings_is_lived_too(file: OffsetFile, start: datetime) -> None:
    house = House({"sent": start})
    house.then = lambda key, at: {"lapsed": at + 15 * DAY} if key == "sent" else {}
    machine = TimeMachine(file, [house])

    await machine.advance(start + 20 * DAY)

    assert house.kept == [("sent", start), ("lapsed", start + 15 * DAY)]


async def test_the_next_event_is_one_step(file: OffsetFile, start: datetime) -> None:
    house = House({"a": start, "b": start + DAY})
    machine = TimeMachine(file, [house])

    journey = await machine.advance_to_next()

    assert [step.key for step in journey.steps] == ["a"]
    assert start <= machine.now() < start + DAY


async def test_with_nothing_planned_the_next_event_is_now(file: OffsetFile) -> None:
    machine = TimeMachine(file, [House({})])

    journey = await machine.advance_to_next()

    assert journey.steps == []
    assert machine.now() - system_clock() < HOUR


async def test_what_ticks_all_day_is_lived_in_passing(file: OffsetFile, start: datetime) -> None:
    house = House({"sweep": start}, looks_needed=1)
    house.then = lambda key, _at: {key: file.now() + timedelta(minutes=5)}
    machine = TimeMachine(file, [house])

    journey = await machine.advance(start + 30 * DAY)

    assert len(journey.steps) < 5
    assert machine.now() >= start + 30 * DAY


async def test_daily_housekeeping_does_not_slow_a_long_journey(
    file: OffsetFile, start: datetime
) -> None:
    house = House({"nightly": start, "letter": start + 15 * DAY}, looks_needed=1)
    house.then = lambda key, _at: {key: file.now() + DAY} if key == "nightly" else {}
    machine = TimeMachine(file, [house])

    journey = await machine.advance(start + 30 * DAY)

    assert [step.key for step in journey.steps] == ["nightly", "nightly", "letter"]
    assert len([key for key, _ in house.kept if key == "nightly"]) > 2


async def test_all_that_falls_at_one_instant_is_one_stop(file: OffsetFile, start: datetime) -> None:
    nightly = [f"nightly {number}" for number in range(5)]
    house = House(dict.fromkeys(nightly, start), looks_needed=1)
    house.then = lambda key, at: {key: at + DAY}
    machine = TimeMachine(file, [house])

    first = await machine.advance_to_next()
    journey = await machine.advance(start + 5 * DAY)

    assert sorted(step.key for step in first.steps) == nightly
    assert {step.at for step in journey.steps} == {start + DAY}


async def test_an_appointment_every_other_day_is_kept(file: OffsetFile, start: datetime) -> None:
    house = House({"reminder": start}, looks_needed=1)
    house.then = lambda key, at: {key: at + 2 * DAY}
    machine = TimeMachine(file, [house])

    journey = await machine.advance(start + 9 * DAY)

    assert len(journey.steps) == 5


async def test_it_does_not_pass_over_a_house_that_does_not_settle(
    file: OffsetFile, start: datetime
) -> None:
    house = House({"stubborn": start, "after": start + DAY}, looks_needed=10_000)
    machine = TimeMachine(file, [house], patience_s=0.2)

    with pytest.raises(NotQuiet, match="house items: 1"):
        await machine.advance(start + 2 * DAY)

    assert machine.now() < start + DAY
    assert machine.last is not None
    assert not machine.last.running
    assert "house items" in machine.last.error


async def test_time_never_returns(file: OffsetFile) -> None:
    machine = TimeMachine(file, [House({})])

    with pytest.raises(Backwards):
        await machine.advance(datetime(2020, 1, 1, tzinfo=UTC))
