"""The CMS envelope of a seal, field by field: nothing in it that no signature accounts for.

The signed attributes and what they hash (the file, the signer's certificate) are covered by the
signature; the rest of the envelope is not, and must therefore be the only thing it can be.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from asn1crypto import algos, cms, tsp, x509
from cryptography import x509 as pyca
from cryptography.exceptions import InvalidSignature

from cli.seal_refusals import NotGenuine
from cli.seal_signatures import check_content, check_signature

DIGESTS: Final = frozenset({"sha256", "sha384", "sha512"})
SIGNATURES: Final = frozenset(
    {f"sha{size}_{kind}" for size in (256, 384, 512) for kind in ("rsa", "ecdsa")}
    | {"rsassa_pkcs1v15"}
)
NULL: Final = b"\x05\x00"


def check_envelope(
    envelope: cms.ContentInfo, covered: Iterable[bytes], anchors: Sequence[x509.Certificate]
) -> None:
    """Check the seal of these bytes and the time-stamp inside it. Raises ``NotGenuine``."""
    seal = _check_signed_data(envelope, "data", "v1")
    check_content(seal, covered)
    check_signature(seal, _check_certificates(envelope, seal, anchors))
    token = time_stamp_token(envelope)
    stamp = _check_signed_data(token, "tst_info", "v3")
    check_content(stamp, [bytes(token["content"]["encap_content_info"]["content"])])
    check_signature(stamp, _check_certificates(token, stamp, anchors))
    imprint = _stamped(token)["message_imprint"]
    _check_digest(imprint["hash_algorithm"])
    algorithm = imprint["hash_algorithm"]["algorithm"].native
    digest = hashlib.new(algorithm, seal["signature"].native).digest()
    _demand(imprint["hashed_message"].native == digest, "the time-stamp is not that of this seal")
    _demand(_size(stamp["unsigned_attrs"]) == 0, "an attribute nobody signed")
    _demand(_size(seal["unsigned_attrs"]) == 1, "an attribute nobody signed")


def time_stamp_token(envelope: cms.ContentInfo) -> cms.ContentInfo:
    """Return the only time-stamp of the seal. Raises ``NotGenuine`` when there is none."""
    signer = envelope["content"]["signer_infos"][0]
    for attribute in signer["unsigned_attrs"] or ():
        is_stamp = attribute["type"].native == "signature_time_stamp_token"
        if is_stamp and len(attribute["values"]) == 1:
            return attribute["values"][0]
    raise NotGenuine("no-time-stamp", "no time-stamp")


def time_stamped_at(envelope: cms.ContentInfo) -> datetime:
    """Return the instant the time-stamping authority wrote."""
    instant: datetime = _stamped(time_stamp_token(envelope))["gen_time"].native
    return instant


def _stamped(token: cms.ContentInfo) -> tsp.TSTInfo:
    info: tsp.TSTInfo = token["content"]["encap_content_info"]["content"].parsed
    return info


def _check_signed_data(content: cms.ContentInfo, kind: str, version: str) -> cms.SignerInfo:
    _demand(content["content_type"].native == "signed_data", "not a signature")
    signed: cms.SignedData = content["content"]
    _demand(signed["version"].native == version, "another version of the envelope")
    _demand(signed["encap_content_info"]["content_type"].native == kind, "another content")
    _demand(_size(signed["crls"]) == 0, "revocation lists nobody signed")
    _demand(len(signed["signer_infos"]) == 1, "not exactly one signer")
    signer: cms.SignerInfo = signed["signer_infos"][0]
    _demand(signer["version"].native == "v1", "another version of the signer")
    _check_algorithms(signed, signer)
    return signer


def _check_algorithms(signed: cms.SignedData, signer: cms.SignerInfo) -> None:
    digest, signature = signer["digest_algorithm"], signer["signature_algorithm"]
    _check_digest(digest)
    listed = [algorithm.dump() for algorithm in signed["digest_algorithms"]]
    _demand(listed == [digest.dump()], "digests nobody used")
    name = signature["algorithm"].native
    _demand(name in SIGNATURES, "a signature we do not use")
    parameters = b"" if name.endswith("ecdsa") else NULL
    _demand(signature["parameters"].dump() == parameters, "a signature with parameters")


def _check_digest(digest: algos.DigestAlgorithm) -> None:
    _demand(digest["algorithm"].native in DIGESTS, "a digest we do not use")
    _demand(digest["parameters"].dump() in (b"", NULL), "a digest with parameters")


def _check_certificates(
    content: cms.ContentInfo, signer: cms.SignerInfo, anchors: Sequence[x509.Certificate]
) -> x509.Certificate:
    """Demand that each certificate is the signer's (its hash is signed), an anchor, or issued.

    Return the signer's.
    """
    embedded = [choice.chosen for choice in content["content"]["certificates"] or ()]
    _demand(signer["sid"].name == "issuer_and_serial_number", "a signer named otherwise")
    identity = signer["sid"].chosen
    mine = [
        certificate
        for certificate in embedded
        if certificate.issuer == identity["issuer"]
        and certificate.issuer.dump() == identity["issuer"].dump()
        and certificate.serial_number == identity["serial_number"].native
    ]
    _demand(len(mine) == 1, "not exactly one certificate of the signer")
    known = {anchor.dump() for anchor in anchors}
    issuers = [*anchors, *embedded]
    for certificate in embedded:
        if certificate is mine[0] or certificate.dump() in known:
            continue
        _demand(
            any(_issued(certificate, issuer) for issuer in issuers), "a certificate nobody issued"
        )
    return mine[0]


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        child = pyca.load_der_x509_certificate(certificate.dump())
        child.verify_directly_issued_by(pyca.load_der_x509_certificate(issuer.dump()))
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _size(values: object) -> int:
    return len(values) if isinstance(values, cms.CMSAttributes | cms.RevocationInfoChoices) else 0


def _demand(condition: bool, otherwise: str) -> None:
    if not condition:
        raise NotGenuine("altered", otherwise)
