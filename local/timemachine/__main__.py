"""``python -m local.timemachine to 2026-12-31T09:00``, or ``next``: advances the demonstration."""

import argparse
import sys

import httpx

from local.house import data_dir
from local.sandbox.main import address

PATIENCE_S = 900


def main() -> int:
    """Ask the sandbox of this machine to advance, and say what was lived."""
    parser = argparse.ArgumentParser(prog="python -m local.timemachine", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    going = commands.add_parser("to", help="go to an instant, Paris time: 2026-12-31T09:00")
    going.add_argument("instant")
    commands.add_parser("next", help="go to the next thing that happens by itself")
    arguments = parser.parse_args()
    target = "next" if arguments.command == "next" else arguments.instant
    url = address(data_dir() / "sandbox")
    if url is None:
        print("Aucune démonstration ne tourne ici : lancez d’abord `make up`.", file=sys.stderr)
        return 1
    answer = httpx.post(f"{url}/temps/advance", json={"to": target}, timeout=PATIENCE_S)
    told = answer.json()
    if answer.is_error:
        print(f"Le temps n’a pas avancé : {told['detail']}", file=sys.stderr)
        return 1
    for step in told["steps"]:
        print(f"{step['at']}  {step['owner']:<10} {step['kind']}")
    for what, count in told["stuck"].items():
        print(f"en attente d’un partenaire : {what} ({count})")
    print(f"Il est {told['now']}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
