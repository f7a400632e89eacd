"""Writing a letter: from its policyholder to the last field."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Final
from uuid import UUID

from kit.clock import Clock
from kit.days import paris_date
from kit.errors import FieldError, InvalidFields
from kit.ids import derived_id
from kit.text import tidy
from services.letters.domain.content_hash import content_hash
from services.letters.domain.contract import LONGEST_REFERENCE, Contract
from services.letters.domain.legal import forms, questions
from services.letters.domain.legal.codes import Ground
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.letter import Author, Extras, Letter, checked_extras
from services.letters.domain.listing import ListQuery, Page
from services.letters.domain.outline import Outline, outline
from services.letters.domain.planning import plan_if_possible
from services.letters.domain.policyholder import Policyholder, checked
from services.letters.domain.recipient import RecipientClosed
from services.letters.ports import Directory, Store, Transaction

FIRST_VERSION: Final = 1
Change = Callable[[Letter], Letter]


async def create_letter(
    account_id: UUID,
    *,
    idempotency_key: str,
    author: Author,
    policyholder: Policyholder | None,
    copy_from: UUID | None,
    client_reference: str,
    store: Store,
    clock: Clock,
) -> Letter:
    """Begin a letter for a policyholder, typed or copied from another letter of the account.

    The same key gives back the letter that stands. Raises ``InvalidFields`` or ``LetterUnknown``.
    """
    letter_id = derived_id(account_id, "CreateLetter", idempotency_key)
    now = clock()
    async with store.account(account_id) as transaction:
        standing = await transaction.find(letter_id)
        if standing is not None:
            return standing
        if copy_from is not None:
            source = await transaction.get(copy_from)
            policyholder = source.policyholder
            client_reference = client_reference or source.extras.client_reference
        if policyholder is None:
            raise InvalidFields([FieldError("policyholder", "field-required")])
        letter = Letter(
            id=letter_id,
            account_id=account_id,
            number=await transaction.next_number(paris_date(now).year),
            version=FIRST_VERSION,
            author=author,
            policyholder=checked(policyholder, today=paris_date(now)),
            extras=checked_extras(Extras(client_reference=client_reference)),
            created_at=now,
            updated_at=now,
        )
        planned = planned_outline(letter, paris_date(now))
        await transaction.add(letter, planned)
        await transaction.tell_changed(letter, planned, content_hash(letter))
    return letter


async def get_letter(
    account_id: UUID, *, letter_id: UUID | None, number: str = "", store: Store
) -> Letter:
    """Return a letter by its id or its number. Raises ``LetterUnknown``."""
    async with store.account(account_id) as transaction:
        if letter_id is None:
            return await transaction.numbered(number)
        return await transaction.get(letter_id)


async def list_letters(account_id: UUID, query: ListQuery, *, store: Store) -> Page:
    """Return one page of the account's letters. Raises ``CursorUnreadable``."""
    async with store.account(account_id) as transaction:
        return await transaction.page(query)


async def update_policyholder(
    account_id: UUID,
    letter_id: UUID,
    *,
    version: int,
    policyholder: Policyholder,
    client_reference: str,
    store: Store,
    clock: Clock,
) -> Letter:
    """Replace the policyholder and the account's own reference for them.

    Raises ``InvalidFields``, ``LetterFrozen`` or ``StaleVersion``.
    """
    now = clock()
    right = checked(policyholder, today=paris_date(now))

    def change(letter: Letter) -> Letter:
        return letter.with_policyholder(right, client_reference=client_reference, at=now)

    return await _change(
        account_id,
        letter_id,
        version,
        change,
        store=store,
        today=paris_date(now),
    )


async def set_recipient(
    account_id: UUID,
    letter_id: UUID,
    *,
    version: int,
    recipient_id: UUID,
    store: Store,
    directory: Directory,
    clock: Clock,
) -> Letter:
    """Choose the body written to. Raises ``RecipientUnknown`` or ``RecipientClosed``."""
    now = clock()
    recipient = await directory.get(recipient_id)
    if not recipient.is_open:
        raise RecipientClosed(name=recipient.name)
    return await _change(
        account_id,
        letter_id,
        version,
        lambda letter: letter.with_recipient(recipient, at=now),
        store=store,
        today=paris_date(now),
    )


