from services.billing.domain.card import CardState, ReturnKind, ReturnState
from services.billing.domain.top_up import TopUp
from services.billing.tests.builders import a_top_up
from services.billing.tests.contracts.desks import Desk


async def opened(desk: Desk) -> tuple[TopUp, str]:
    top_up = a_top_up()
    return top_up, (await desk.cards.open_page(top_up)).session_id


async def test_a_page_is_opened_once_per_purchase(desk: Desk) -> None:
    top_up = a_top_up()

    first, second = await desk.cards.open_page(top_up), await desk.cards.open_page(top_up)

    assert first == second
    assert first.url.startswith("http")


async def test_an_open_page_is_read_with_its_amount(desk: Desk) -> None:
    top_up, session_id = await opened(desk)

    told = await desk.cards.read(session_id)

    assert (told.state, told.amount, told.currency) == (CardState.OPEN, top_up.amount, "eur")
    assert (told.is_live, told.payment_id) == (False, "")


async def test_a_paid_page_names_its_payment(desk: Desk) -> None:
    top_up, session_id = await opened(desk)
    await desk.pay(top_up, session_id)

    told = await desk.cards.read(session_id)

    assert (told.state, told.amount) == (CardState.PAID, top_up.amount)
    assert told.payment_id.startswith("pi_")
    assert list(told.returns) == []


async def test_a_payment_bears_our_purchase(desk: Desk) -> None:
    top_up, session_id = await opened(desk)
    await desk.pay(top_up, session_id)
    payment_id = (await desk.cards.read(session_id)).payment_id

    assert await desk.cards.purchase_of(payment_id) == (top_up.account_id, top_up.id)


async def test_an_expired_page_has_failed(desk: Desk) -> None:
    _, session_id = await opened(desk)
    await desk.expire(session_id)

    assert (await desk.cards.read(session_id)).state is CardState.FAILED


async def test_refunds_are_told_each_by_its_own_amount(desk: Desk) -> None:
    top_up, session_id = await opened(desk)
    await desk.pay(top_up, session_id)
    payment_id = (await desk.cards.read(session_id)).payment_id
    await desk.refund(payment_id, 1_000)
    await desk.refund(payment_id, 500)

    told = (await desk.cards.read(session_id)).returns

    taken = (ReturnKind.REFUND, ReturnState.TAKEN)
    assert {(each.kind, each.state) for each in told} == {taken}
    assert [each.amount.cents for each in told] == [1_000, 500]
