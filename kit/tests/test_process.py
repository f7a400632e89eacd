import asyncio
import io

import grpc
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
        server = grpc.aio.server()  # its threads do not survive a fork, as this loop makes one
        server.add_insecure_port("127.0.0.1:0")
        await server.start()
        with pytest.raises(UploadDamaged):
            await read_upload(picture.getvalue()[:60])
        upload = await read_upload(picture.getvalue())
        await server.stop(0)
        return upload.page_count

    assert run_process(life()) == 1
