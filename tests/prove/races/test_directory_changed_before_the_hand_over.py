"""The directory changes between freeze and hand-over: each letter leaves once, as the day says.

The printed address stays as it was frozen; the electronic one is looked up again on the day, and a
body that has closed blocks the letter until the evening, told to the agent.
"""

import asyncio
from collections import Counter
from datetime import datetime, time
from pathlib import Path

import pytest

from kit.days import PARIS
from local.demo.partners import until
from tests.prove.races.agent import PRICE, Agent, Letter
from tests.prove.races.barrier import THE_ATTEMPTS
from tests.prove.races.directory import Body, bodies, importing, restore
from tests.prove.races.ground import LEFT, OPENING, REPEATS, Ground

pytestmark = [pytest.mark.servers, pytest.mark.prove, pytest.mark.timeout(600)]

A_FEW = 4
EVENING = time(20, 5)


async def scheduled(ground: Ground, agent: Agent, chosen: list[Body]) -> dict[str, Letter]:
    """Write a letter to each body that leaves tomorrow, and live until just before it does."""
    found = {}
    for body in chosen:
        letter = await agent.ready(body.recipient_id)
        await agent.finalise(letter, {"send_day": ground.day(1)})
        found[body.recipient_id] = letter
    await ground.quiet()
    just_before = datetime.combine(ground.tomorrow(), time(7, 59), PARIS)
    await ground.setting.outside.advance(just_before)
    return found


def opening(ground: Ground) -> datetime:
    return datetime.combine(ground.today(), OPENING, PARIS)


async def left_to(ground: Ground, letter: Letter) -> list[str]:
    """Return the addresses that the operator was given for a letter."""
    return [one["to_email"] for one in await ground.taken(letter)]


async def until_the_evening(ground: Ground) -> None:
    await ground.quiet()
    await ground.setting.outside.advance(datetime.combine(ground.today(), EVENING, PARIS))


async def test_a_directory_imported_while_letters_leave_is_followed_by_each_or_not(
    ground: Ground, tmp_path: Path
) -> None:
    agent = await ground.funded(REPEATS * PRICE)
    chosen = await bodies(ground, REPEATS)
    moved, closed = chosen[::2], chosen[1::2]
    letters = await scheduled(ground, agent, chosen)
    lines = [*(body.moved for body in moved), *(body.closed for body in closed)]

    async with importing(ground, tmp_path / "changes.csv", lines):
        ground.jump(opening(ground))
        await asyncio.sleep(ground.dice("directory").uniform(0.6, 1.2))
    await ground.quiet()

    found = Counter[str]()
    for body in moved:
        (address,) = await left_to(ground, letters[body.recipient_id])
        assert address in {body.address, body.new_address}
        found["to the " + ("old" if address == body.address else "new") + " address"] += 1
    for body in closed:
        letter = letters[body.recipient_id]
        became = await ground.became(letter)
        if became.state == "blocked":
            assert (became.times_left, became.holds) == (0, ("held",))
            assert (await agent.sending(letter))["reason"] == "recipient-closed"
            found["closed: blocked"] += 1
        else:
            assert became.state in LEFT
            assert await left_to(ground, letter) == [body.address]
            found["closed: it had left"] += 1
    print("a directory imported while letters leave:", found)
    assert len(found) > 2, "one side always won: the race was never met"
    await restore(ground, tmp_path / "back.csv", chosen)
    await until_the_evening(ground)  # what was blocked leaves: its body is open again
    for letter in letters.values():
        became = await ground.became(letter)
        assert became.state in LEFT
        assert (became.times_left, became.holds) == (1, ("captured",))
    assert await ground.broken() == []


@pytest.mark.parametrize("is_down", [False, True], ids=["taken at once", "asked again"])
async def test_a_change_between_the_look_and_the_hand_over(
    ground: Ground, tmp_path: Path, is_down: bool
) -> None:
    """What was looked up leaves; but what has to be handed over anew is looked up anew."""
    agent = await ground.funded(A_FEW * PRICE)
    chosen = await bodies(ground, A_FEW)
    moved, closed = chosen[::2], chosen[1::2]
    letters = await scheduled(ground, agent, chosen)
    lines = [*(body.moved for body in moved), *(body.closed for body in closed)]

    async with (
        importing(ground, tmp_path / "changes.csv", lines) as directory,
        ground.barrier("dispatch", THE_ATTEMPTS) as gate,
    ):
        ground.jump(opening(ground))
        await gate.reached_by(A_FEW)  # looked up and uploaded, about to be handed over
        if is_down:
            down = {"maintenance": {"times": A_FEW}}
            await ground.setting.outside.faults("ar24", down)
        await directory.let_go()
        await changed(ground, moved[0])
        await gate.let_go()
    await ground.quiet()
    await ground.setting.outside.faults("ar24", {})

    for body in moved:
        wanted = body.new_address if is_down else body.address
        assert await left_to(ground, letters[body.recipient_id]) == [wanted]
    for body in closed:
        wanted_of_closed = [] if is_down else [body.address]
        assert await left_to(ground, letters[body.recipient_id]) == wanted_of_closed
    await until_the_evening(ground)
    for body in closed:
        became = await ground.became(letters[body.recipient_id])
        if is_down:  # still closed in the evening: given back, and never sent
            assert (became.state, became.times_left) == ("failed", 0)
            assert became.holds == ("released",)
        else:
            assert (became.times_left, became.holds) == (1, ("captured",))
    await restore(ground, tmp_path / "back.csv", chosen)
    assert await ground.broken() == []


async def changed(ground: Ground, body: Body) -> None:
    """Wait until the directory says so."""
    query = "SELECT FROM recipient WHERE id = $1::uuid AND content::text LIKE '%' || $2 || '%'"

    async def look() -> bool:
        return bool(await ground.rows("letters", query, body.recipient_id, body.new_address))

    await until(look, what="the import", patience_s=3)
