"""``python -m local.sandbox``: plays every outside partner until stopped."""

import asyncio

from local.sandbox.main import Sandbox, serve
from local.sandbox.settings import SandboxSettings


def main() -> None:
    """Read the settings and serve."""
    sandbox = Sandbox.build(SandboxSettings())  # type: ignore[call-arg] # read from the environment
    print(f"sandbox ready at {sandbox.world.settings.base_url}")
    asyncio.run(serve(sandbox))


if __name__ == "__main__":
    main()
