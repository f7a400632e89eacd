"""Our other services, seen from letters: accounts say who writes."""

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from kit.grpc import Peers, acting_for
from preavis.accounts.v1 import accounts_pb2 as pb
from preavis.accounts.v1.accounts_pb2_grpc import AccountsServiceStub
from services.letters.domain.letterhead import Letterhead

if TYPE_CHECKING:  # the async stub is known to the type checker alone
    from preavis.accounts.v1.accounts_pb2_grpc import AccountsServiceAsyncStub

TIMEOUT_S = 3.0


class AccountsLetterheads:
    """``Letterheads`` as the accounts service answers."""

    def __init__(self, peers: Peers) -> None:
        self._accounts: AccountsServiceAsyncStub = peers.stub(AccountsServiceStub, "accounts")

    async def on(self, account_id: UUID, day: date) -> Letterhead:
        """Return the account's letterhead on a day. Raises a refusal of kind LATER."""
        request = pb.GetStandingRequest(account_id=str(account_id), on_day=day.isoformat())
        with acting_for(account_id):
            answer = await self._accounts.GetStanding(request, timeout=TIMEOUT_S)
        return letterhead_of(answer.letterhead)


def letterhead_of(message: pb.Letterhead) -> Letterhead:
    """Read the lines that a letter prints."""
    address = message.address
    representative = (message.representative_first_name, message.representative_last_name)
    return Letterhead(
        trade_name=message.trade_name,
        lines=tuple(line for line in (address.complement, address.street) if line),
        postcode=address.postcode,
        town=address.town,
        orias=message.orias_number,
        phone=message.phone,
        email=message.email,
        representative=" ".join(part for part in representative if part),
    )
