"""Everything dies, again and again; every promise is kept."""

import os
import shutil
from pathlib import Path

import pytest

from tests.prove.storm.setting import open_house, prepared
from tests.prove.storm.size import Size
from tests.prove.storm.storm import Report, Storm

pytestmark = [pytest.mark.servers, pytest.mark.prove, pytest.mark.timeout(3600)]


async def storm(directory: Path, size: Size) -> Report:
    """Live through a storm of this size in a house of its own."""
    report = Report(seed=size.seed, letters=size.letters)
    report.tell(f"seed {size.seed}: {size.letters} letters, {size.kills} kills")
    try:
        async with (
            open_house(directory / "house") as house,
            prepared(house, directory, size) as setting,
        ):
            report.tell(f"{size.agencies} agencies are ready")
            await Storm(setting=setting, folder=directory, report=report).rage()
    finally:
        keep(directory)
    print(report, flush=True)
    return report


def keep(directory: Path) -> None:
    """Keep history and logs where ``PREAVIS_PROVE_DIR`` says."""
    if folder := os.environ.get("PREAVIS_PROVE_DIR"):
        for name in ("history.jsonl", "house/logs"):
            source, target = directory / name, Path(folder) / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, dirs_exist_ok=True)
            elif source.exists():
                shutil.copy(source, target)


async def test_every_promise_is_kept_through_a_storm(tmp_path: Path) -> None:
    report = await storm(tmp_path, Size.of(letters=1_000, kills=300))

    assert report.not_reached == []
    assert report.failures == []
    assert report.broken == []
