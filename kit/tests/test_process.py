import asyncio
import io

import pytest
from PIL import Image

from kit.process import run_process
from kit.uploads import UploadDamaged, read_upload


def test_a_process_runs_on_the_fast_loop_and_returns_what_it_made() -> None:
    async def life() -> str:
        return type(asyncio.get_running_loop()).__module__

    assert run_process(life()).startswith("uvloop")


def test_what_a_process_raises_is_raised() -> None:
    async def life() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_process(life())


@pytest.mark.slow
def test_the_process_that_reads_an_upload_runs_beside_the_fast_loop() -> None:
    picture = io.BytesIO()
    Image.new("RGB", (40, 40), "red").save(picture, "PNG")

    async def life() -> int:
        with pytest.raises(UploadDamaged):
            await read_upload(picture.getvalue()[:60])
        return (await read_upload(picture.getvalue())).page_count

    assert run_process(life()) == 1
