"""The ``preavis`` command: one subcommand per module of this folder."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

COMMANDS: Final = {
    "legal": ("cli.legal.command", "plan the end of contracts, check legal vectors"),
    "verify": ("cli.verify", "verify a sealed evidence sheet, offline"),
}
"""Name -> module with ``main(arguments) -> exit code``, loaded only when asked for."""

USAGE: Final = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the subcommand named by the first argument; return its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in COMMANDS:
        module, _ = COMMANDS[given[0]]
        code: int = import_module(module).main(given[1:])
        return code
    asked = bool(given) and given[0] in {"-h", "--help", "help"}
    stream = sys.stdout if asked else sys.stderr
    print("usage: preavis COMMAND ...", *_summaries(), sep="\n", file=stream)
    return 0 if asked else USAGE


def _summaries() -> list[str]:
    return [f"  {name:<8} {summary}" for name, (_, summary) in COMMANDS.items()]


if __name__ == "__main__":
    sys.exit(main())
