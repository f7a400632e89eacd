"""Files are kept for seven years, for each sending apart, and not a day longer."""

from datetime import timedelta
from uuid import UUID

import pytest

from kit.blobs import BlobMissing
from kit.ids import derived_id
from services.dispatch.domain.proofs import ProofKind
from services.dispatch.tests.builders import ACCOUNT, LETTER, Room, a_room, a_validation
from services.dispatch.usecases import finalising, proving
from tests.support.time import paris

LATER = derived_id("later letter")
DAY = timedelta(days=1)


async def send(room: Room, account_id: UUID = ACCOUNT, letter_id: UUID = LETTER) -> None:
    """Send a letter today, up to its deposit."""
    day = room.clock().date()
    asked = a_validation(key=f"press-{letter_id}", letter_id=letter_id, confirmed_day=day)
    await finalising.finalise(account_id, asked, desk=room.desk)
    await room.work()
    room.operator.deposit(list(room.operator.letters)[-1])
    room.clock.set(f"{day + DAY:%a %Y-%m-%d} 07:00")  # the sweep
    await room.work_until_quiet()


async def test_after_seven_years_the_files_are_erased_and_their_hashes_stay() -> None:
    room = a_room()
    await send(room)
    kept = set(room.vault.files)
    assert len(kept) == 3  # letter, mandate, proof of deposit

    room.clock.set("Thu 2034-01-12 23:59")
    await room.work_until_quiet()
    assert set(room.vault.files) == kept

    room.clock.set("Sat 2034-01-14 00:00")  # the proof was stored on the 14th
    await room.work_until_quiet()
    assert not room.vault.files
    assert room.store.kept.proofs[room.sending().id][0].sha256 in {sha256 for _, sha256 in kept}


@pytest.mark.parametrize("account_id", [ACCOUNT, derived_id("another account")])
async def test_the_same_bytes_stay_for_the_letter_that_must_keep_them_longer(
    account_id: UUID,
) -> None:
    room = a_room()
    await send(room)
    room.clock.now = paris("Wed 2028-01-12 12:00")
    await send(room, account_id, LATER)
    first, second = room.sending(), room.sending(LATER)
    assert first.mandate is not None
    assert first.mandate == second.mandate

    room.clock.set("Sat 2034-01-14 00:00")
    await room.work_until_quiet()

    with pytest.raises(BlobMissing):
        await proving.read(ACCOUNT, first.id, ProofKind.MANDATE, desk=room.desk)
    _, data = await proving.read(account_id, second.id, ProofKind.MANDATE, desk=room.desk)
    assert data == b"%PDF mandate"
