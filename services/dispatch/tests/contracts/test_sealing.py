"""The sealer in its worker processes, and the time-stamping authority over HTTP."""

import asyncio
import hashlib
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from asn1crypto import tsp
from pyhanko.pdf_utils.reader import PdfFileReader
from typing_extensions import override

from cli.seal_check import examine, load_anchors
from kit.errors import Kind
from services.dispatch.partners.sealing import QUERY, REPLY, PadesSealer, TimestampUnavailable
from services.dispatch.tests.seals import (
    NOON,
    Identity,
    a_dummy_time_stamper,
    a_sealed_sheet,
    a_sealer,
    a_small_pdf,
    a_time_stamper,
    an_authority,
    some_evidence,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def authority() -> Identity:
    return an_authority()


@contextmanager
def time_stamping(answer: "type[Answering]") -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Answering(BaseHTTPRequestHandler):
    """An authority that answers as RFC 3161 says."""

    identity: Identity
    kind = REPLY
    status = 200

    def do_POST(self) -> None:
        assert self.headers["Content-Type"] == QUERY
        request = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
        answer = asyncio.run(
            a_dummy_time_stamper(self.identity).async_request_tsa_response(request)
        ).dump()
        self.send_response(self.status)
        self.send_header("Content-Type", self.kind)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.end_headers()
        self.wfile.write(answer)

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def answering(authority: Identity) -> type[Answering]:
    class Mine(Answering):
        identity = a_time_stamper(authority)

    return Mine


@contextmanager
def a_pades_sealer(authority: Identity, url: str) -> Iterator[PadesSealer]:
    key = a_sealer(authority)
    sealer = PadesSealer.create(
        key_pem=key.key_pem, certificate_pem=key.certificate_pem, timestamp_url=url
    )
    try:
        yield sealer
    finally:
        sealer.close()


async def test_a_sheet_sealed_by_a_worker_is_genuine(
    authority: Identity, answering: type[Answering]
) -> None:
    evidence = some_evidence()
    with time_stamping(answering) as url, a_pades_sealer(authority, url) as sealer:
        await sealer.warm()
        first, second = await asyncio.gather(
            *(sealer.seal(a_small_pdf(), evidence=evidence.to_bytes(), at=NOON) for _ in range(2))
        )

    anchors = load_anchors(authority.certificate_pem.encode())
    for pdf in (first, second):
        sheet = await asyncio.to_thread(examine, pdf, anchors)
        assert sheet.issuer_trusted
        assert sheet.evidence == evidence
        assert rb"/M (D\07220261124120000Z)" in pdf  # the business time, not the machine's


def test_a_seal_signs_whose_it_is_and_no_hour_but_the_authoritys(authority: Identity) -> None:
    sealed = a_sealed_sheet(authority)
    (signature,) = PdfFileReader(io.BytesIO(sealed)).embedded_signatures

    signed = {one["type"].native: one["values"][0] for one in signature.signer_info["signed_attrs"]}
    certificate = signature.signer_cert.dump()

    assert set(signed) == {"content_type", "message_digest", "signing_certificate_v2"}
    (named,) = signed["signing_certificate_v2"]["certs"]
    assert named["hash_algorithm"]["algorithm"].native == "sha256"
    assert named["cert_hash"].native == hashlib.sha256(certificate).digest()
    assert named["issuer_serial"]["serial_number"].native == signature.signer_cert.serial_number


@pytest.mark.parametrize(("status", "kind"), [(503, REPLY), (200, "text/html"), (302, REPLY)])
async def test_an_authority_that_is_away_postpones_the_seal(
    authority: Identity, answering: type[Answering], status: int, kind: str
) -> None:
    answering.status, answering.kind = status, kind
    with (
        time_stamping(answering) as url,
        a_pades_sealer(authority, url) as sealer,
        pytest.raises(TimestampUnavailable) as refusal,
    ):
        await sealer.seal(a_small_pdf(), evidence=b"{}", at=NOON)

    assert refusal.value.kind is Kind.LATER


async def test_nobody_at_the_address_postpones_the_seal(authority: Identity) -> None:
    away = "http://127.0.0.1:9/"
    with a_pades_sealer(authority, away) as sealer, pytest.raises(TimestampUnavailable):
        await sealer.seal(a_small_pdf(), evidence=b"{}", at=NOON)


def test_a_wrong_key_stops_the_service_at_its_start() -> None:
    with pytest.raises(ValueError, match="PEM"):
        PadesSealer.create(key_pem="nothing", certificate_pem="nothing", timestamp_url="")
