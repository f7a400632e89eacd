"""``python -m local.demo``: makes the demonstration's data in a house that is not running."""

import asyncio
import sys

from local.demo import load
from local.house import House, data_dir


async def make() -> int:
    """Start the house, load, stop it; its data stays."""
    house = await House.open(data_dir())
    try:
        for login in await load(house.plan):
            print(f"{login.title:<12} {login.email:<34} {login.password}")
    finally:
        await house.close()
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(make()))
