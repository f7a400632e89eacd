"""Writing a letter, on fakes."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from kit.errors import InvalidFields
from services.letters.domain.legal.codes import Ground
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.letter import (
    ContractsDiffer,
    ContractUnknown,
    Extras,
    Letter,
    LetterUnknown,
    StaleVersion,
    State,
)
from services.letters.domain.outline import missing, state_of
from services.letters.domain.policyholder import Policyholder
from services.letters.domain.recipient import RecipientClosed, RecipientUnknown
from services.letters.tests.builders import (
    ACCOUNT,
    CAMILLE,
    ECHEANCE_FIELDS,
    NOW,
    PIERRE,
    RIA_FIELDS,
    a_company,
    a_recipient,
    persons,
)
from services.letters.tests.fakes import FakeDirectory, FakeStore
from services.letters.usecases import drafts
from tests.support.time import SettableClock

AMBRE = a_recipient()
CLOSED = a_recipient(body_id="CLOSED", name="Ancienne Mutuelle", is_open=False)
HEALTH = ContractType.SANTE_INDIVIDUELLE


@dataclass
class Desk:
    """An agent's desk: each verb is a use case with its tools at hand."""

    store: FakeStore
    directory: FakeDirectory
    clock: SettableClock

    async def create(
        self,
        key: str = "k1",
        of: Policyholder | None = None,
        copy_from: UUID | None = None,
        reference: str = "MARCH-2211",
    ) -> Letter:
        return await drafts.create_letter(
            ACCOUNT,
            idempotency_key=key,
            author=CAMILLE,
            policyholder=None if copy_from else of or persons(),
            copy_from=copy_from,
            client_reference=reference if copy_from is None else "",
            store=self.store,
            clock=self.clock,
        )

    async def address(self, letter: Letter, recipient_id: UUID = AMBRE.id) -> Letter:
        return await drafts.set_recipient(
            ACCOUNT,
            letter.id,
            version=letter.version,
            recipient_id=recipient_id,
            store=self.store,
            directory=self.directory,
            clock=self.clock,
        )

    async def contract(
        self,
        letter: Letter,
        *,
        key: str = "c1",
        contract_id: UUID | None = None,
        kind: ContractType = HEALTH,
        ground: Ground = Ground.RIA,
        reference: str = "VA-88-204417",
        fields: dict[str, str] = RIA_FIELDS,
        version: int | None = None,
    ) -> tuple[Letter, UUID]:
        return await drafts.set_contract(
            ACCOUNT,
            letter.id,
            idempotency_key=key,
            version=letter.version if version is None else version,
            contract_id=contract_id,
            contract_type=kind,
            ground=ground,
            reference=reference,
            fields=fields,
            store=self.store,
            clock=self.clock,
        )

    async def extras(self, letter: Letter, extras: Extras) -> Letter:
        return await drafts.update_extras(
            ACCOUNT,
            letter.id,
            version=letter.version,
            extras=extras,
            store=self.store,
            clock=self.clock,
        )


@pytest.fixture
def desk() -> Desk:
    directory = FakeDirectory(AMBRE, CLOSED)
    return Desk(store=FakeStore(directory), directory=directory, clock=SettableClock(NOW))


async def test_a_letter_takes_the_next_number_of_its_paris_year(desk: Desk) -> None:
    first = await desk.create("a")
    desk.clock.now = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # already 2027 in Paris
    second = await desk.create("b")

    assert (first.number, second.number) == ("26-00001", "27-00001")
    assert first.author == CAMILLE
    assert first.extras.client_reference == "MARCH-2211"


async def test_a_reference_of_ones_own_is_checked_from_the_first_letter_on(desk: Desk) -> None:
    with pytest.raises(InvalidFields) as refused:
        await desk.create(reference="x" * 61)

    assert [error.field for error in refused.value.errors] == ["client_reference"]


async def test_the_same_key_gives_back_the_letter_that_stands(desk: Desk) -> None:
    first = await desk.create("a")

    assert await desk.create("a", of=a_company()) == first
    assert len(desk.store.of(ACCOUNT).letters) == 1


