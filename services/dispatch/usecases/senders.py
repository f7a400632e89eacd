"""The agency's own number at the operator's, created once and remembered."""

from kit.ids import derived_id
from services.dispatch.domain.letter import Agency
from services.dispatch.domain.sending import Sending
from services.dispatch.ports import Desk, Work


async def known(work: Work, sending: Sending, *, desk: Desk) -> str:
    """Return the agency's number at the operator's as we remember it; empty when it has none."""
    return await work.sender_at(desk.operator.name, fingerprint(sending.agency))


async def ask(sending: Sending, *, desk: Desk) -> str:
    """Have the operator give the agency a number, and remember it."""
    number = await desk.operator.ensure_sender(sending.agency)
    async with desk.store.account(sending.account_id) as work:
        await work.remember_sender(desk.operator.name, fingerprint(sending.agency), number)
    return number


def fingerprint(agency: Agency) -> str:
    """Return what changes when the operator must be told of another agency."""
    return str(derived_id(agency.email, agency.trade_name, agency.siret))
