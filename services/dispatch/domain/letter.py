"""What a sending carries and for whom: copies taken at validation, never edited."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


class MailKind(StrEnum):
    """Kinds of registered mail."""

    SIMPLE = "simple"
    ACKNOWLEDGED = "acknowledged"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenLetter:
    """The letter as it leaves. ``sha256`` names its PDF in our vault."""

    number: str
    version: int
    sha256: str
    content_hash: str
    subject: str
    send_day: date
    presumed_receipt: date | None
    latest_send_day: date | None
    last_covered_day: date | None
    new_start: date | None
    recipient_id: UUID
    recipient_name: str
    recipient_address: str
    """The electronic address it is sent to; empty when the recipient takes paper only."""
    policyholder_names: tuple[str, ...]
    policyholder_emails: tuple[str, ...]
    former_agent_email: str
    client_reference: str
    """The agency's own reference: for the agent's copies only, never printed, never sent out."""
    author_name: str

    def bears(self, send_day: date, new_start: date | None) -> bool:
        """Tell whether these are the dates it was frozen with."""
        return (self.send_day, self.new_start) == (send_day, new_start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """The signed mandate as it leaves. ``sha256`` names its PDF in our vault."""

    filename: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """Who sends: what the operator and the e-mails need to know of the account."""

    trade_name: str
    representative_first_name: str
    representative_last_name: str
    address: str
    postcode: str
    town: str
    siret: str
    orias: str
    email: str
    """Where answers to our e-mails go, and the sender's address at the operator's."""
    phone: str
    alert_email: str
    """Where the agent's own alerts go."""
