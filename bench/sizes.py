"""How much each measure does; every field is a flag of the command."""

from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Tuples are sizes that grow, in their order: the table shows what grows with them."""

    rounds: int = field(default=3, metadata={"help": "rounds of each pair, both ways in turn"})
    pages: tuple[int, ...] = field(default=(1, 3, 9), metadata={"help": "pages of a letter"})
    renders: int = field(default=6, metadata={"help": "letters composed in a round"})
    remembered: int = field(default=1000, metadata={"help": "letters before memory is read"})
    evaluations: int = field(default=50_000, metadata={"help": "dates computed in a round"})
    contracts: tuple[int, ...] = field(
        default=(1, 3, 9), metadata={"help": "contracts in one letter, explained"}
    )
    rows: tuple[int, ...] = field(
        default=(1_000, 10_000), metadata={"help": "contracts in a table that is planned"}
    )
    holds: int = field(default=600, metadata={"help": "holds placed in a round"})
    wallets: tuple[int, ...] = field(
        default=(1, 10, 100), metadata={"help": "accounts that the holds are spread over"}
    )
    facts: tuple[int, ...] = field(
        default=(1, 10, 100), metadata={"help": "facts announced by one transaction"}
    )
    bursts: int = field(default=20, metadata={"help": "such transactions in a round"})
    letters: tuple[int, ...] = field(
        default=(1_000, 100_000, 1_000_000), metadata={"help": "letters in one account"}
    )
    looks: int = field(default=5, metadata={"help": "times that each list is looked at"})
    clients: tuple[int, ...] = field(
        default=(1, 10, 100), metadata={"help": "clients that ask at once"}
    )
    requests: int = field(default=600, metadata={"help": "requests of all clients in a round"})
    sendings: tuple[int, ...] = field(
        default=(3, 30, 300), metadata={"help": "letters validated at once"}
    )
    agencies: int = field(default=10, metadata={"help": "accounts that send them"})


TOY: Final = Sizes(
    rounds=1,
    pages=(1,),
    renders=1,
    remembered=2,
    evaluations=50,
    contracts=(1, 2),
    rows=(5,),
    holds=8,
    wallets=(1, 2),
    facts=(1, 2),
    bursts=2,
    letters=(30,),
    looks=1,
    clients=(1, 2),
    requests=6,
    sendings=(2,),
    agencies=1,
)
"""Enough to prove that each measure runs; its figures mean nothing."""
