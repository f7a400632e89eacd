"""The demonstration CA: a root, a timestamp unit and a seal, made once in the data directory."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

KEY_BITS: Final = 3072
LIFE: Final = timedelta(days=30 * 365)
SKEW: Final = timedelta(days=2)
NAMES: Final = {
    "ca": "Préavis – autorité de démonstration",
    "tsa": "Préavis – horodatage de démonstration, non qualifié",
    "seal": "Préavis – cachet de démonstration",
}


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate and its private key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Authority:
    """What lies in the ``pki`` folder of the sandbox's data."""

    folder: Path
    ca: Identity
    tsa: Identity
    seal: Identity

    @property
    def ca_pem(self) -> Path:
        """The file that whoever verifies our evidence trusts."""
        return self.folder / "ca.pem"

    @property
    def seal_key_pem(self) -> str:
        """The key that seals evidence sheets, as text."""
        return (self.folder / "seal.key").read_text()

    @property
    def seal_certificate_pem(self) -> str:
        """The certificate of that key, as text."""
        return (self.folder / "seal.pem").read_text()

    @property
    def crl(self) -> bytes:
        """The list of revoked certificates (none), signed by the root, as DER."""
        pem = (self.folder / "crl.pem").read_bytes()
        return x509.load_pem_x509_crl(pem).public_bytes(serialization.Encoding.DER)


def ensure(data_dir: Path) -> Authority:
    """Return the authority of this data directory, making it on first use.

    The set counts once its last file is there: a start that was killed makes a whole new one.
    """
    folder = data_dir / "pki"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "complete").exists():
        _make(folder)
        _put(folder / "complete", b"")
    found = {name: _read(folder, name) for name in NAMES}
    return Authority(folder, found["ca"], found["tsa"], found["seal"])


def _make(folder: Path) -> None:
    keys = {name: rsa.generate_private_key(65537, KEY_BITS) for name in NAMES}
    root = _root(keys["ca"])
    leaves = {
        "tsa": x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]),
        "seal": None,
    }
    certificates = {"ca": root}
    for name, purpose in leaves.items():
        builder = (
            _builder(name, keys[name])
            .issuer_name(root.subject)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(sign=True), critical=True)
            .add_extension(_issuer(keys["ca"]), critical=False)
        )
        if purpose is not None:
            builder = builder.add_extension(purpose, critical=True)
        certificates[name] = builder.sign(keys["ca"], hashes.SHA256())
    for name, certificate in certificates.items():
        _put(folder / f"{name}.pem", certificate.public_bytes(serialization.Encoding.PEM))
        _put(folder / f"{name}.key", _key_bytes(keys[name]))
    _put(folder / "crl.pem", _crl(root, keys["ca"]))


def _root(key: rsa.RSAPrivateKey) -> x509.Certificate:
    builder = _builder("ca", key)
    return (
        builder.issuer_name(_name("ca"))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(sign=False), critical=True)
        .sign(key, hashes.SHA256())
    )


def _builder(name: str, key: rsa.RSAPrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(now + LIFE)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Préavis (démonstration)"),
            x509.NameAttribute(NameOID.COMMON_NAME, NAMES[name]),
        ]
    )


def _usage(*, sign: bool) -> x509.KeyUsage:
    """Return the usage of a leaf that signs, or else of a root that certifies."""
    return x509.KeyUsage(
        digital_signature=sign,
        content_commitment=sign,
        key_cert_sign=not sign,
        crl_sign=not sign,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _crl(root: x509.Certificate, key: rsa.RSAPrivateKey) -> bytes:
    now = datetime.now(UTC)
    listed = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(now - SKEW)
        .next_update(now + LIFE)
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(_issuer(key), critical=False)
        .sign(key, hashes.SHA256())
    )
    return listed.public_bytes(serialization.Encoding.PEM)


def _issuer(key: rsa.RSAPrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _key_bytes(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _put(path: Path, data: bytes) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    draft = path.with_suffix(path.suffix + ".part")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(data)
    draft.replace(path)


def _read(folder: Path, name: str) -> Identity:
    certificate = x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes())
    key = serialization.load_pem_private_key((folder / f"{name}.key").read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(f"{name}.key is not an RSA key")
    return Identity(certificate, key)
