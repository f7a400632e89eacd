"""What a sending needs from outside, in its own words."""

from dataclasses import dataclass

from kit.clock import Clock
from services.dispatch.ports.outside import (
    Operator,
    OperatorDown,
    OperatorRefused,
    OperatorSilent,
    Parcel,
    Printer,
    Sealer,
    Vault,
)
from services.dispatch.ports.peers import (
    NOTHING_COMPARED,
    Accounts,
    Compared,
    Credit,
    Letters,
    MandateRefused,
    Mandates,
    Planned,
    RecentLetter,
    Reversal,
)
from services.dispatch.ports.store import (
    EvidenceHead,
    Found,
    Hint,
    Line,
    SendingMissing,
    Store,
    Work,
)

__all__ = [
    "NOTHING_COMPARED",
    "Accounts",
    "Compared",
    "Credit",
    "Desk",
    "EvidenceHead",
    "Found",
    "Hint",
    "Letters",
    "Line",
    "MandateRefused",
    "Mandates",
    "Operator",
    "OperatorDown",
    "OperatorRefused",
    "OperatorSilent",
    "Parcel",
    "Planned",
    "Printer",
    "RecentLetter",
    "Reversal",
    "Sealer",
    "SendingMissing",
    "Store",
    "Vault",
    "Work",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything at hand for a use case."""

    store: Store
    clock: Clock
    credit: Credit
    letters: Letters
    mandates: Mandates
    accounts: Accounts
    operator: Operator
    vault: Vault
    sealer: Sealer
    printer: Printer
    public_url: str
