"""Values for tests, saying only what matters."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from kit.ids import new_id
from kit.money import Money
from services.billing.domain.card import CardNews, CardReturn, CardState, ReturnKind, ReturnState
from services.billing.domain.hold import Hold
from services.billing.domain.ledger import Entry
from services.billing.domain.tariff import Product, Tariff
from services.billing.domain.top_up import Buyer, TopUp
from services.billing.main import TARIFF
from tests.support.time import paris

NOW = paris("Wed 2027-01-13 10:00")
TODAY = date(2027, 1, 13)
BUYER = Buyer(
    name="Béraud Assurances", lines=("4, place du Bouffay", "44000 Nantes"), email="a@example.fr"
)


def tariff() -> Tariff:
    return Tariff.read(TARIFF.read_text("utf-8"))


def a_hold(
    key: str,
    *,
    account_id: UUID,
    product: Product = Product.LRE_ACKNOWLEDGED,
    at: datetime = NOW,
) -> tuple[Hold, Entry]:
    price = tariff().price(product, TODAY)
    return Hold.place(account_id, key, price, cause="Lettre 27-00012", on_day=TODAY, at=at)


def a_top_up(**changes: object) -> TopUp:
    asked: dict[str, Any] = {
        "id": new_id(),
        "account_id": new_id(),
        "amount": Money(10_000),
        "buyer": BUYER,
        "return_url": "https://preavis.example/credit/retour",
        "cancel_url": "https://preavis.example/credit",
        "created_at": NOW,
    }
    return TopUp(**(asked | changes))


def news(state: CardState = CardState.PAID, **changes: object) -> CardNews:
    asked: dict[str, Any] = {
        "session_id": "cs_1",
        "state": state,
        "amount": Money(10_000),
        "currency": "eur",
        "is_live": False,
        "payment_id": "pi_1" if state is CardState.PAID else "",
    }
    return CardNews(**(asked | changes))


def a_refund(cents: int, *, number: str = "re_1", **changes: object) -> CardReturn:
    asked: dict[str, Any] = {"kind": ReturnKind.REFUND, "state": ReturnState.TAKEN}
    return CardReturn(id=number, amount=Money(cents), **(asked | changes))


def a_dispute(
    cents: int, *, number: str = "dp_1", state: ReturnState = ReturnState.OPEN
) -> CardReturn:
    return CardReturn(id=number, kind=ReturnKind.DISPUTE, state=state, amount=Money(cents))
