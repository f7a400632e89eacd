"""Whether a sealed evidence sheet is what was sealed: each bit of the file is accounted for.

pyHanko checks the signature, the time-stamp and the certificates. It forgives what a signature does
not cover: the padding of the seal, the case of its digits, stray fields of its envelope. We do not,
so that no bit can be changed unnoticed. What is cheap comes first: a reader of PDF only ever sees a
file whose every byte is already known to be the one that was sealed.
"""

import asyncio
import hashlib
import io
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from asn1crypto import cms, pem, x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.general import UnacceptableSignerError
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext

from cli.seal_envelope import check_envelope, time_stamped_at
from cli.seal_place import Place, find_place
from cli.seal_refusals import NotGenuine
from services.dispatch.domain.evidence import ATTACHMENT_NAME, Evidence, EvidenceAltered

PARSING: Final = (
    PdfError,
    SignatureValidationError,
    UnacceptableSignerError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    AssertionError,  # pyHanko's way with a table of places that is no table
    RuntimeError,  # what is nested without end, or not implemented
    struct.error,
    zlib.error,
)  # what libraries raise on bytes that make no sense: all of it means "altered"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedSheet:
    """A sheet that was found intact. ``issuer_trusted`` says whether an anchor vouches for it."""

    evidence: Evidence
    sealed_by: str
    time_stamped_by: str
    time_stamped_at: datetime
    issuer_trusted: bool
    sha256: str


def load_anchors(bundle: bytes) -> list[x509.Certificate]:
    """Read the certificates of a PEM bundle (or one DER). Raises ``ValueError``."""
    if not pem.detect(bundle):
        return [x509.Certificate.load(bundle, strict=True)]
    return [
        x509.Certificate.load(der, strict=True)
        for label, _, der in pem.unarmor(bundle, multiple=True)
        if label == "CERTIFICATE"
    ]


def examine(pdf: bytes, anchors: Sequence[x509.Certificate]) -> SealedSheet:
    """Check ``pdf`` in full, offline. Raises ``NotGenuine`` with what is wrong."""
    try:
        return _examine(pdf, anchors)
    except PARSING as error:
        raise NotGenuine("altered", str(error)) from error


def _examine(pdf: bytes, anchors: Sequence[x509.Certificate]) -> SealedSheet:
    place = find_place(pdf)
    envelope = _envelope(place, anchors) if place else None
    reader = PdfFileReader(io.BytesIO(pdf), strict=True)
    seal = _only_seal(reader)
    if place is None or envelope is None or tuple(map(int, seal.byte_range)) != place.byte_range:
        raise NotGenuine("altered", "the seal is not where a sealer writes it")
    stamped_at = time_stamped_at(envelope)
    status = asyncio.run(_status(seal, anchors, stamped_at))
    stamp = _check_status(status)
    evidence = _evidence(reader)
    if envelope.copy().dump(force=True) != place.envelope:  # last: it costs the most by far
        raise NotGenuine("altered", "the seal is not written as it was")
    return SealedSheet(
        evidence=evidence,
        sealed_by=_name(status.signing_cert),
        time_stamped_by=_name(stamp.signing_cert),
        time_stamped_at=stamped_at,
        issuer_trusted=bool(status.trusted and stamp.trusted),
        sha256=hashlib.sha256(pdf).hexdigest(),
    )


def _envelope(place: Place, anchors: Sequence[x509.Certificate]) -> cms.ContentInfo:
    envelope = cms.ContentInfo.load(place.envelope, strict=True)
    check_envelope(envelope, place.covered, anchors)
    return envelope


def _only_seal(reader: PdfFileReader) -> EmbeddedPdfSignature:
    seals: list[EmbeddedPdfSignature] = reader.embedded_signatures
    if not seals:
        raise NotGenuine("not-sealed", "no signature")
    if len(seals) > 1 or seals[0].docmdp_level is not MDPPerm.NO_CHANGES:
        raise NotGenuine("altered", "not one certification that forbids any change")
    return seals[0]


async def _status(
    seal: EmbeddedPdfSignature, anchors: Sequence[x509.Certificate], moment: datetime
) -> PdfSignatureStatus:
    # Certificates are judged at the time of the time-stamp: a sheet outlives its certificates.
    def context() -> ValidationContext:
        return ValidationContext(
            trust_roots=list(anchors),
            allow_fetching=False,
            revocation_mode="soft-fail",
            moment=moment,
        )

    return await async_validate_pdf_signature(
        seal, signer_validation_context=context(), ts_validation_context=context()
    )


def _check_status(status: PdfSignatureStatus) -> TimestampSignatureStatus:
    """Return the time-stamp's status. Raises ``NotGenuine`` unless all but trust is right."""
    if not (status.intact and status.valid):
        raise NotGenuine("altered", "the seal is not that of this file")
    stamp = status.timestamp_validity
    if stamp is None or not (stamp.intact and stamp.valid):
        raise NotGenuine("altered", "the time-stamp is not that of this seal")
    return stamp


def _evidence(reader: PdfFileReader) -> Evidence:
    names = reader.root["/Names"]["/EmbeddedFiles"]["/Names"]
    found = [
        names[index + 1].get_object()
        for index in range(0, len(names), 2)
        if str(names[index]) == ATTACHMENT_NAME
    ]
    if len(found) != 1:
        raise NotGenuine("no-evidence", "no evidence inside")
    stream = found[0]["/EF"]["/F"]
    if not isinstance(stream, generic.StreamObject):
        raise NotGenuine("no-evidence", "the evidence is no file")
    try:
        return Evidence.read(stream.data)
    except EvidenceAltered as error:
        raise NotGenuine("evidence-altered", str(error)) from error


def _name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.native.get("common_name", certificate.subject.human_friendly))
