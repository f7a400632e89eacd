"""The platform's seal on its evidence sheets: PAdES B-T, certified, no change allowed."""

import asyncio
import io
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self

import httpx
from asn1crypto import pem, tsp, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pyhanko.pdf_utils.embed import EmbeddedFileObject, EmbeddedFileParams, FileSpec, embed_file
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.attributes import CMSAttributeProvider, SignedAttributeProviderSpec
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import as_signing_certificate_v2
from pyhanko.sign.signers import Signer
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko_certvalidator.registry import SimpleCertificateStore
from typing_extensions import override

from kit.errors import Kind, TurnedDown
from kit.workers import lean_pool
from services.dispatch.domain.evidence import ATTACHMENT_NAME

FIELD_NAME: Final = "Sceau"
DIGEST: Final = "sha256"
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
        self._http = httpx.Client(
            timeout=TIMESTAMP_TIMEOUT_S, follow_redirects=False, trust_env=False
        )

    @override
    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Ask for one time-stamp. Raises ``TimestampRequestError`` on any doubt.

        Whoever seals waits for it, and pyHanko runs an event loop for each seal: the connection
        is kept by blocking calls, which outlive them.
        """
        try:
            answer = self._http.post(
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
    pdf: bytes, *, evidence: bytes, at: datetime, signer: Signer, timestamper: TimeStamper
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
        md_algorithm=DIGEST,
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
        signer: Signer,
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


class _SignersCertificate(CMSAttributeProvider):
    """Says which certificate signs, encoded once.

    As pyHanko builds it, each step of a seal encodes it anew, and all that is in it each time
    more: half of what a seal took.
    """

    attribute_type = "signing_certificate_v2"

    def __init__(self, certificate: x509.Certificate) -> None:
        self._encoded = as_signing_certificate_v2(certificate, DIGEST).dump()

    @override
    async def build_attr_value(self, dry_run: bool = False) -> tsp.SigningCertificateV2:
        return tsp.SigningCertificateV2.load(self._encoded)


class _PadesAttributes(SignedAttributeProviderSpec):
    """What a PAdES seal signs beside the digest of the file: whose seal it is, and no hour."""

    def __init__(self, certificate: x509.Certificate) -> None:
        self._certificate = _SignersCertificate(certificate)

    @override
    def signed_attr_providers(
        self, data_digest: bytes, digest_algorithm: str
    ) -> Iterable[CMSAttributeProvider]:
        return (self._certificate,)


class KeptKeySigner(Signer):
    """Signs with a key read once: reading an RSA key proves its primes, for longer than a seal."""

    def __init__(
        self,
        certificate: x509.Certificate,
        key: RSAPrivateKey | EllipticCurvePrivateKey,
        registry: SimpleCertificateStore,
    ) -> None:
        super().__init__(signing_cert=certificate, cert_registry=registry, embed_roots=False)
        self.signed_attr_prov_spec = _PadesAttributes(certificate)
        self._key = key

    @override
    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        """Sign with SHA-256, the only digest that ``seal`` asks for."""
        if digest_algorithm != DIGEST:
            raise ValueError(f"we seal with {DIGEST}, not {digest_algorithm}")
        if isinstance(self._key, RSAPrivateKey):
            return self._key.sign(data, PKCS1v15(), hashes.SHA256())
        return self._key.sign(data, ECDSA(hashes.SHA256()))


def load_signer(key: SealingKey) -> Signer:
    """Read the key and its certificate; any further ones of the PEM travel with the seal.

    Raises ``ValueError`` when one of them cannot be read or serve.
    """
    private = load_pem_private_key(key.key_pem.encode(), password=None)
    if not isinstance(private, RSAPrivateKey | EllipticCurvePrivateKey):
        raise ValueError("seals are made with RSA or elliptic curves")  # noqa: TRY004 - its value
    chain = [
        x509.Certificate.load(der)
        for _, _, der in pem.unarmor(key.certificate_pem.encode(), multiple=True)
    ]
    registry = SimpleCertificateStore()  # type: ignore[no-untyped-call] # pyHanko's
    registry.register_multiple(chain[1:])
    return KeptKeySigner(chain[0], private, registry)


class _Worker:
    """What one worker process keeps between two sheets."""

    signer: Signer
    timestamper: HttpTimeStamper


def _prepare_worker(key: SealingKey) -> None:
    _Worker.signer = load_signer(key)
    _Worker.timestamper = HttpTimeStamper(key.timestamp_url)


def _seal_in_worker(pdf: bytes, evidence: bytes, at: datetime) -> bytes:
    return seal(
        pdf,
        evidence=evidence,
        at=at.astimezone(UTC),
        signer=_Worker.signer,
        timestamper=_Worker.timestamper,
    )


def _ready() -> bytes:
    return b"ready"
