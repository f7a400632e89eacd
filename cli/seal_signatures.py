"""The two signatures of a seal, over the file and over the seal itself, checked on their own.

pyHanko checks them again with the rest. Here another library does, first and in a millisecond:
a file that was touched goes no further, and no reader of PDF ever sees it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

from asn1crypto import cms, core, x509
from cryptography import x509 as pyca
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from cli.seal_refusals import NotGenuine

HASHES: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
OF_CERTIFICATE: Final = {"signing_certificate": "sha1", "signing_certificate_v2": "sha256"}


def check_content(signer: cms.SignerInfo, content: Iterable[bytes]) -> None:
    """Check that the signed attributes are about this content. Raises ``NotGenuine``."""
    digest = hashlib.new(signer["digest_algorithm"]["algorithm"].native)
    for part in content:
        digest.update(part)
    said = [one.native for one in _attributes(signer)["message_digest"]]
    if said != [digest.digest()]:
        raise NotGenuine("altered", "the seal is not that of this file")


def check_signature(signer: cms.SignerInfo, certificate: x509.Certificate) -> None:
    """Check that this certificate's key signed the attributes, and that they name it.

    Raises ``NotGenuine``.
    """
    _check_named(_attributes(signer), certificate)
    try:
        _verify(certificate, signer)
    except InvalidSignature as error:
        raise NotGenuine("altered", "the signature is not that of its certificate") from error


def _attributes(signer: cms.SignerInfo) -> dict[str, core.SetOf]:
    return {one["type"].native: one["values"] for one in signer["signed_attrs"]}


def _check_named(attributes: dict[str, core.SetOf], certificate: x509.Certificate) -> None:
    der = certificate.dump()
    named = [(kind, OF_CERTIFICATE[kind]) for kind in attributes if kind in OF_CERTIFICATE]
    for kind, usual in named:
        first = attributes[kind][0]["certs"][0]
        algorithm = first["hash_algorithm"]["algorithm"].native if "v2" in kind else usual
        if hashlib.new(algorithm, der).digest() != first["cert_hash"].native:
            raise NotGenuine("altered", "the certificate is not the one that was signed")
    if not named:
        raise NotGenuine("altered", "no certificate was signed")


def _verify(certificate: x509.Certificate, signer: cms.SignerInfo) -> None:
    key = pyca.load_der_x509_certificate(certificate.dump()).public_key()
    hashed = HASHES[signer["digest_algorithm"]["algorithm"].native]
    signature = signer["signature"].native
    signed = signer["signed_attrs"].untag().dump()
    match key:
        case rsa.RSAPublicKey():
            key.verify(signature, signed, padding.PKCS1v15(), hashed)
        case ec.EllipticCurvePublicKey():
            key.verify(signature, signed, ec.ECDSA(hashed))
        case _:
            raise NotGenuine("altered", "a kind of key we do not use")
