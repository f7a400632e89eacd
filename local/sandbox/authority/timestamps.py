"""RFC 3161 over HTTP: a hash comes in, the same hash comes out with a signed business time."""

from typing import ClassVar, Final

from asn1crypto import core, tsp
from cryptography.hazmat.primitives import serialization
from fastapi import APIRouter, HTTPException, Request, Response

from local.sandbox.authority.certificates import NAMES, Authority
from local.sandbox.authority.stamper import HASHES, Stamper
from local.sandbox.faults import Partner
from local.sandbox.world import World

QUERY: Final = "application/timestamp-query"
REPLY: Final = "application/timestamp-reply"


class TimestampAuthority:
    """The timestamp service, and the page from which the authority's public parts are taken."""

    def __init__(self, world: World, authority: Authority) -> None:
        self._world = world
        self._authority = authority
        self._stamper = Stamper(authority.tsa, authority.ca)

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(include_in_schema=False)
        router.add_route("/tsa", self.stamp, methods=["POST"])
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
            return _rejection("bad_data_format")
        if method not in HASHES:
            return _rejection("bad_alg")
        answer = self._stamper.answer(query, method, self._world.now())
        self._world.effect(
            Partner.TSA,
            "stamped",
            reference=query["message_imprint"]["hashed_message"].native.hex(),
            partner_id=self._world.now().isoformat(timespec="seconds"),
        )
        return Response(answer, media_type=REPLY)

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


class _Rejection(core.Sequence):  # type: ignore[misc] # asn1crypto ships no types
    """A response without a token, which asn1crypto's own class cannot be."""

    _fields: ClassVar = [("status", tsp.PKIStatusInfo)]


def _rejection(reason: str) -> Response:
    answer = _Rejection({"status": {"status": "rejection", "fail_info": {reason}}})
    return Response(answer.dump(), media_type=REPLY)
