"""Bugs planted on purpose, in the tests alone: the checker of the storm must see each."""

from dataclasses import replace
from pathlib import Path

import pytest

from local.house import House
from tests.prove.checker.checking import check
from tests.prove.checker.world import Broken
from tests.prove.storm.letters import Fate, draw
from tests.prove.storm.quiet import NeverQuiet, until_quiet
from tests.prove.storm.setting import Setting, open_house, prepared
from tests.prove.storm.size import Size
from tests.prove.storm.storm import Report, Storm

pytestmark = [pytest.mark.servers, pytest.mark.prove, pytest.mark.timeout(600)]

SIZE = Size(letters=6, kills=0, seed=1, agencies=1, asking=4)
PATIENCE_S = 40.0


async def run_as(house: House, service: str, *, module: str = "", dies_at: str = "") -> None:
    """Restart a service as another module, or so that it dies once at a failpoint."""
    process = next(one for one in house.plan.processes() if one.name == service)
    if module:
        process = replace(process, module=module)
    if dies_at:
        deaths = str(house.plan.data_dir / "deaths")
        armed = {"PREAVIS_FAILPOINT": dies_at, "PREAVIS_FAILPOINT_ONCE": deaths}
        process = replace(process, env={**process.env, **armed})
    await house.supervisor.replace(process)


async def what_the_checker_finds(setting: Setting, directory: Path) -> list[Broken]:
    """Send letters, every other one on a later day, and check what became of them."""
    storm = Storm(
        setting=setting, folder=directory, report=Report(seed=SIZE.seed, letters=SIZE.letters)
    )
    storm.scripts = [
        replace(script, fate=Fate.LATER if number % 2 else Fate.NOW)
        for number, script in enumerate(draw(SIZE))
    ]
    await storm.write_all()
    try:
        await until_quiet(setting.house, patience_s=PATIENCE_S)
    except NeverQuiet as busy:  # a house with a bug may well never rest
        storm.report.tell(f"never quiet: {busy}")
    assert list((setting.house.plan.data_dir / "deaths").iterdir())
    found = check(await storm.look())
    print(*found, sep="\n")
    return found


async def test_a_letter_handed_over_again_without_an_answer_is_seen(tmp_path: Path) -> None:
    async with open_house(tmp_path / "house") as house, prepared(house, tmp_path, SIZE) as setting:
        await run_as(
            house,
            "dispatch",
            module="tests.prove.planted.blind_retry",
            dies_at="dispatch.depart.accepted",
        )
        found = await what_the_checker_finds(setting, tmp_path)

    doubled = [one for one in found if one.rule == "left-once"]
    assert len(doubled) == 1
    assert "left 2 times" in doubled[0].told


async def test_a_debit_made_again_by_a_repeated_capture_is_seen(tmp_path: Path) -> None:
    async with open_house(tmp_path / "house") as house, prepared(house, tmp_path, SIZE) as setting:
        await run_as(house, "billing", module="tests.prove.planted.random_capture_key")
        await run_as(house, "dispatch", dies_at="dispatch.capture.captured")
        found = await what_the_checker_finds(setting, tmp_path)

    assert any(one.rule == "every-cent" and "open holds say" in one.told for one in found)
