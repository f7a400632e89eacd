"""Who is calling: short-lived tokens, signed by the calling service with its own Ed25519 key."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Final
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kit.clock import Clock, system_clock
from kit.errors import Kind, TurnedDown

LIFETIME_S: Final = 60  # a token lives for the calls of half a minute, and their retries
REUSED_S: Final = 30  # the calls of this long bear the same one: signing costs more than a call
LEEWAY_S: Final = 30  # two machines never agree on the second
_KEPT: Final = 2048  # tokens of a process: callers by their audiences
_ALGORITHM: Final = "EdDSA"  # the only one accepted, whatever the token says


_UNREADABLE: Final = (  # what readers of a hostile text raise
    jwt.InvalidTokenError, KeyError, ValueError, TypeError, OverflowError, RecursionError,
)  # fmt: skip


class CallerUnknown(TurnedDown):
    """The token is absent, forged, too old, or meant for someone else."""

    kind = Kind.DENIED
    reason = "caller-unknown"


class NoAccount(TurnedDown):
    """The call needs an account, and the caller acts for none."""

    kind = Kind.DENIED
    reason = "account-required"


class CallerKind(StrEnum):
    """What stands behind a call."""

    SERVICE = "service"  # a saga step, or a visitor without a session
    AGENT = "agent"
    STAFF = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The service that calls, and for whom it says it calls."""

    service: str
    account_id: UUID | None = None
    actor_id: UUID | None = None
    actor_name: str = ""
    roles: frozenset[str] = field(default_factory=frozenset)
    kind: CallerKind = CallerKind.SERVICE


_CALLER: ContextVar[Caller] = ContextVar("caller")
_ON_BEHALF: ContextVar[Caller] = ContextVar("on_behalf")


def caller() -> Caller:
    """Return who called the RPC in hand. Raises ``LookupError`` outside one."""
    return _CALLER.get()


def caller_account() -> UUID:
    """Return the account the caller acts for. Raises ``NoAccount``."""
    account_id = caller().account_id
    if account_id is None:
        raise NoAccount("this call needs an account")
    return account_id


@contextmanager
def called_by(who: Caller) -> Iterator[None]:
    """Make ``who`` the caller within: the server does it for each RPC."""
    token = _CALLER.set(who)
    try:
        yield
    finally:
        _CALLER.reset(token)


@contextmanager
def acting_for(account_id: UUID) -> Iterator[None]:
    """Call peers within as this service itself, on behalf of an account (saga steps)."""
    with _speaking(Caller(service="", account_id=account_id)):
        yield


@contextmanager
def on_behalf(
    *,
    kind: CallerKind,
    account_id: UUID | None,
    actor_id: UUID | None,
    actor_name: str,
    roles: Iterable[str],
) -> Iterator[None]:
    """Call peers within on behalf of a person whose session was checked (the gateway)."""
    person = Caller(
        service="",
        kind=kind,
        account_id=account_id,
        actor_id=actor_id,
        actor_name=actor_name,
        roles=frozenset(roles),
    )
    with _speaking(person):
        yield


def speaking_as() -> Caller:
    """Return whom outgoing calls speak for: what was said last, else the caller, else nobody.

    Its ``service`` means nothing: the signer signs with its own.
    """
    return _ON_BEHALF.get(None) or _CALLER.get(None) or Caller(service="")


@contextmanager
def _speaking(who: Caller) -> Iterator[None]:
    token = _ON_BEHALF.set(who)
    try:
        yield
    finally:
        _ON_BEHALF.reset(token)


def new_key_pair() -> tuple[str, str]:
    """Make a (private, public) Ed25519 pair, each as 43 characters of base64url."""
    private = Ed25519PrivateKey.generate()
    return _text(private.private_bytes_raw()), _text(private.public_key().public_bytes_raw())


class Signer:
    """Signs the tokens of one service."""

    def __init__(self, service: str, private_key: str, clock: Clock = system_clock) -> None:
        self._service = service
        self._key = Ed25519PrivateKey.from_private_bytes(_bytes(private_key))
        self._clock = clock
        self._signed = lru_cache(_KEPT)(self._sign)

    @property
    def service(self) -> str:
        """The service that signs."""
        return self._service

    def sign(self, caller: Caller, *, audience: str) -> str:
        """Return a token that says ``caller`` to ``audience``, for half a minute at least."""
        now = int(self._clock().timestamp())
        return self._signed(caller, audience, now - now % REUSED_S)

    def _sign(self, caller: Caller, audience: str, at: int) -> str:
        claims = {
            "iss": self._service,
            "aud": audience,
            "iat": at,
            "exp": at + LIFETIME_S,
            "knd": caller.kind.value,
            "acc": str(caller.account_id) if caller.account_id else "",
            "sub": str(caller.actor_id) if caller.actor_id else "",
            "nam": caller.actor_name,
            "rol": sorted(caller.roles),
        }
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)


class Verifier:
    """Reads the tokens addressed to one service, each against its caller's public key."""

    def __init__(
        self, service: str, peer_public_keys: Mapping[str, str], clock: Clock = system_clock
    ) -> None:
        self._service = service
        self._clock = clock
        self._keys = {
            peer: Ed25519PublicKey.from_public_bytes(_bytes(key))
            for peer, key in peer_public_keys.items()
        }
        self._known = lru_cache(_KEPT)(self._read)

    def verify(self, token: str) -> Caller:
        """Return who calls. Raises ``CallerUnknown``."""
        try:
            who, issued, expires = self._known(token)
            self._check_age(issued, expires)
        except _UNREADABLE as error:
            raise CallerUnknown("the caller's token is not valid") from error
        return who

    def _read(self, token: str) -> tuple[Caller, int, int]:
        """Check all of a token but its age: what was well signed once stays so."""
        claimed = jwt.decode(token, options={"verify_signature": False})
        claims = jwt.decode(
            token,
            self._keys[str(claimed.get("iss"))],
            algorithms=[_ALGORITHM],
            audience=self._service,
            # The times are judged apart, by our own clock: tests move it.
            options={
                "verify_exp": False,
                "verify_iat": False,
                "require": ["iss", "aud", "iat", "exp"],
            },
        )
        return _caller(claims), int(claims["iat"]), int(claims["exp"])

    def _check_age(self, issued: int, expires: int) -> None:
        now = self._clock().timestamp()
        if issued - LEEWAY_S > now or expires + LEEWAY_S < now or expires - issued > LIFETIME_S:
            raise ValueError("outside its lifetime")


def _caller(claims: Mapping[str, object]) -> Caller:
    roles = claims.get("rol", [])
    if not isinstance(roles, list):
        raise TypeError("roles are a list")
    return Caller(
        service=str(claims["iss"]),
        account_id=_uuid(claims.get("acc")),
        actor_id=_uuid(claims.get("sub")),
        actor_name=str(claims.get("nam", "")),
        roles=frozenset(str(role) for role in roles),
        kind=CallerKind(str(claims.get("knd"))),
    )


def _uuid(value: object) -> UUID | None:
    return UUID(str(value)) if value else None


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
