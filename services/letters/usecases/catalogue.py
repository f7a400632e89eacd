"""What the law offers, without any letter: types, grounds, forms and dates."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from kit.clock import Clock
from kit.days import paris_date
from services.letters.domain.catalogue import OfferedGround, offered_grounds
from services.letters.domain.leaving import leaving_day
from services.letters.domain.legal import forms
from services.letters.domain.legal.codes import CodeFamily, Ground, PolicyholderKind
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.planning import Explored, explore
from services.letters.ports import Directory
from services.letters.usecases.drafts import checked_fields


async def family_of(
    recipient_id: UUID | None, family: CodeFamily, *, directory: Directory
) -> CodeFamily:
    """Return the recipient's code family when one is named, else the one given."""
    if recipient_id is None:
        return family
    return (await directory.get(recipient_id)).code_family


async def list_grounds(
    contract_type: ContractType,
    held_by: PolicyholderKind,
    *,
    recipient_id: UUID | None,
    family: CodeFamily,
    directory: Directory,
    clock: Clock,
) -> tuple[OfferedGround, ...]:
    """Return every ground for a contract, the closed ones with why. Raises ``RecipientUnknown``."""
    governing = await family_of(recipient_id, family, directory=directory)
    return offered_grounds(contract_type, held_by, governing, on=paris_date(clock()))


def evaluate_termination(
    fields: Mapping[str, str],
    *,
    contract_type: ContractType,
    ground: Ground,
    held_by: PolicyholderKind,
    family: CodeFamily,
    first_send_day: date | None,
    send_day: date | None,
    new_start: date | None,
    clock: Clock,
) -> Explored:
    """Return what the law makes of a case, creating nothing. Raises ``InvalidFields``."""
    facts = forms.facts(
        checked_fields(fields, contract_type, ground),
        contract_type=contract_type,
        ground=ground,
        policyholder=held_by,
        code_family=family,
    )
    return explore(
        [facts],
        first_send_day=first_send_day or leaving_day(clock()),
        send_day=send_day,
        new_start=new_start,
    )
