"""In-memory twins of what accounts needs; the contract suites hold them to the real things."""

import copy
import hashlib
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from kit.blobs import BlobMissing
from kit.errors import ChangedMeanwhile
from kit.http import PartnerDown
from kit.uploads import FileKind, Upload
from services.accounts.domain.access import (
    SESSION_IDLE,
    Link,
    LinkPurpose,
    Login,
    LoginKind,
    Principal,
    Session,
    SessionOver,
    StaffMember,
)
from services.accounts.domain.account import Account, AccountMissing, Theme
from services.accounts.domain.facts import AuditEntry, Fact, Notice
from services.accounts.domain.fields import email_key
from services.accounts.domain.proof import Proof, ProofMissing, ProofState
from services.accounts.domain.registration import RegistryAnswer
from services.accounts.domain.throttle import LONGEST_WINDOW, Act
from services.accounts.ports import Book, Waiting, WaitingPage


@dataclass
class State:
    """All that is stored."""

    accounts: dict[UUID, Account] = field(default_factory=dict)
    logins: dict[UUID, Login] = field(default_factory=dict)
    staff: dict[UUID, StaffMember] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    tries: dict[tuple[Act, str], list[datetime]] = field(default_factory=dict)
    proofs: dict[UUID, Proof] = field(default_factory=dict)
    audit: list[tuple[UUID, AuditEntry]] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    notices: dict[str, Notice] = field(default_factory=dict)
    checks: dict[UUID, datetime] = field(default_factory=dict)
    looks: dict[UUID, date] = field(default_factory=dict)
    erasures: dict[UUID, date] = field(default_factory=dict)


class FakeAccounts:
    def __init__(self, state: State, only: UUID | None) -> None:
        self._state = state
        self._only = only

    async def get(self, account_id: UUID, *, lock: bool = False) -> Account:
        found = self._state.accounts.get(account_id)
        if found is None or self._only not in {None, account_id}:
            raise AccountMissing("no such account")
        return found

    async def add(self, account: Account) -> None:
        self._state.accounts[account.id] = account

    async def save(self, account: Account) -> Account:
        if (await self.get(account.id)).version != account.version:
            raise ChangedMeanwhile("the account changed meanwhile")
        saved = replace(account, version=account.version + 1)
        self._state.accounts[account.id] = saved
        return saved

    async def search(self, query: str, *, cursor: str, limit: int) -> tuple[list[Account], str]:
        found = [a for a in self._state.accounts.values() if _matches(a, query.lower())]
        found.sort(key=lambda a: (-a.created_at.timestamp(), str(a.id)))
        ids = [str(a.id) for a in found]
        start = ids.index(cursor) + 1 if cursor in ids else 0
        page = found[start : start + limit]
        return page, str(page[-1].id) if len(found) > start + limit else ""


def _matches(account: Account, query: str) -> bool:
    texts = (
        account.trade_name, account.holder.email, account.address.town, account.holder.name,
    )  # fmt: skip
    bare = query.replace(" ", "")
    number = bare.isdigit() and (bare == account.orias_number or account.siret.startswith(bare))
    return number or any(query in text.lower() for text in texts)


