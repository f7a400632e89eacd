"""Credit set aside for a cause, then used or given back: once, whatever is repeated."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from kit.clock import Clock
from kit.days import paris_date
from kit.failpoints import failpoint
from kit.money import Money
from services.billing.domain.hold import Hold, HoldKeyReused, HoldMissing, check_price
from services.billing.domain.tariff import Product, Tariff
from services.billing.ports import Books, Store
from services.billing.usecases.reversals import carry_out


async def place_hold(
    account_id: UUID,
    key: str,
    product: Product,
    *,
    cause: str,
    on_day: date | None,
    expected: Money | None,
    store: Store,
    tariff: Tariff,
    clock: Clock,
) -> Hold:
    """Set the price of a product aside, or answer with what stands under the key.

    Raises ``CreditInsufficient``, ``WalletFrozen``, ``PriceChanged``, ``NotSold``, and
    ``HoldReleased`` when the key was called off: nothing may be done on its strength.
    """
    now = clock()
    price = tariff.price(product, on_day or paris_date(now))
    hold, entry = Hold.place(account_id, key, price, cause=cause, on_day=paris_date(now), at=now)
    async with store.account(account_id) as books:
        standing = await books.hold(key)
        if standing is None:
            check_price(price, expected)
            if (placed := await books.place(hold, entry)) is not None:
                standing = placed
            elif (standing := await books.hold(key)) is None:
                raise HoldKeyReused(key)  # known, and not this account's
    failpoint("billing.hold.committed")
    return standing.repeated(account_id, price)


async def capture_hold(
    account_id: UUID, key: str, *, on_day: date, store: Store, clock: Clock
) -> Hold:
    """Use what was set aside: the thing was done on that Paris day.

    Raises ``HoldMissing`` and ``HoldReleased``.
    """
    async with store.account(account_id) as books:
        hold = await books.hold(key)
        if hold is None:
            raise HoldMissing(key)
        captured, entry = hold.capture(on_day=on_day, at=clock())
        if entry is not None:
            captured = await books.save_hold(captured)
            await books.post(entry)
            if (note := await books.credit_note_of(key)) is not None:  # its reversal came first
                captured, _ = await carry_out(books, captured, note, at=clock())
    failpoint("billing.capture.committed")
    return captured


async def release_hold(account_id: UUID, key: str, *, store: Store, clock: Clock) -> Hold:
    """Give back what was set aside; without a hold, forbid the one that may still come.

    Raises ``HoldCaptured``.
    """
    async with store.account(account_id) as books:
        released = await _release(books, account_id, key, at=clock())
    failpoint("billing.release.committed")
    return released


async def _release(books: Books, account_id: UUID, key: str, *, at: datetime) -> Hold:
    hold = await books.hold(key)
    if hold is None:
        tombstone = Hold.tombstone(account_id, key, at=at)
        if await books.bury(tombstone):
            return tombstone
        hold = await books.hold(key)  # it came at the same instant
        if hold is None:
            raise HoldKeyReused(key)
    released, entry = hold.release(on_day=paris_date(at), at=at)
    if entry is None:
        return released
    saved = await books.save_hold(released)
    await books.post(entry)
    return saved


async def list_open_holds(
    *, prefix: str, after: tuple[datetime, UUID] | None, limit: int, store: Store
) -> Sequence[Hold]:
    """Return what is set aside, all accounts, oldest first: the owners of the causes compare."""
    return await store.open_holds(prefix=prefix, after=after, limit=limit)
