"""The vault: one suite on the fake and on the disk."""

from pathlib import Path

import pytest

from kit.blobs import BlobMissing
from kit.ids import new_id
from services.dispatch.partners.vault import DiskVault
from services.dispatch.ports import Vault
from services.dispatch.tests.fakes import FakeVault

MANDATE = b"%PDF mandate"


@pytest.fixture(params=["fake", "disk"])
def vault(request: pytest.FixtureRequest, tmp_path: Path) -> Vault:
    return FakeVault() if request.param == "fake" else DiskVault(tmp_path)


async def test_a_file_comes_back_byte_for_byte(vault: Vault) -> None:
    sending_id = new_id()

    sha256 = await vault.put(sending_id, MANDATE)

    assert sha256 == await vault.put(sending_id, MANDATE)
    assert await vault.get(sending_id, sha256) == MANDATE


async def test_an_erased_file_stays_for_the_others_that_keep_the_same_bytes(vault: Vault) -> None:
    first, second = new_id(), new_id()
    sha256 = await vault.put(first, MANDATE)
    assert await vault.put(second, MANDATE) == sha256

    for _ in range(2):
        await vault.delete(first, sha256)

    assert await vault.get(second, sha256) == MANDATE
    with pytest.raises(BlobMissing):
        await vault.get(first, sha256)


async def test_a_file_of_one_sending_is_not_anothers(vault: Vault) -> None:
    sha256 = await vault.put(new_id(), MANDATE)

    with pytest.raises(BlobMissing):
        await vault.get(new_id(), sha256)