class FakeLogins:
    def __init__(self, state: State) -> None:
        self._state = state

    async def by_email(self, email: str) -> Login | None:
        keys = {email_key(login.email): login for login in self._state.logins.values()}
        return keys.get(email_key(email))

    async def get(self, login_id: UUID) -> Login:
        if login_id not in self._state.logins:
            raise SessionOver("the login is gone")
        return self._state.logins[login_id]

    async def add(self, login: Login) -> None:
        if await self.by_email(login.email) is not None:
            raise ChangedMeanwhile("the address was just taken")
        self._state.logins[login.id] = login

    async def save(self, login: Login) -> None:
        other = await self.by_email(login.email)
        if other is not None and other.id != login.id:
            raise ChangedMeanwhile("the address is another's")
        self._state.logins[login.id] = login

    async def add_staff(self, member: StaffMember) -> None:
        self._state.staff[member.id] = member

    async def save_staff_theme(self, login_id: UUID, theme: str) -> None:
        member = self._state.staff[login_id]
        self._state.staff[login_id] = replace(member, theme=Theme(theme))

    async def principal(self, login_id: UUID) -> Principal:
        login = await self.get(login_id)
        if login.kind is LoginKind.STAFF:
            member = self._state.staff[login_id]
            name, theme, account = f"{member.first_name} {member.last_name}", member.theme, None
        else:
            assert login.account_id is not None
            account = self._state.accounts[login.account_id]
            name, theme = account.holder.name, account.holder.theme
        return Principal(
            login_id=login.id,
            kind=login.kind,
            account_id=login.account_id,
            account_state=account.state if account else None,
            name=name,
            email=login.email,
            trade_name=account.trade_name if account else "",
            theme=theme,
        )

    async def add_link(self, link: Link) -> None:
        same = (link.login_id, link.purpose)
        for name, old in list(self._state.links.items()):
            if (old.login_id, old.purpose) == same:
                del self._state.links[name]
        self._state.links[link.token_hash] = link

    async def take_link(self, token_hash: str, purposes: Collection[LinkPurpose]) -> Link | None:
        found = self._state.links.get(token_hash)
        if found is None or found.purpose not in purposes:
            return None
        return self._state.links.pop(token_hash)

    async def drop_links(self, login_id: UUID) -> None:
        kept = {n: link for n, link in self._state.links.items() if link.login_id != login_id}
        self._state.links = kept

    async def add_session(self, session: Session) -> None:
        self._state.sessions[session.token_hash] = session

    async def session(self, token_hash: str) -> Session | None:
        return self._state.sessions.get(token_hash)

    async def save_session(self, session: Session) -> None:
        self._state.sessions[session.token_hash] = session

    async def end_session(self, token_hash: str) -> None:
        self._state.sessions.pop(token_hash, None)

    async def end_sessions(self, login_id: UUID) -> None:
        kept = {n: s for n, s in self._state.sessions.items() if s.login_id != login_id}
        self._state.sessions = kept

    async def tries(self, act: Act, who: str) -> list[datetime]:
        return list(self._state.tries.get((act, who), []))

    async def add_try(self, act: Act, who: str, at: datetime) -> None:
        self._state.tries.setdefault((act, who), []).append(at)

    async def forget_tries(self, act: Act, who: str, *, only: datetime | None = None) -> None:
        kept = [] if only is None else [at for at in await self.tries(act, who) if at != only]
        self._state.tries[act, who] = kept

    async def sweep(self, *, technical: datetime, business: datetime) -> None:
        state = self._state
        state.sessions = {
            n: s
            for n, s in state.sessions.items()
            if s.seen_at >= technical - SESSION_IDLE and s.expires_at >= technical
        }
        state.links = {n: link for n, link in state.links.items() if link.expires_at >= business}
        oldest = technical - LONGEST_WINDOW
        state.tries = {k: [at for at in v if at >= oldest] for k, v in state.tries.items()}


class FakeProofs:
    def __init__(self, state: State) -> None:
        self._state = state

    async def of(self, account_id: UUID) -> list[Proof]:
        mine = [p for p in self._state.proofs.values() if p.account_id == account_id]
        return sorted(mine, key=lambda p: (-p.uploaded_at.timestamp(), str(p.id)))

    async def get(self, account_id: UUID, proof_id: UUID, *, lock: bool = False) -> Proof:
        found = self._state.proofs.get(proof_id)
        if found is None or found.account_id != account_id:
            raise ProofMissing("no such proof")
        return found

    async def add(self, proof: Proof) -> None:
        self._state.proofs[proof.id] = proof

    async def save(self, proof: Proof) -> Proof:
        if (await self.get(proof.account_id, proof.id)).version != proof.version:
            raise ChangedMeanwhile("the proof changed meanwhile")
        self._state.proofs[proof.id] = replace(proof, version=proof.version + 1)
        return self._state.proofs[proof.id]

    async def waiting(self, *, cursor: str, limit: int) -> WaitingPage:
        queue = []
        for account in self._state.accounts.values():
            mine = [p for p in await self.of(account.id) if p.state is ProofState.IN_REVIEW]
            if mine:
                kinds = tuple(sorted(p.kind for p in mine))
                since = min(p.uploaded_at for p in mine)
                queue.append(Waiting(account=account, since=since, kinds=kinds))
        queue.sort(key=lambda item: (item.since, str(item.account.id)))
        start = int(cursor) if cursor.isdigit() else 0
        items = queue[start : start + limit]
        end = start + len(items)
        more = str(end) if end < len(queue) else ""
        return WaitingPage(items=items, next_cursor=more, total=len(queue))

    async def note(self, account_id: UUID, entry: AuditEntry) -> None:
        self._state.audit.append((account_id, entry))

    async def history(self, account_id: UUID) -> list[AuditEntry]:
        return [entry for owner, entry in reversed(self._state.audit) if owner == account_id]


