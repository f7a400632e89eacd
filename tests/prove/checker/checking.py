"""Runs every rule over a world."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from tests.prove.checker.rules import (
    acknowledged,
    letters,
    money,
    plumbing,
    projections,
    proofs,
)
from tests.prove.checker.world import Broken, World

RULES: Final[Mapping[str, Callable[[World], Iterator[Broken]]]] = {
    "acknowledged": acknowledged.check,
    "letters": letters.check,
    "money": money.check,
    "plumbing": plumbing.check,
    "projections": projections.check,
    "proofs": proofs.check,
}


def check(world: World) -> list[Broken]:
    """Return every broken promise; none when all is well."""
    return [broken for rule in RULES.values() for broken in rule(world)]