async def set_contract(
    account_id: UUID,
    letter_id: UUID,
    *,
    idempotency_key: str,
    version: int,
    contract_id: UUID | None,
    contract_type: ContractType,
    ground: Ground,
    reference: str,
    fields: Mapping[str, str],
    store: Store,
    clock: Clock,
) -> tuple[Letter, UUID]:
    """Add a contract, or replace one; unfinished forms are kept.

    Raises ``InvalidFields`` for what cannot be read, ``ContractsDiffer`` for a second ground.
    """
    now = clock()
    contract = Contract(
        id=contract_id or derived_id(letter_id, "SetContract", idempotency_key),
        type=contract_type,
        ground=ground,
        reference=_checked_reference(reference),
        fields=checked_fields(fields, contract_type, ground),
    )
    shared = frozenset(
        field.code
        for field in questions.fields_for(contract_type, ground)
        if field.scope is questions.Scope.LETTER
    )

    def change(letter: Letter) -> Letter:
        if contract_id is not None:
            letter.contract(contract_id)
        return letter.with_contract(contract, shared=shared, at=now)

    letter = await _change(
        account_id, letter_id, version, change, store=store, today=paris_date(now)
    )
    return letter, contract.id


async def remove_contract(
    account_id: UUID,
    letter_id: UUID,
    *,
    version: int,
    contract_id: UUID,
    store: Store,
    clock: Clock,
) -> Letter:
    """Take a contract out of the letter; one that is not there changes nothing."""
    now = clock()
    return await _change(
        account_id,
        letter_id,
        version,
        lambda letter: letter.without_contract(contract_id, at=now),
        store=store,
        today=paris_date(now),
    )


async def update_extras(
    account_id: UUID,
    letter_id: UUID,
    *,
    version: int,
    extras: Extras,
    store: Store,
    clock: Clock,
) -> Letter:
    """Replace the free text, the former agent's e-mail and the account's own reference."""
    now = clock()
    return await _change(
        account_id,
        letter_id,
        version,
        lambda letter: letter.with_extras(extras, at=now),
        store=store,
        today=paris_date(now),
    )


def planned_outline(letter: Letter, today: date) -> Outline:
    """Return what lists show of a letter: for a draft, the days it would have if sent now."""
    plan = plan_if_possible(letter, first_send_day=today)
    if plan is None or not plan.ok:
        return outline(letter)
    return outline(letter, last_covered_day=plan.last_covered_day, new_start=plan.new_start)


async def save(transaction: Transaction, letter: Letter, today: date) -> None:
    """Store a changed letter and tell the other services."""
    planned = planned_outline(letter, today)
    await transaction.save(letter, planned)
    bound = letter.frozen.content_hash if letter.frozen else content_hash(letter)
    await transaction.tell_changed(letter, planned, bound)


async def _change(
    account_id: UUID,
    letter_id: UUID,
    version: int,
    change: Change,
    *,
    store: Store,
    today: date,
) -> Letter:
    """Load, decide, save, announce; a change already made is given back as it stands."""
    async with store.account(account_id) as transaction:
        letter = await transaction.get(letter_id, lock=True)
        changed = change(letter)
        if changed is letter:
            return letter
        letter.at_version(version)
        await save(transaction, changed, today)
    return changed


def _checked_reference(reference: str) -> str:
    tidied = tidy(reference)
    if len(tidied) > LONGEST_REFERENCE:
        raise InvalidFields([FieldError("reference", "too-long", {"max": str(LONGEST_REFERENCE)})])
    return tidied


def checked_fields(
    fields: Mapping[str, str], contract_type: ContractType, ground: Ground
) -> dict[str, str]:
    """Return the values of a form, tidied; it may be unfinished. Raises ``InvalidFields``."""
    lines = {
        name: "\n".join(tidy(line) for line in value.splitlines()) for name, value in fields.items()
    }
    try:
        return forms.checked(lines, contract_type, ground, partial=True)
    except InvalidFields as wrong:  # named as the request names them
        named = [replace(error, field=f"fields.{error.field}") for error in wrong.errors]
        raise InvalidFields(named) from wrong
