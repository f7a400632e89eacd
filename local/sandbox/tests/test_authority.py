"""The timestamp unit, checked by the library that seals our evidence."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from asn1crypto import core, pem, tsp
from asn1crypto import x509 as asn1_x509
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko_certvalidator import ValidationContext

from local.sandbox.authority import ensure
from local.sandbox.authority.stamper import HASHES, Stamper
from local.sandbox.testing import Running
from tests.support.time import SettableClock

pytestmark = pytest.mark.servers


def certificate(path: Path) -> asn1_x509.Certificate:
    _, _, der = pem.unarmor(path.read_bytes())
    return asn1_x509.Certificate.load(der)


async def test_a_hash_is_stamped_with_business_time(
    sandbox: Running, clock: SettableClock, data_dir: Path
) -> None:
    clock.set("Thu 2026-12-31 09:00")
    digest = hashlib.sha256(b"evidence").digest()

    token = await HTTPTimeStamper(f"{sandbox.url}/tsa").async_timestamp(digest, "sha256")

    trusted = ValidationContext(trust_roots=[certificate(data_dir / "pki" / "ca.pem")])
    status = await validate_tst_signed_data(token["content"], trusted, lambda _method: digest)
    assert status["intact"]
    assert status["valid"]
    assert status["timestamp"] == clock().astimezone(UTC)


def a_query(method: str, *, nonce: int | None) -> tsp.TimeStampReq:
    imprint = {
        "hash_algorithm": {"algorithm": method},
        "hashed_message": hashlib.new(method, b"evidence").digest(),
    }
    numbered = {} if nonce is None else {"nonce": nonce}
    query = tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, **numbered})
    return tsp.TimeStampReq.load(query.dump())


@pytest.mark.parametrize("nonce", [None, 1, 2**63 - 1])
@pytest.mark.parametrize("method", HASHES)
def test_what_is_put_together_is_what_a_library_would_write(
    pki: Path, method: str, nonce: int | None
) -> None:
    authority = ensure(pki.parent)
    moment = datetime(2026, 12, 31, 9, 0, 0, 999_999, tzinfo=UTC)

    answer = Stamper(authority.tsa, authority.ca).answer(
        a_query(method, nonce=nonce), method, moment
    )

    read = tsp.TimeStampResp.load(answer, strict=True)
    assert read.dump(force=True) == answer
    assert read["status"]["status"].native == "granted"
    told = read["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
    assert told["nonce"].native == nonce
    assert told["gen_time"].native == moment.replace(microsecond=0)


def test_each_stamp_has_its_own_number_and_a_signing_time_beyond_2050(pki: Path) -> None:
    authority = ensure(pki.parent)
    stamper = Stamper(authority.tsa, authority.ca)
    numbers, times = set(), set()
    for _ in range(3):
        answer = stamper.answer(
            a_query("sha256", nonce=1), "sha256", datetime(2051, 1, 2, tzinfo=UTC)
        )
        token = tsp.TimeStampResp.load(answer)["time_stamp_token"]["content"]
        numbers.add(token["encap_content_info"]["content"].parsed["serial_number"].native)
        signed = token["signer_infos"][0]["signed_attrs"].native
        times |= {one["values"][0] for one in signed if one["type"] == "signing_time"}

    assert len(numbers) == 3
    assert times == {datetime(2051, 1, 2, tzinfo=UTC)}


async def test_a_hash_that_is_not_trusted_is_rejected(client: httpx.AsyncClient) -> None:
    query = {"Content-Type": "application/timestamp-query"}

    weak = await client.post("/tsa", content=a_query("sha1", nonce=1).dump(), headers=query)

    status = tsp.PKIStatusInfo.load(core.Sequence.load(weak.content)[0].dump())
    assert (status["status"].native, status["fail_info"].native) == ("rejection", {"bad_alg"})


async def test_what_is_no_query_is_rejected(client: httpx.AsyncClient) -> None:
    query = {"Content-Type": "application/timestamp-query"}

    broken = await client.post("/tsa", content=b"\x30\x03abc", headers=query)
    plain = await client.post("/tsa", content=b"hello")

    status = core.Sequence.load(broken.content)[0]
    assert tsp.PKIStatusInfo.load(status.dump())["status"].native == "rejection"
    assert plain.status_code == 415


def test_the_authority_is_made_once_and_kept_to_its_owner(tmp_path: Path) -> None:
    first, again = ensure(tmp_path), ensure(tmp_path)

    assert first.seal_certificate_pem == again.seal_certificate_pem
    assert "PRIVATE KEY" in again.seal_key_pem
    assert (tmp_path / "pki" / "seal.key").stat().st_mode & 0o077 == 0


def test_a_start_that_was_killed_makes_a_whole_set(tmp_path: Path) -> None:
    ensure(tmp_path)
    (tmp_path / "pki" / "complete").unlink()
    (tmp_path / "pki" / "seal.pem").unlink()

    authority = ensure(tmp_path)

    issuer = authority.ca.certificate.subject
    assert authority.seal.certificate.issuer == issuer
    authority.tsa.certificate.verify_directly_issued_by(authority.ca.certificate)


@pytest.mark.parametrize("name", ["ca", "tsa", "seal"])
async def test_only_public_parts_are_served(client: httpx.AsyncClient, name: str) -> None:
    served = (await client.get(f"/autorite/{name}.pem")).text

    assert served.startswith("-----BEGIN CERTIFICATE")
    assert (await client.get(f"/autorite/{name}.key")).status_code == 404
