"""RFC 3161 over HTTP: a hash comes in, the same hash comes out with a signed business time."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Final

from asn1crypto import cms, core, keys, tsp
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from fastapi import APIRouter, HTTPException, Request, Response
from pyhanko.sign.general import as_signing_certificate
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore
from typing_extensions import override

from local.sandbox.authority.certificates import NAMES, Authority, Identity
from local.sandbox.faults import Partner
from local.sandbox.world import World

QUERY: Final = "application/timestamp-query"
REPLY: Final = "application/timestamp-reply"
HASHES: Final[Mapping[str, hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


class TimestampAuthority:
    """The timestamp service, and the page from which the authority's public parts are taken."""

    def __init__(self, world: World, authority: Authority) -> None:
        self._world = world
        self._authority = authority
        self._stamper = _Stamper(authority.tsa, authority.ca)

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/tsa", self.stamp, methods=["POST"])
        router.add_api_route("/autorite", self.page)
        router.add_api_route("/autorite/{name}.pem", self.certificate)
        router.add_api_route("/autorite/liste.crl", self.crl)
        return router

    async def stamp(self, request: Request) -> Response:
        """Answer a timestamp query; what cannot be read is rejected as RFC 3161 says."""
        if request.headers.get("Content-Type", "").split(";")[0] != QUERY:
            raise HTTPException(415, f"{QUERY} expected")
        try:
            query = tsp.TimeStampReq.load(await request.body(), strict=True)
            method = query["message_imprint"]["hash_algorithm"]["algorithm"].native
        except (ValueError, TypeError):
            return _reply(_rejection("bad_data_format"))
        if method not in HASHES:
            return _reply(_rejection("bad_alg"))
        self._stamper.fixed_dt = self._world.now().replace(microsecond=0)
        answer = self._stamper.request_tsa_response(query)
        self._world.effect(
            Partner.TSA,
            "stamped",
            reference=query["message_imprint"]["hashed_message"].native.hex(),
            partner_id=self._world.now().isoformat(timespec="seconds"),
        )
        return _reply(answer)

    async def page(self) -> Response:
        """Show what the authority is, and is not."""
        return self._world.pages.show("authority/desk.html", names=NAMES)

    async def certificate(self, name: str) -> Response:
        """Return one of the public certificates."""
        known = {
            "ca": self._authority.ca,
            "tsa": self._authority.tsa,
            "seal": self._authority.seal,
        }
        if (identity := known.get(name)) is None:
            raise HTTPException(404, "ca, tsa or seal")
        pem = identity.certificate.public_bytes(serialization.Encoding.PEM)
        return Response(pem, media_type="application/x-pem-file")

    async def crl(self) -> Response:
        """Return the list of revoked certificates."""
        return Response(self._authority.crl, media_type="application/pkix-crl")


class _Stamper(DummyTimeStamper):
    """Signs with a key read once: pyHanko's own reads it anew, and proves its primes each time."""

    def __init__(self, unit: Identity, issuer: Identity) -> None:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call] # ships no types
        store.register(_asn1(issuer))
        super().__init__(tsa_cert=_asn1(unit), tsa_key=_asn1_key(unit), certs_to_embed=store)
        self._key: RSAPrivateKey = unit.key

    @override
    def _sign_tst_info(
        self, tst_info_data: bytes, md_algorithm: str, dt: datetime
    ) -> tuple[bytes, cms.CMSAttributes]:
        method = HASHES[md_algorithm]
        digest = hashes.Hash(method)
        digest.update(tst_info_data)
        attributes = cms.CMSAttributes(
            [
                _attribute("content_type", "tst_info"),
                _attribute("signing_time", cms.Time({"utc_time": core.UTCTime(dt)})),
                _attribute("signing_certificate", as_signing_certificate(self.tsa_cert)),
                _attribute("message_digest", digest.finalize()),
            ]
        )
        return self._key.sign(attributes.dump(), PKCS1v15(), method), attributes


def _attribute(kind: str, value: Any) -> cms.CMSAttribute:  # noqa: ANN401 - asn1crypto's types
    return cms.CMSAttribute({"type": kind, "values": (value,)})


def _asn1(identity: Identity) -> asn1_x509.Certificate:
    der = identity.certificate.public_bytes(serialization.Encoding.DER)
    return asn1_x509.Certificate.load(der)


def _asn1_key(identity: Identity) -> keys.PrivateKeyInfo:
    der = identity.key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return keys.PrivateKeyInfo.load(der)


class _Rejection(core.Sequence):  # type: ignore[misc] # asn1crypto ships no types
    """A response without a token, which asn1crypto's own class cannot be."""

    _fields: ClassVar = [("status", tsp.PKIStatusInfo)]


def _rejection(reason: str) -> _Rejection:
    return _Rejection({"status": {"status": "rejection", "fail_info": {reason}}})


def _reply(answer: core.Sequence) -> Response:
    return Response(answer.dump(), media_type=REPLY)
