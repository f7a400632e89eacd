import hashlib
from pathlib import Path

import pytest

from kit.blobs import BlobMissing, Blobs
from kit.ids import new_id

PROOF = b"%PDF-1.7 proof"


def files(folder: Path) -> int:
    return len([path for path in folder.rglob("*") if path.is_file()])


async def test_a_file_is_named_by_its_hash_and_comes_back(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)

    name = await blobs.put(PROOF)

    assert name == hashlib.sha256(PROOF).hexdigest()
    assert await blobs.get(name) == PROOF
    assert await blobs.exists(name)


async def test_keeping_twice_changes_nothing(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)

    assert await blobs.put(PROOF) == await blobs.put(PROOF)
    assert files(tmp_path) == 1


async def test_an_erased_file_is_missing(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    name = await blobs.put(PROOF)

    await blobs.delete(name)
    await blobs.delete(name)

    assert not await blobs.exists(name)
    with pytest.raises(BlobMissing):
        await blobs.get(name)


async def test_a_file_altered_on_disk_is_never_handed_out(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    name = await blobs.put(PROOF)
    (tmp_path / name[:2] / name).write_bytes(b"forged")

    with pytest.raises(OSError, match="altered"):
        await blobs.get(name)


@pytest.mark.parametrize("name", ["../secret", "", "A" * 64, "/etc/passwd"])
async def test_a_name_is_never_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(BlobMissing):
        await Blobs(tmp_path).get(name)


async def test_the_same_bytes_kept_for_two_are_erased_apart(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    first, second = blobs.kept_for(new_id()), blobs.kept_for(new_id())
    name = await first.put(PROOF)
    await second.put(PROOF)

    await first.delete(name)

    assert await second.get(name) == PROOF
    assert not await first.exists(name)
    assert not await blobs.exists(name)
