"""Who asks: the bearer of a session, within their rate, and the calls made on their behalf."""

from collections.abc import AsyncIterator
from functools import cache
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from kit.errors import Kind, TurnedDown
from services.gateway.api.problems import NotLoggedIn
from services.gateway.peers import House, Principal, acting_as, authenticate, house
from services.gateway.rates import place_of, take_of_account, take_of_tables, take_of_visitor
from services.gateway.settings import GatewaySettings
from services.gateway.store import Store
from services.gateway.wording.catalogue import Catalogue

BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="session",
    description="The token that `POST /v1/sessions` gave.",
)

TheHouse = Annotated[House, Depends(house)]


def the_store(request: Request) -> Store:
    """Give a route the edge's own store."""
    found: Store = request.app.state.store
    return found


def the_settings(request: Request) -> GatewaySettings:
    """Give a route the settings."""
    found: GatewaySettings = request.app.state.settings
    return found


@cache
def the_wording() -> Catalogue:
    """Give a route the French words of closed lists."""
    return Catalogue.load()


TheWording = Annotated[Catalogue, Depends(the_wording)]
TheStore = Annotated[Store, Depends(the_store)]
TheSettings = Annotated[GatewaySettings, Depends(the_settings)]


async def session_token(
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
) -> str:
    """Return the bearer's token. Raises ``NotLoggedIn``."""
    if given is None:
        raise NotLoggedIn("no bearer token")
    return given.credentials


async def principal(
    token: Annotated[str, Depends(session_token)],
    house: TheHouse,
    store: TheStore,
    settings: TheSettings,
) -> AsyncIterator[Principal]:
    """Say who asks; the calls of the route are made on their behalf.

    Raises ``NotLoggedIn`` and ``TooManyRequests``.
    """
    try:
        who = await authenticate(house, token)
    except TurnedDown as refusal:
        if refusal.kind in {Kind.DENIED, Kind.MISSING, Kind.INVALID}:
            raise NotLoggedIn("the session is over") from refusal
        raise
    await take_of_account(who, store=store, settings=settings)
    with acting_as(who):
        yield who


async def visitor(request: Request, store: TheStore, settings: TheSettings) -> str:
    """Return where somebody who has not logged in comes from. Raises ``TooManyRequests``."""
    place = place_of(request)
    await take_of_visitor(place, store=store, settings=settings)
    return place


async def table_maker(request: Request, store: TheStore) -> str:
    """Return where a whole table comes from. Raises ``TooManyRequests``."""
    place = place_of(request)
    await take_of_tables(place, store=store)
    return place


Someone = Annotated[Principal, Depends(principal)]
Visitor = Annotated[str, Depends(visitor)]
Token = Annotated[str, Depends(session_token)]


async def house_of_someone(_who: Someone, house: TheHouse) -> House:
    """Open the house to whoever has a session, and to nobody else."""
    return house


async def house_of_visitors(_visitor: Visitor, house: TheHouse) -> House:
    """Open the house to anybody, within the rate of visitors."""
    return house


async def house_of_tables(_place: Annotated[str, Depends(table_maker)], house: TheHouse) -> House:
    """Open the house to anybody's table, within the rate of tables."""
    return house


SomeonesHouse = Annotated[House, Depends(house_of_someone)]
VisitorsHouse = Annotated[House, Depends(house_of_visitors)]
HouseOfTables = Annotated[House, Depends(house_of_tables)]
