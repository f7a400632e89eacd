"""``python -m local.sandbox``: plays every outside partner, and holds the time machine's page."""

import os
from collections.abc import Iterable
from pathlib import Path

from fastapi import APIRouter

from kit.process import run_process
from local.sandbox.main import Sandbox, serve
from local.sandbox.settings import SandboxSettings
from local.sandbox.world import World
from local.timemachine.machine import TimeMachine
from local.timemachine.offset import OffsetFile
from local.timemachine.page import Partners, TimePage
from local.timemachine.watch import Bus, Services

TIME_FILE = "LOCAL_TIMEMACHINE_FILE"


def time_page(world: World) -> Iterable[APIRouter]:
    """Return the time machine's routes, when this start names a clock file and the servers."""
    settings = world.settings
    if TIME_FILE not in os.environ or not (settings.postgres_url and settings.nats_url):
        return ()
    parts = (Partners(world), Services(settings.postgres_url), Bus(settings.nats_url))
    machine = TimeMachine(OffsetFile(Path(os.environ[TIME_FILE])), parts)
    return (TimePage(world, machine).router(),)


def main() -> None:
    """Read the settings and serve."""
    settings = SandboxSettings()
    sandbox = Sandbox.build(settings, more=time_page)
    print(f"sandbox ready at {settings.base_url}")
    run_process(serve(sandbox))


if __name__ == "__main__":
    main()
