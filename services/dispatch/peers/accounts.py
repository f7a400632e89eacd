"""accounts, asked on behalf of the account."""

from datetime import date
from typing import TYPE_CHECKING, Final
from uuid import UUID

from kit.errors import Kind, TurnedDown
from kit.grpc import acting_for
from preavis.accounts.v1 import accounts_pb2
from services.dispatch.domain.letter import Agency
from services.dispatch.domain.preflight import Blocker, Standing
from services.dispatch.peers.words import TIMEOUT_S, read_day

if TYPE_CHECKING:  # the name exists for the type checker alone
    from preavis.accounts.v1.accounts_pb2_grpc import AccountsServiceAsyncStub

PROVE_PROFESSION: Final = "prove-profession"
PROVE_IDENTITY: Final = "prove-identity"
CONFIRM_REGISTRATION: Final = "confirm-registration"
# What accounts remarks on, by the first word of its code, under the action that settles it.
CONDITIONS: Final = {
    "attestation": PROVE_PROFESSION,
    "statutes": PROVE_PROFESSION,
    "identity": PROVE_IDENTITY,
    "registration": CONFIRM_REGISTRATION,
    "account": "activate-account",
}


class AccountsPeer:
    """accounts, for the right to send and the name it is done under."""

    def __init__(self, stub: "AccountsServiceAsyncStub") -> None:
        self._stub = stub

    async def standing(self, account_id: UUID, on_day: date) -> tuple[Standing, Agency]:
        """Tell whether the account may send in its own name on this day, and under what name."""
        request = accounts_pb2.GetStandingRequest(
            account_id=str(account_id), on_day=on_day.isoformat()
        )
        with acting_for(account_id):
            found = await self._stub.GetStanding(request, timeout=TIMEOUT_S)
        conditions = [PROVE_PROFESSION, PROVE_IDENTITY]
        if found.kind == accounts_pb2.ACCOUNT_KIND_INTERMEDIARY:
            conditions.append(CONFIRM_REGISTRATION)
        standing = Standing(
            conditions=conditions,
            blockers=[_blocker(remark) for remark in found.blockers],
            valid_until=read_day(found.valid_until),
        )
        if not found.may_send_as_agency and not standing.blockers:
            raise StandingUnclear(f"account {account_id} may not send, and nothing says why")
        return standing, _agency(found)


class StandingUnclear(TurnedDown):
    """accounts says no without saying why: asked again later, never guessed."""

    kind = Kind.LATER
    reason = "standing-unclear"


def _blocker(remark: accounts_pb2.Remark) -> Blocker:
    subject = remark.code.partition("-")[0]
    return Blocker(
        code=CONDITIONS.get(subject, "settle-account"),
        facts={"why": remark.code, **dict(remark.facts)},
    )


def _agency(found: accounts_pb2.GetStandingResponse) -> Agency:
    head = found.letterhead
    return Agency(
        trade_name=head.trade_name,
        representative_first_name=head.representative_first_name,
        representative_last_name=head.representative_last_name,
        address=head.address.street,
        postcode=head.address.postcode,
        town=head.address.town,
        siret=head.siret,
        orias=head.orias_number,
        email=head.email,
        phone=head.phone,
        alert_email=found.contact.email or head.email,
    )
