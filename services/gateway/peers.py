"""Our other services as the edge sees them, and on whose behalf it asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from uuid import UUID

from fastapi import Request

from kit.grpc import CallerKind, Peers, on_behalf
from preavis.accounts.v1 import accounts_pb2
from preavis.accounts.v1.accounts_pb2_grpc import AccountsServiceStub
from preavis.billing.v1.billing_pb2_grpc import BillingServiceStub
from preavis.dispatch.v1.dispatch_pb2_grpc import DispatchServiceStub
from preavis.letters.v1.letters_pb2_grpc import LettersServiceStub
from preavis.signature.v1.signature_pb2_grpc import SignatureServiceStub

if TYPE_CHECKING:  # these names exist for the type checker alone
    from preavis.accounts.v1.accounts_pb2_grpc import AccountsServiceAsyncStub
    from preavis.billing.v1.billing_pb2_grpc import BillingServiceAsyncStub
    from preavis.dispatch.v1.dispatch_pb2_grpc import DispatchServiceAsyncStub
    from preavis.letters.v1.letters_pb2_grpc import LettersServiceAsyncStub
    from preavis.signature.v1.signature_pb2_grpc import SignatureServiceAsyncStub

_KINDS = {
    accounts_pb2.PRINCIPAL_KIND_AGENT: CallerKind.AGENT,
    accounts_pb2.PRINCIPAL_KIND_STAFF: CallerKind.STAFF,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One stub per service of ours. Each call is signed, timed, and raises ``TurnedDown``."""

    accounts: "AccountsServiceAsyncStub"
    billing: "BillingServiceAsyncStub"
    dispatch: "DispatchServiceAsyncStub"
    letters: "LettersServiceAsyncStub"
    signature: "SignatureServiceAsyncStub"

    @classmethod
    def of(cls, peers: Peers) -> Self:
        """Open the doors to the other services; the channels connect at their first call."""
        return cls(
            accounts=peers.stub(AccountsServiceStub, "accounts"),
            billing=peers.stub(BillingServiceStub, "billing"),
            dispatch=peers.stub(DispatchServiceStub, "dispatch"),
            letters=peers.stub(LettersServiceStub, "letters"),
            signature=peers.stub(SignatureServiceStub, "signature"),
        )


def house(request: Request) -> House:
    """Give a route the stubs: ``house: Annotated[House, Depends(house)]``."""
    found: House = request.app.state.house
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who is logged in, as accounts says at each request: nothing of it is kept here."""

    kind: CallerKind
    profile_id: UUID
    display_name: str
    roles: frozenset[str]
    account_id: UUID | None = None  # staff act for no account
    account_state: str = ""  # "pending", "active" or "closed"; empty for staff
    theme: str = ""  # "light", "dark", or "system"
    email: str = ""  # the login
    trade_name: str = ""  # what their letters are signed with; empty for staff

    @property
    def is_staff(self) -> bool:
        """Whether this is one of us."""
        return self.kind is CallerKind.STAFF

    @property
    def scope_id(self) -> UUID:
        """Whose records these are: the account, or the staff member."""
        return self.account_id or self.profile_id


async def authenticate(house: House, session_token: str) -> Principal:
    """Return who holds this session. Raises ``TurnedDown`` when it does not stand."""
    answer = await house.accounts.Authenticate(
        accounts_pb2.AuthenticateRequest(session_token=session_token)
    )
    return read_principal(answer.principal)


def read_principal(principal: accounts_pb2.Principal) -> Principal:
    """Read accounts' answer."""
    return Principal(
        kind=_KINDS[principal.kind],
        profile_id=UUID(principal.profile_id),
        display_name=principal.display_name,
        roles=frozenset(principal.roles),
        account_id=UUID(principal.account_id) if principal.account_id else None,
        account_state=_word(accounts_pb2.AccountState.Name(principal.account_state)),
        theme=_word(accounts_pb2.Theme.Name(principal.theme)),
        email=principal.email,
        trade_name=principal.trade_name,
    )


def _word(enum_name: str) -> str:
    """Return ``active`` for ``ACCOUNT_STATE_ACTIVE``, and nothing for what is unspecified."""
    word = enum_name.rpartition("_")[2].lower()
    return "" if word == "unspecified" else word


@contextmanager
def acting_as(principal: Principal) -> Iterator[None]:
    """Make the calls within on behalf of whoever is logged in."""
    with on_behalf(
        kind=principal.kind,
        account_id=principal.account_id,
        actor_id=principal.profile_id,
        actor_name=principal.display_name,
        roles=principal.roles,
    ):
        yield
