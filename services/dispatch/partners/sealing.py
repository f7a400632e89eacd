"""The platform's seal on its evidence sheets: PAdES B-T, certified, no change allowed."""

import asyncio
import io
from collections.abc import Callable
from concurrent.futures import Executor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self

import httpx
from asn1crypto import keys, pem, tsp, x509
from pyhanko.pdf_utils.embed import EmbeddedFileObject, EmbeddedFileParams, FileSpec, embed_file
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko_certvalidator.registry import SimpleCertificateStore
from typing_extensions import override

from kit.errors import Kind, TurnedDown
from kit.workers import lean_pool
from services.dispatch.domain.evidence import ATTACHMENT_NAME

FIELD_NAME: Final = "Sceau"
TIMESTAMP_TIMEOUT_S: Final = 10.0
BYTES_RESERVED: Final = (
    16_384  # hexadecimal digits kept for the seal: no trial time-stamp to size it
)
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"


class TimestampUnavailable(TurnedDown):
    """The time-stamping authority gave no usable answer: the sheet is sealed later."""

    kind = Kind.LATER
    reason = "timestamp-unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingKey:
    """What a worker needs to seal: the key and its certificate (PEM), and where time comes from."""

    key_pem: str
    certificate_pem: str
    timestamp_url: str


class PadesSealer:
    """Seals PDFs in worker processes of its own: it costs a tenth of a second of processor."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    @classmethod
    def create(
        cls, *, key_pem: str, certificate_pem: str, timestamp_url: str, workers: int = 1
    ) -> Self:
        """Start a pool of ``workers`` processes. Raises ``ValueError`` when key or PEM is wrong."""
        key = SealingKey(
            key_pem=key_pem, certificate_pem=certificate_pem, timestamp_url=timestamp_url
        )
        load_signer(key)  # a wrong key stops the service at start, not at the first sending
        return cls(
            lean_pool(workers, initializer=_prepare_worker, initargs=(key,)),
        )

    async def seal(self, pdf: bytes, *, evidence: bytes, at: datetime) -> bytes:
        """Return ``pdf`` with ``evidence`` (JSON) embedded, sealed and time-stamped.

        ``at`` is the business time written as the date of the seal; the trusted time is the
        time-stamping authority's. Raises ``TimestampUnavailable``.
        """
        return await self._run(lambda: (_seal_in_worker, pdf, evidence, at))

    async def warm(self) -> None:
        """Have a worker import what it needs, so that the first sheet is not the slow one."""
        await self._run(lambda: (_ready,))

    def close(self) -> None:
        """Stop the workers once the work in hand is finished."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    async def _run(self, job: Callable[[], tuple[Any, ...]]) -> bytes:
        loop = asyncio.get_running_loop()
        try:
            return bytes(await loop.run_in_executor(self._executor, *job()))
        except (TimestampRequestError, BrokenProcessPool) as error:
            raise TimestampUnavailable(str(error)) from error


class HttpTimeStamper(TimeStamper):
    """RFC 3161 over HTTP, without redirects: a time-stamp comes from the host we chose."""

    def __init__(self, url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # pyHanko's
        self._url = url

    @override
    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Ask for one time-stamp. Raises ``TimestampRequestError`` on any doubt."""
        try:
            async with httpx.AsyncClient(
                timeout=TIMESTAMP_TIMEOUT_S, follow_redirects=False, trust_env=False
            ) as http:
                answer = await http.post(
                    self._url,
                    content=req.dump(),
                    headers={"Content-Type": QUERY, "Accept": REPLY},
                )
        except httpx.HTTPError as error:
            raise TimestampRequestError("the time-stamping authority did not answer") from error
        kind = answer.headers.get("content-type", "").partition(";")[0].strip()
        if answer.status_code != httpx.codes.OK or kind != REPLY:
            raise TimestampRequestError(f"not a time-stamp: HTTP {answer.status_code}, {kind!r}")
        return tsp.TimeStampResp.load(answer.content)


def seal(
    pdf: bytes, *, evidence: bytes, at: datetime, signer: SimpleSigner, timestamper: TimeStamper
) -> bytes:
    """Embed ``evidence`` in ``pdf``, then certify the whole with ``signer`` and a time-stamp."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    attachment = EmbeddedFileObject.from_file_data(
        writer,
        data=evidence,
        mime_type="application/json",
        params=EmbeddedFileParams(creation_date=at),
    )
    # No AFRelationship: it would raise the file to PDF 2.0 and break its PDF/UA-1 claim.
    embed_file(
        writer,
        FileSpec(
            file_spec_string=ATTACHMENT_NAME,
            file_name=ATTACHMENT_NAME,
            embedded_data=attachment,
            description="Données de preuve",
        ),
    )
    metadata = PdfSignatureMetadata(
        field_name=FIELD_NAME,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
        reason="Sceau de la preuve",
    )
    sealed = io.BytesIO()
    _DatedSigner(metadata, signer=signer, timestamper=timestamper, at=at).sign_pdf(
        writer, output=sealed, bytes_reserved=BYTES_RESERVED
    )
    return sealed.getvalue()


class _DatedSigner(PdfSigner):
    """Writes the business time as the date of the seal, where pyHanko would write the machine's."""

    def __init__(
        self,
        metadata: PdfSignatureMetadata,
        *,
        signer: SimpleSigner,
        timestamper: TimeStamper,
        at: datetime,
    ) -> None:
        super().__init__(metadata, signer=signer, timestamper=timestamper)
        self._at = at

    @override
    def init_signing_session(
        self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False
    ) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only=existing_fields_only)
        session.system_time = self._at
        return session


def load_signer(key: SealingKey) -> SimpleSigner:
    """Read the key and its certificate; any further ones of the PEM travel with the seal."""
    _, _, key_der = pem.unarmor(key.key_pem.encode())
    chain = [
        x509.Certificate.load(der)
        for _, _, der in pem.unarmor(key.certificate_pem.encode(), multiple=True)
    ]
    registry = SimpleCertificateStore()  # type: ignore[no-untyped-call] # pyHanko's
    registry.register_multiple(chain[1:])
    return SimpleSigner(
        signing_cert=chain[0],
        signing_key=keys.PrivateKeyInfo.load(key_der),
        cert_registry=registry,
        embed_roots=False,
    )


class _Worker:
    """What one worker process keeps between two sheets."""

    signer: SimpleSigner
    timestamp_url: str


def _prepare_worker(key: SealingKey) -> None:
    _Worker.signer = load_signer(key)
    _Worker.timestamp_url = key.timestamp_url


def _seal_in_worker(pdf: bytes, evidence: bytes, at: datetime) -> bytes:
    return seal(
        pdf,
        evidence=evidence,
        at=at.astimezone(UTC),
        signer=_Worker.signer,
        timestamper=HttpTimeStamper(_Worker.timestamp_url),
    )


def _ready() -> bytes:
    return b"ready"