async def test_a_new_letter_copies_the_policyholder_of_another(desk: Desk) -> None:
    first = await desk.create("a", of=persons(PIERRE))

    second = await desk.create("b", copy_from=first.id)

    assert second.policyholder == first.policyholder
    assert second.extras.client_reference == "MARCH-2211"
    assert second.number == "26-00002"


async def test_only_ones_own_letters_are_copied(desk: Desk) -> None:
    with pytest.raises(LetterUnknown):
        await desk.create("b", copy_from=uuid4())


async def test_wrong_fields_are_all_named_and_nothing_is_stored(desk: Desk) -> None:
    wrong = replace(persons(replace(PIERRE, last_name=" ")), emails=("nobody",))

    with pytest.raises(InvalidFields) as refused:
        await desk.create("a", of=wrong)

    fields = {error.field: error.reason for error in refused.value.errors}
    assert fields == {"persons.0.last_name": "field-required", "emails.0": "email-unreadable"}
    assert desk.store.of(ACCOUNT).letters == {}
    assert desk.store.of(ACCOUNT).numbers == {}


async def test_a_letter_is_complete_once_nothing_is_missing(desk: Desk) -> None:
    letter = await desk.create()
    assert [item.code for item in missing(letter)] == ["recipient", "contract"]

    letter = await desk.address(letter)
    letter, _ = await desk.contract(letter, fields={}, reference="")
    assert state_of(letter) is State.DRAFT
    assert "first_subscription" in [item.field for item in missing(letter)]

    letter, _ = await desk.contract(letter, contract_id=letter.contracts[0].id)
    assert missing(letter) == ()
    assert state_of(letter) is State.COMPLETE


async def test_each_change_is_told_with_its_version_and_hash(desk: Desk) -> None:
    letter = await desk.address(await desk.create())
    letter, _ = await desk.contract(letter)
    await desk.extras(letter, Extras(free_text="Merci."))

    told = desk.store.of(ACCOUNT).changed
    assert [one.version for one, _ in told] == [1, 2, 3, 4]
    hashes = [content for _, content in told]
    assert len(set(hashes[:3])) == 3
    assert hashes[3] == hashes[2]  # a free text leaves the mandate as it is


async def test_lists_show_the_days_a_draft_would_have(desk: Desk) -> None:
    letter = await desk.address(await desk.create())
    letter, _ = await desk.contract(letter)

    _, outline = desk.store.of(ACCOUNT).letters[letter.id]
    assert outline.last_covered_day == date(2026, 12, 31)
    assert outline.new_start == date(2027, 1, 1)


async def test_a_repeated_contract_is_added_once(desk: Desk) -> None:
    letter = await desk.create()

    once, first = await desk.contract(letter, key="same")
    twice, second = await desk.contract(letter, key="same")

    assert first == second
    assert twice == once
    assert twice.version == 2


async def test_a_change_on_an_old_version_is_refused(desk: Desk) -> None:
    letter = await desk.create()
    await desk.extras(letter, Extras(free_text="Un."))

    with pytest.raises(StaleVersion) as refused:
        await desk.extras(letter, Extras(free_text="Deux."))

    assert dict(refused.value.facts) == {"expected": "1", "current": "2"}


async def test_version_zero_fits_any(desk: Desk) -> None:
    letter = await desk.create()
    await desk.extras(letter, Extras(free_text="Un."))

    changed, _ = await desk.contract(letter, version=0)

    assert changed.version == 3


async def test_fields_of_the_whole_letter_follow_on_every_contract(desk: Desk) -> None:
    letter, first = await desk.contract(await desk.create())
    other = {**RIA_FIELDS, "new_insurer_name": "Autre Mutuelle", "first_subscription": "2020-05-01"}

    letter, second = await desk.contract(letter, key="c2", reference="VA-2", fields=other)

    assert [one.id for one in letter.contracts] == [first, second]
    assert {one.value("new_insurer_name") for one in letter.contracts} == {"Autre Mutuelle"}
    assert letter.contract(first).value("first_subscription") == "2022-02-01"


