"""A small public-key infrastructure and a small PDF, for tests of the seal."""

import hashlib
import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pikepdf
from asn1crypto import keys as asn1_keys
from asn1crypto import pem
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

from services.dispatch.domain.evidence import GENESIS, Evidence, EvidenceEvent, EvidenceProof
from services.dispatch.partners.sealing import SealingKey, load_signer, seal

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Identity:
    """A key and the certificate of it."""

    key: PrivateKey
    certificate: x509.Certificate

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode()

    @property
    def certificate_pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()


def an_authority(name: str = "Autorité de test") -> Identity:
    """Make a certificate authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name(name)
    builder = _builder(subject, subject, key).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    return Identity(key, builder.sign(key, hashes.SHA256()))


def a_sealer(authority: Identity) -> Identity:
    """Make what the platform seals with."""
    key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    builder = _builder(_name("Sceau de test"), authority.certificate.subject, key).add_extension(
        usage, critical=True
    )
    return Identity(key, builder.sign(authority.key, hashes.SHA256()))


def a_time_stamper(authority: Identity) -> Identity:
    """Make what a time-stamping authority signs with. RSA: pyHanko's test device knows no other."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    builder = _builder(_name("Heure de test"), authority.certificate.subject, key).add_extension(
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
    )
    return Identity(key, builder.sign(authority.key, hashes.SHA256()))


def a_dummy_time_stamper(identity: Identity, at: datetime = NOON) -> DummyTimeStamper:
    """Make a time-stamper that answers in this very process."""
    der = identity.certificate.public_bytes(serialization.Encoding.DER)
    _, _, key_der = pem.unarmor(identity.key_pem.encode())
    return DummyTimeStamper(
        tsa_cert=asn1_x509.Certificate.load(der),
        tsa_key=asn1_keys.PrivateKeyInfo.load(key_der),
        fixed_dt=at,
    )


def some_evidence(proof: bytes = b"%PDF- a proof of deposit") -> Evidence:
    """Make the evidence of a letter that was deposited, with one proof of the operator."""
    deposited = EvidenceEvent.after(
        GENESIS, at=NOON, code="SubmissionAcceptance", facts={"operator_reference": "4512"}
    )
    accepted = EvidenceEvent.after(
        deposited.hash, at=NOON + timedelta(days=2), code="ConsignmentAcceptance", facts={}
    )
    return Evidence(
        letter={
            "number": "26-00001",
            "sha256": "0" * 64,
            "sheet_number": "7",
            "previous_evidence_sha256": "ab" * 32,
        },
        parties={"sender": {"name": "Agence Béraud"}, "recipient": {"name": "Val d’Ambre"}},
        events=[deposited, accepted],
        proofs=[
            EvidenceProof(
                kind="deposit",
                sha256=hashlib.sha256(proof).hexdigest(),
                operator_reference="4512",
                fetched_at=NOON,
            )
        ],
    )


def a_sealed_sheet(
    authority: Identity, *, evidence: bytes | None = None, page: bytes = b""
) -> bytes:
    """Seal a small sheet, or this ``page``, under this authority, in this very process."""
    sealer = a_sealer(authority)
    signer = load_signer(
        SealingKey(key_pem=sealer.key_pem, certificate_pem=sealer.certificate_pem, timestamp_url="")
    )
    return seal(
        page or a_small_pdf(),
        evidence=some_evidence().to_bytes() if evidence is None else evidence,
        at=NOON,
        signer=signer,
        timestamper=a_dummy_time_stamper(a_time_stamper(authority)),
    )


def a_small_pdf() -> bytes:
    """Make the smallest PDF a seal can be put on."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(200, 200))
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _builder(subject: x509.Name, issuer: x509.Name, key: PrivateKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOON - timedelta(days=365))
        .not_valid_after(NOON + timedelta(days=3650))
    )
