"""`python -m local up | reset | doctor`: the laptop's door behind the Makefile."""

import argparse
import asyncio
import contextlib
import signal
import sys
import time

from local import doctor
from local.demo import load
from local.house import House, data_dir, forget


async def up(*, with_demo: bool) -> int:
    """Run the house until Ctrl-C."""
    started = time.monotonic()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, stop.set)
    print("Préavis démarre…", flush=True)
    house = await House.open(data_dir())
    try:
        logins = await load(house.plan) if with_demo else []
        print(f"\nPrêt en {time.monotonic() - started:.0f} s.\n")
        print(f"  L'application     {house.plan.public_url}")
        print(f"  Le bac à sable    {house.plan.sandbox_url}   (courriels, portail, pannes, temps)")
        for login in logins:
            print(f"  {login.title:<17} {login.email}   {login.password}")
        print("\nCtrl-C arrête tout ; les données restent (make reset les oublie).", flush=True)
        await stop.wait()
        print("\nArrêt…", flush=True)
    finally:
        await house.close()
    return 0


def main() -> int:
    """Read the command line and do it."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    starting = commands.add_parser("up", help="start everything, until Ctrl-C")
    starting.add_argument("--empty", action="store_true", help="without demonstration data")
    commands.add_parser("reset", help="forget all data")
    commands.add_parser("doctor", help="say what this machine lacks")
    arguments = parser.parse_args()
    match arguments.command:
        case "up":
            with contextlib.suppress(KeyboardInterrupt):
                return asyncio.run(up(with_demo=not arguments.empty))
            return 130
        case "reset":
            forget(data_dir())
            return 0
        case _:
            return doctor.report()


if __name__ == "__main__":
    sys.exit(main())