async def test_a_second_ground_needs_another_letter(desk: Desk) -> None:
    letter, _ = await desk.contract(await desk.create())

    with pytest.raises(ContractsDiffer):
        await desk.contract(letter, key="c2", ground=Ground.ECHEANCE, fields=dict(ECHEANCE_FIELDS))


async def test_the_only_contract_may_change_its_ground(desk: Desk) -> None:
    letter, only = await desk.contract(await desk.create())

    letter, _ = await desk.contract(
        letter, contract_id=only, ground=Ground.ECHEANCE, fields=dict(ECHEANCE_FIELDS)
    )

    assert letter.ground is Ground.ECHEANCE


async def test_an_unknown_contract_is_not_replaced(desk: Desk) -> None:
    letter = await desk.create()

    with pytest.raises(ContractUnknown):
        await desk.contract(letter, contract_id=uuid4())


async def test_removing_a_contract_twice_changes_nothing_more(desk: Desk) -> None:
    letter, only = await desk.contract(await desk.create())

    for _ in range(2):
        letter = await drafts.remove_contract(
            ACCOUNT,
            letter.id,
            version=0,
            contract_id=only,
            store=desk.store,
            clock=desk.clock,
        )

    assert letter.contracts == ()
    assert letter.version == 3


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"wanted_new_start": "2027-02-30"}, "fields.wanted_new_start", "day-unreadable"),
        ({"new_insurer_siren": "123456789"}, "fields.new_insurer_siren", "siren-unreadable"),
        ({"contact_email": "nobody"}, "fields.contact_email", "email-unreadable"),
    ],
)
async def test_a_field_that_cannot_be_read_is_named_as_the_request_names_it(
    desk: Desk, fields: dict[str, str], field: str, reason: str
) -> None:
    letter = await desk.create()

    with pytest.raises(InvalidFields) as refused:
        await desk.contract(letter, fields={**RIA_FIELDS, **fields})

    assert [(one.field, one.reason) for one in refused.value.errors] == [(field, reason)]


async def test_direction_marks_and_controls_are_dropped_from_what_is_typed(desk: Desk) -> None:
    letter, _ = await desk.contract(
        await desk.create(),
        reference=" VA\u202e-88\x00 ",
        fields={**RIA_FIELDS, "new_insurer_name": "Solenne\u200f\tMutuelle"},
    )

    assert letter.contracts[0].reference == "VA-88"
    assert letter.contracts[0].value("new_insurer_name") == "Solenne Mutuelle"


async def test_only_an_open_body_of_the_directory_is_written_to(desk: Desk) -> None:
    letter = await desk.create()

    with pytest.raises(RecipientClosed):
        await desk.address(letter, CLOSED.id)
    with pytest.raises(RecipientUnknown):
        await desk.address(letter, uuid4())


async def test_a_body_closed_since_makes_the_letter_incomplete(desk: Desk) -> None:
    letter = await desk.address(await desk.create())
    await desk.contract(letter)
    await desk.directory.put([replace(AMBRE, is_open=False)])

    found = await drafts.get_letter(ACCOUNT, letter_id=letter.id, store=desk.store)

    assert [item.code for item in missing(found)] == ["recipient-closed"]


@pytest.mark.parametrize(
    ("extras", "field"),
    [
        (Extras(former_agent_email="nobody"), "former_agent_email"),
        (Extras(free_text="x" * 3001), "free_text"),
        (Extras(client_reference="x" * 61), "client_reference"),
    ],
)
async def test_wrong_extras_are_named(desk: Desk, extras: Extras, field: str) -> None:
    letter = await desk.create()

    with pytest.raises(InvalidFields) as refused:
        await desk.extras(letter, extras)

    assert [error.field for error in refused.value.errors] == [field]


async def test_a_letter_is_found_by_its_number(desk: Desk) -> None:
    letter = await desk.create()

    found = await drafts.get_letter(ACCOUNT, letter_id=None, number="26-00001", store=desk.store)

    assert found == letter
