"""Reading: what an account has, what moved it, what things cost."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from services.billing.domain.ledger import ALWAYS, Period, StatementLine, Wallet
from services.billing.domain.tariff import Price, Product, Tariff
from services.billing.ports import Store


async def read_wallet(account_id: UUID, *, store: Store) -> Wallet:
    """Return what the account may spend and what is set aside."""
    async with store.account(account_id) as books:
        return await books.wallet()


async def list_entries(
    account_id: UUID, *, before: int | None, limit: int, store: Store, within: Period = ALWAYS
) -> Sequence[StatementLine]:
    """Return a page of the statement of a period, latest first."""
    async with store.account(account_id) as books:
        return await books.entries(before=before, limit=limit, within=within)


def list_prices(day: date, *, tariff: Tariff) -> Sequence[Price]:
    """Return the price list of a Paris day."""
    return tariff.on(day)


def quote(product: Product, day: date, *, tariff: Tariff) -> Price:
    """Return what a product costs on a Paris day. Raises ``NotSold``."""
    return tariff.price(product, day)
