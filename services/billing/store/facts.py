"""What billing tells the other services, in the transaction that makes it true."""

from sqlalchemy.ext.asyncio import AsyncSession

from kit.events import announce
from kit.money import Money
from preavis.billing.v1 import events_pb2
from services.billing.domain.credit_note import CreditNote
from services.billing.domain.hold import Hold, HoldState
from services.billing.domain.ledger import Wallet
from services.billing.domain.top_up import TopUp


async def tell_wallet(session: AsyncSession, wallet: Wallet) -> None:
    """Tell what an account can spend."""
    fact = events_pb2.WalletChanged(
        account_id=str(wallet.account_id),
        aggregate_id=str(wallet.account_id),
        aggregate_version=wallet.told_version,
        available_cents=wallet.available.cents,
        held_cents=wallet.held.cents,
        is_frozen=bool(wallet.frozen_for),
    )
    await announce(
        session,
        fact,
        aggregate_id=wallet.account_id,
        aggregate_version=wallet.told_version,
        account_id=wallet.account_id,
    )


async def tell_low(session: AsyncSession, wallet: Wallet, *, low_below: Money) -> None:
    """Tell that what an account can spend has just fallen low."""
    fact = events_pb2.CreditLow(
        account_id=str(wallet.account_id),
        aggregate_id=str(wallet.account_id),
        aggregate_version=wallet.told_version,
        available_cents=wallet.available.cents,
        low_below_cents=low_below.cents,
    )
    await announce(
        session,
        fact,
        aggregate_id=wallet.account_id,
        aggregate_version=wallet.told_version,
        account_id=wallet.account_id,
    )


async def tell_hold(session: AsyncSession, hold: Hold) -> None:
    """Tell that credit set aside was used, or given back."""
    fact: events_pb2.HoldCaptured | events_pb2.HoldReleased
    if hold.state is HoldState.CAPTURED and hold.captured_on is not None:
        fact = events_pb2.HoldCaptured(captured_on=hold.captured_on.isoformat())
    else:
        fact = events_pb2.HoldReleased()
    fact.account_id, fact.aggregate_id, fact.key = str(hold.account_id), str(hold.id), hold.key
    fact.aggregate_version = hold.version
    fact.gross_cents = hold.gross.cents
    await announce(
        session,
        fact,
        aggregate_id=hold.id,
        aggregate_version=hold.version,
        account_id=hold.account_id,
    )


async def tell_reversal(session: AsyncSession, hold: Hold, note: CreditNote) -> None:
    """Tell that captured credit was given back, under which credit note."""
    fact = events_pb2.HoldReversed(
        account_id=str(hold.account_id),
        aggregate_id=str(hold.id),
        aggregate_version=hold.version,
        key=hold.key,
        gross_cents=hold.gross.cents,
        reversed_on=note.on_day.isoformat(),
        credit_note_number=note.number,
    )
    await announce(
        session,
        fact,
        aggregate_id=hold.id,
        aggregate_version=hold.version,
        account_id=hold.account_id,
    )


async def tell_top_up(session: AsyncSession, top_up: TopUp) -> None:
    """Tell that credit was bought."""
    fact = events_pb2.TopUpCompleted(
        account_id=str(top_up.account_id),
        aggregate_id=str(top_up.id),
        aggregate_version=top_up.version,
        amount_cents=top_up.amount.cents,
        receipt_number=top_up.receipt_number,
    )
    await announce(
        session,
        fact,
        aggregate_id=top_up.id,
        aggregate_version=top_up.version,
        account_id=top_up.account_id,
    )
