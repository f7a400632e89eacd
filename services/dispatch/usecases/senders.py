"""The agency's own number at the operator's, created once and remembered."""

from kit.ids import derived_id
from services.dispatch.domain.letter import Agency
from services.dispatch.domain.sending import Sending
from services.dispatch.ports import Desk


async def number_of(sending: Sending, *, desk: Desk) -> str:
    """Return the agency's number at the operator's, asking for one if it has none."""
    name, mark = desk.operator.name, fingerprint(sending.agency)
    async with desk.store.account(sending.account_id) as work:
        number = await work.sender_at(name, mark)
    if number:
        return number
    number = await desk.operator.ensure_sender(sending.agency)
    async with desk.store.account(sending.account_id) as work:
        await work.remember_sender(name, mark, number)
    return number


def fingerprint(agency: Agency) -> str:
    """Return what changes when the operator must be told of another agency."""
    return str(derived_id(agency.email, agency.trade_name, agency.siret))
