"""How often one account, or one visitor, may ask: buckets in Postgres, shared by all replicas."""

import hashlib
import math
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

import structlog
from starlette.requests import HTTPConnection

from kit.errors import Kind, TryAgain, TurnedDown
from services.gateway.peers import Principal
from services.gateway.settings import GatewaySettings
from services.gateway.store import Store

VISITOR_BURST: Final = 10
TABLES_PER_MINUTE: Final = 2  # a table holds up to 10,000 contracts
TABLES_BURST: Final = 3
_IPV6_OF_ONE_SUBSCRIBER: Final = 64  # bits: the rest is theirs to choose
_log = structlog.get_logger()


class TooManyRequests(TurnedDown):
    """The bucket is empty. Fact: ``retry_after_s``."""

    kind = Kind.LATER
    reason = "too-many-requests"


def place_of(connection: HTTPConnection) -> str:
    """Return where a request comes from: an IPv4 address, or the IPv6 network of a subscriber.

    Empty when unknown. The address is the connection's, or what a trusted proxy says it was.
    """
    host = connection.client.host if connection.client else ""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((address, _IPV6_OF_ONE_SUBSCRIBER), strict=False))


async def take_of_account(who: Principal, *, store: Store, settings: GatewaySettings) -> None:
    """Count a request of somebody logged in. Raises ``TooManyRequests``."""
    await _take(
        f"account:{who.scope_id}",
        store=store,
        per_second=settings.requests_per_second,
        burst=settings.requests_burst,
    )


async def take_of_visitor(place: str, *, store: Store, settings: GatewaySettings) -> None:
    """Count a request of somebody who has not logged in. Raises ``TooManyRequests``."""
    await _take(
        f"visitor:{_digest(place)}",
        store=store,
        per_second=settings.visitor_requests_per_minute / 60,
        burst=VISITOR_BURST,
    )


async def take_of_tables(place: str, *, store: Store) -> None:
    """Count a whole table to plan, logged in or not. Raises ``TooManyRequests``."""
    await _take(
        f"tables:{_digest(place)}",
        store=store,
        per_second=TABLES_PER_MINUTE / 60,
        burst=TABLES_BURST,
    )


def _digest(place: str) -> str:
    return hashlib.sha256(place.encode()).hexdigest()[:32]


async def _take(key: str, *, store: Store, per_second: float, burst: int) -> None:
    """Take a token. While the buckets are out of reach nobody is counted, and nobody kept out."""
    try:
        wait_s = await store.take_token(key, per_second=per_second, burst=burst)
    except TryAgain:
        _log.warning("rate_not_counted")
        return
    if wait_s > 0:
        raise TooManyRequests("too many requests", retry_after_s=str(math.ceil(wait_s)))