class FakeOutbox:
    def __init__(self, state: State) -> None:
        self._state = state

    async def announce(self, fact: Fact) -> None:
        self._state.facts.append(fact)

    async def tell(self, notice: Notice, account_id: UUID | None) -> None:
        self._state.notices.setdefault(notice.key, notice)

    async def plan_check(self, account_id: UUID, at: datetime) -> None:
        self._state.checks[account_id] = at

    async def plan_erasure(self, account_id: UUID, proof_id: UUID, day: date) -> None:
        self._state.erasures[proof_id] = day

    async def plan_standing(self, account_id: UUID, day: date) -> None:
        self._state.looks[account_id] = day


class FakeBook:
    def __init__(self, state: State, only: UUID | None) -> None:
        self.accounts = FakeAccounts(state, only)
        self.logins = FakeLogins(state)
        self.proofs = FakeProofs(state)
        self.outbox = FakeOutbox(state)


class FakeStore:
    """A store whose transactions are kept whole or not at all."""

    def __init__(self) -> None:
        self.state = State()

    @asynccontextmanager
    async def account(self, account_id: UUID) -> AsyncIterator[Book]:
        async with self._transaction(account_id) as book:
            yield book

    @asynccontextmanager
    async def everybody(self, why: str) -> AsyncIterator[Book]:
        async with self._transaction(None) as book:
            yield book

    @property
    def notices(self) -> list[Notice]:
        return list(self.state.notices.values())

    @asynccontextmanager
    async def _transaction(self, only: UUID | None) -> AsyncIterator[Book]:
        draft = copy.deepcopy(self.state)
        yield FakeBook(draft, only)
        self.state = draft


class FakeHasher:
    """A hash that is fast, salted by nothing, and counts its work."""

    def __init__(self) -> None:
        self.checks = 0
        self.outdated = False

    async def hash(self, password: str) -> str:
        return hashlib.sha256(password.encode()).hexdigest()

    async def matches(self, password_hash: str | None, password: str) -> bool:
        self.checks += 1
        return password_hash == await self.hash(password)

    def is_outdated(self, password_hash: str) -> bool:
        return self.outdated


class FakeRegistry:
    """A registry that says what it is told to, or nothing."""

    def __init__(self, answer: RegistryAnswer) -> None:
        self.answer = answer
        self.down = False
        self.asked: list[str] = []

    async def look_up(self, orias_number: str) -> RegistryAnswer:
        self.asked.append(orias_number)
        if self.down:
            raise PartnerDown("the registry is silent", partner="orias")
        return self.answer


async def fake_upload(data: bytes) -> Upload:
    return Upload(
        kind=FileKind.PDF, page_count=1, data=data, sha256=hashlib.sha256(data).hexdigest()
    )


class FakeFiles:
    def __init__(self) -> None:
        self.kept: dict[tuple[UUID, str], bytes] = {}

    async def put(self, proof_id: UUID, data: bytes) -> str:
        name = hashlib.sha256(data).hexdigest()
        self.kept[proof_id, name] = data
        return name

    async def get(self, proof_id: UUID, sha256: str) -> bytes:
        if (proof_id, sha256) not in self.kept:
            raise BlobMissing("no such file")
        return self.kept[proof_id, sha256]

    async def erase(self, proof_id: UUID, sha256: str) -> None:
        self.kept.pop((proof_id, sha256), None)
