"""What accounts needs from outside, in its own words."""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol
from uuid import UUID

from kit.uploads import Upload
from services.accounts.domain.access import (
    Link,
    LinkPurpose,
    Login,
    Principal,
    Session,
    StaffMember,
)
from services.accounts.domain.account import Account
from services.accounts.domain.facts import AuditEntry, Fact, Notice
from services.accounts.domain.proof import Proof, ProofKind
from services.accounts.domain.registration import RegistryAnswer
from services.accounts.domain.throttle import Act

# The kinds of work that a transaction plans.
CHECK_REGISTRATION: Final = "check-registration"
REVIEW_STANDING: Final = "review-standing"
ERASE_PROOF: Final = "erase-proof"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An account with proofs to review."""

    account: Account
    since: datetime  # the oldest unreviewed proof
    kinds: tuple[ProofKind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPage:
    """A page of the review queue."""

    items: Sequence[Waiting]
    next_cursor: str
    total: int


class Accounts(Protocol):
    """Accounts and their holders."""

    async def get(self, account_id: UUID, *, lock: bool = False) -> Account:
        """Return an account, its row locked on demand. Raises ``AccountMissing``."""

    async def add(self, account: Account) -> None:
        """Store a new account."""

    async def save(self, account: Account) -> Account:
        """Store a change and return it with its new version. Raises ``ChangedMeanwhile``."""

    async def search(self, query: str, *, cursor: str, limit: int) -> tuple[list[Account], str]:
        """Return accounts that match, newest first, and the next cursor."""


class Logins(Protocol):
    """Addresses, passwords, links, sessions, and how often strangers tried."""

    async def by_email(self, email: str) -> Login | None:
        """Find the login of an address; case is ignored."""

    async def get(self, login_id: UUID) -> Login:
        """Return a login, its row locked. Raises ``SessionOver`` when it is gone."""

    async def add(self, login: Login) -> None:
        """Store a new login. Raises ``ChangedMeanwhile`` when its address was just taken."""

    async def save(self, login: Login) -> None:
        """Store a changed address or password. Raises ``ChangedMeanwhile`` as ``add``."""

    async def add_staff(self, member: StaffMember) -> None:
        """Store one of our own people."""

    async def save_staff_theme(self, login_id: UUID, theme: str) -> None:
        """Keep how the pages look for a staff member."""

    async def principal(self, login_id: UUID) -> Principal:
        """Return who a login is. Raises ``SessionOver`` when it is gone."""

    async def add_link(self, link: Link) -> None:
        """Store a link; it replaces the login's other links of that purpose."""

    async def take_link(self, token_hash: str, purposes: Collection[LinkPurpose]) -> Link | None:
        """Use up a link: nobody else gets it."""

    async def drop_links(self, login_id: UUID) -> None:
        """Void every link of a login."""

    async def add_session(self, session: Session) -> None:
        """Store an open session."""

    async def session(self, token_hash: str) -> Session | None:
        """Find a session."""

    async def save_session(self, session: Session) -> None:
        """Store when it was last used."""

    async def end_session(self, token_hash: str) -> None:
        """Forget a session; forgetting what is not there changes nothing."""

    async def end_sessions(self, login_id: UUID) -> None:
        """Forget every session of a login."""

    async def tries(self, act: Act, who: str) -> list[datetime]:
        """Return recent tries, and let nobody else count them until the transaction ends."""

    async def add_try(self, act: Act, who: str, at: datetime) -> None:
        """Count one more."""

    async def forget_tries(self, act: Act, who: str, *, only: datetime | None = None) -> None:
        """Start counting anew, or forget the try of one instant."""

    async def sweep(self, *, technical: datetime, business: datetime) -> None:
        """Erase what is over: sessions, links, tries."""


class Proofs(Protocol):
    """Documents handed in, and what staff did about them."""

    async def of(self, account_id: UUID) -> list[Proof]:
        """Return an account's proofs, newest first."""

    async def get(self, account_id: UUID, proof_id: UUID, *, lock: bool = False) -> Proof:
        """Return one proof. Raises ``ProofMissing``."""

    async def add(self, proof: Proof) -> None:
        """Store a new proof."""

    async def save(self, proof: Proof) -> Proof:
        """Store a change and return it with its new version. Raises ``ChangedMeanwhile``."""

    async def waiting(self, *, cursor: str, limit: int) -> WaitingPage:
        """Return the accounts with proofs to review, the one waiting longest first."""

    async def note(self, account_id: UUID, entry: AuditEntry) -> None:
        """Record what was done, for good."""

    async def history(self, account_id: UUID) -> list[AuditEntry]:
        """Return what staff did on an account, newest first."""


class Outbox(Protocol):
    """What leaves if, and only if, the transaction stands."""

    async def announce(self, fact: Fact) -> None:
        """Tell the other services."""

    async def tell(self, notice: Notice, account_id: UUID | None) -> None:
        """Tell a person, by e-mail."""

    async def plan_check(self, account_id: UUID, at: datetime) -> None:
        """Have the registry asked at a business instant; replaces what was planned."""

    async def plan_erasure(self, account_id: UUID, proof_id: UUID, day: date) -> None:
        """Have a proof's file looked at on a Paris day; replaces what was planned."""

    async def plan_standing(self, account_id: UUID, day: date) -> None:
        """Have the standing looked at on a Paris day; replaces what was planned."""


class Book(Protocol):
    """One transaction on accounts."""

    @property
    def accounts(self) -> Accounts:
        """Accounts and their holders."""

    @property
    def logins(self) -> Logins:
        """Ways in."""

    @property
    def proofs(self) -> Proofs:
        """Documents handed in."""

    @property
    def outbox(self) -> Outbox:
        """What leaves with it."""


class Store(Protocol):
    """The accounts' own database."""

    def account(self, account_id: UUID) -> AbstractAsyncContextManager[Book]:
        """Open a transaction on one account."""

    def everybody(self, why: str) -> AbstractAsyncContextManager[Book]:
        """Open a transaction across accounts: before a login, or for staff."""


class Hasher(Protocol):
    """Passwords, hashed slowly."""

    async def hash(self, password: str) -> str:
        """Return a salted hash."""

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Tell whether a password is the one hashed; ``None`` takes as long and says no."""

    def is_outdated(self, password_hash: str) -> bool:
        """Tell whether it was made with weaker parameters than today's."""


class Registry(Protocol):
    """The registry of intermediaries."""

    async def look_up(self, orias_number: str) -> RegistryAnswer:
        """Return what it says. Raises a refusal of kind LATER when it does not answer."""


class Uploads(Protocol):
    """Reads received files, far from everything else."""

    async def __call__(self, data: bytes) -> Upload:
        """Return the file, found harmless. Raises a refusal of kind INVALID."""


class Files(Protocol):
    """Files of proofs, each kept for its own proof: erasing one touches no other."""

    async def put(self, proof_id: UUID, data: bytes) -> str:
        """Keep a file and return its SHA-256 in hex; keeping it twice changes nothing."""

    async def get(self, proof_id: UUID, sha256: str) -> bytes:
        """Return a kept file. Raises a refusal of kind MISSING."""

    async def erase(self, proof_id: UUID, sha256: str) -> None:
        """Erase a file; erasing what is not there changes nothing."""
