"""Signed answers to time-stamp queries, put together from parts that were encoded once.

asn1crypto takes 20 ms to build and write such an answer, nearly all of which is the same each
time: only the hash, the two numbers, the time and the signature differ.
"""

import hashlib
import secrets
from datetime import UTC, datetime
from functools import cache
from typing import Final

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from pyhanko.sign.general import as_signing_certificate

from local.sandbox.authority.certificates import Identity

HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
POLICY: Final = "1.3.6.1.4.1.4146.2.2"
SERIAL_BITS: Final = 63
OCTETS, SHORT_TIME, LONG_TIME, SEQUENCE, SET, FIRST = 0x04, 0x17, 0x18, 0x30, 0x31, 0xA0
SHORT: Final = 0x80  # lengths below it take one byte
SHORT_YEARS_END: Final = 2050  # RFC 5652: from then on, a signing time has four digits of year
TIME: Final = "%Y%m%d%H%M%SZ"


class Stamper:
    """Stamps hashes with times, in the name of one certificate."""

    def __init__(self, unit: Identity, issuer: Identity) -> None:
        certificate = _asn1(unit)
        self._key = unit.key
        name = asn1_x509.GeneralName("directory_name", certificate.subject)
        self._tsa = _tlv(FIRST, name.dump())
        self._signer = _signer(certificate)
        both = cms.CertificateSet([certificate, _asn1(issuer)])
        self._certificates = _tlv(FIRST, both.contents)
        self._attributes = (
            _attribute("content_type", cms.ContentType("tst_info")),
            _attribute("signing_certificate", as_signing_certificate(certificate)),
        )

    def answer(self, query: tsp.TimeStampReq, method: str, at: datetime) -> bytes:
        """Return the response that grants a stamp, as DER; ``method`` is one of ``HASHES``."""
        moment = at.astimezone(UTC).replace(microsecond=0)
        told = self._told(query, moment)
        signed = (
            *self._attributes,
            _attribute("signing_time", _signing_time(moment)),
            _attribute("message_digest", core.OctetString(hashlib.new(method, told).digest())),
        )
        attributes = sorted(signed)  # DER orders a set by its members' bytes
        signature = self._key.sign(_tlv(SET, *attributes), PKCS1v15(), HASHES[method])
        signer = _tlv(
            SEQUENCE,
            self._signer,
            _digest(method),
            _tlv(FIRST, *attributes),
            _RSA,
            _tlv(OCTETS, signature),
        )
        content = _tlv(SEQUENCE, _STAMP, _tlv(FIRST, _tlv(OCTETS, told)))
        token = _tlv(
            SEQUENCE,
            _VERSION_3,
            _tlv(SET, _digest(method)),
            content,
            self._certificates,
            _tlv(SET, signer),
        )
        return _tlv(SEQUENCE, _GRANTED, _tlv(SEQUENCE, _SIGNED, _tlv(FIRST, token)))

    def _told(self, query: tsp.TimeStampReq, moment: datetime) -> bytes:
        """Return what is signed: the hash, a new number, the time, and the caller's number."""
        return _tlv(
            SEQUENCE,
            _VERSION_1,
            _POLICY,
            query["message_imprint"].dump(),
            core.Integer(secrets.randbits(SERIAL_BITS)).dump(),
            _tlv(LONG_TIME, moment.strftime(TIME).encode()),
            query["nonce"].dump(),
            self._tsa,
        )


def _tlv(tag: int, *parts: bytes) -> bytes:
    """Return DER: a tag, the length, the parts."""
    body = b"".join(parts)
    size = len(body)
    if size < SHORT:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, SHORT | len(length))) + length + body


def _attribute(kind: str, value: core.Asn1Value) -> bytes:
    return _tlv(SEQUENCE, _attribute_name(kind), _tlv(SET, value.dump()))


@cache
def _attribute_name(kind: str) -> bytes:
    name: bytes = cms.CMSAttributeType(kind).dump()
    return name


@cache
def _digest(method: str) -> bytes:
    name: bytes = algos.DigestAlgorithm({"algorithm": method}).dump()
    return name


def _signing_time(moment: datetime) -> core.Asn1Value:
    if moment.year < SHORT_YEARS_END:
        return core.UTCTime(moment)
    return core.GeneralizedTime(moment)


def _signer(certificate: asn1_x509.Certificate) -> bytes:
    """Return how a signature begins: its version, and whose it is."""
    whose = cms.IssuerAndSerialNumber(
        {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    )
    return _VERSION_1 + bytes(whose.dump())


def _asn1(identity: Identity) -> asn1_x509.Certificate:
    der = identity.certificate.public_bytes(serialization.Encoding.DER)
    return asn1_x509.Certificate.load(der)


_VERSION_1: Final[bytes] = core.Integer(1).dump()
_VERSION_3: Final = core.Integer(3).dump()
_POLICY: Final = core.ObjectIdentifier(POLICY).dump()
_STAMP: Final = cms.ContentType("tst_info").dump()
_SIGNED: Final = cms.ContentType("signed_data").dump()
_RSA: Final = algos.SignedDigestAlgorithm({"algorithm": "rsassa_pkcs1v15"}).dump()
_GRANTED: Final = tsp.PKIStatusInfo({"status": "granted"}).dump()
