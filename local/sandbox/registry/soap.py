"""``intermediarySearch`` and its WSDL: SOAP 1.1, document/literal, children without a namespace."""

import hmac
from datetime import date
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from fastapi import APIRouter, Request, Response
from lxml import etree

from kit.days import paris_date
from local.sandbox.registry.population import Intermediary, Population, State
from local.sandbox.world import World

NAMESPACE: Final = "urn:gpsa:orias:ws.001"
ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
MAX_SEARCHED: Final = 1000
PRINCIPAL: Final = ("000000000", "Assureur mandant de démonstration")


class SoapFault(Exception):
    """A request the register turns down."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Registry:
    """The register's web service and the page that lists its firms."""

    def __init__(self, world: World, population: Population) -> None:
        self._world = world
        self._population = population

    def router(self) -> APIRouter:
        """Return the routes; each address that clients use is served."""
        router = APIRouter(include_in_schema=False)
        for path in ("/orias", "/orias/service", "/orias/ws/service/"):
            router.add_api_route(path, self.wsdl)
            router.add_api_route(path, self.search, methods=["POST"])
        router.add_api_route("/registre", self.page)
        router.add_api_route("/sandbox/intermediaries", self.listing)
        return router

    async def wsdl(self) -> Response:
        """Describe the service."""
        text = self._world.pages.text(
            "registry/service.wsdl",
            {"namespace": NAMESPACE, "address": f"{self._world.settings.base_url}/orias/service"},
        )
        return Response(text, media_type="text/xml")

    async def search(self, request: Request) -> Response:
        """Answer a search: every number asked comes back, found or not."""
        try:
            answer = self._search(await request.body())
        except SoapFault as fault:
            return _envelope(_fault(fault), status=500)
        return _envelope(answer, status=200)

    async def page(self, q: str = "", state: str = "") -> Response:
        """List the firms, for a person who needs a number to type."""
        today = paris_date(self._world.now())
        words = q.lower().replace(" ", "")
        firms = [
            each
            for each in self._population.all()
            if words in (each.number + each.siren + each.name.lower().replace(" ", ""))
            and state in ("", each.state(today))
        ]
        return self._world.pages.show(
            "registry/desk.html", firms=firms, q=q, state=state, today=today, states=list(State)
        )

    async def listing(self, state: str = "") -> list[dict[str, str]]:
        """Return the firms for tests, on the present business day."""
        today = paris_date(self._world.now())
        return [
            {
                "number": each.number,
                "siren": each.siren,
                "name": each.name,
                "state": each.state(today),
            }
            for each in self._population.all()
            if state in ("", each.state(today))
        ]

    def _search(self, body: bytes) -> Element:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        try:
            root = etree.fromstring(body, parser)
        except etree.XMLSyntaxError as error:
            raise SoapFault("Client", "La requête n'est pas un XML lisible") from error
        asked = root.find(f".//{{{NAMESPACE}}}intermediarySearchRequest")
        if asked is None:
            raise SoapFault("Client", "intermediarySearchRequest attendu")
        key = self._world.settings.orias_key.get_secret_value()
        if not hmac.compare_digest((asked.findtext("user") or "").strip(), key):
            raise SoapFault("Client", "Utilisateur inconnu")
        wanted = asked.findall("intermediaries/intermediary")
        if not 1 <= len(wanted) <= MAX_SEARCHED:
            raise SoapFault("Client", f"De 1 à {MAX_SEARCHED} intermédiaires par appel")
        answer = Element(f"{{{NAMESPACE}}}intermediarySearchResponse")
        found = SubElement(answer, "intermediaries")
        for each in wanted:
            number = (each.findtext("registrationNumber") or "").strip()
            siren = (each.findtext("siren") or "").strip()
            firm = self._population.find(number=number, siren=siren)
            _write(found, firm, number=number, siren=siren, day=paris_date(self._world.now()))
        return answer


def _write(
    parent: Element, firm: Intermediary | None, *, number: str, siren: str, day: date
) -> None:
    node = SubElement(parent, "intermediary")
    base = SubElement(node, "informationBase")
    facts = {
        "siren": firm.siren if firm else siren,
        "registrationNumber": firm.number if firm else number,
        "denomination": firm.name.upper() if firm else "",
        "foundInRegistry": "true" if firm else "false",
    }
    for name, text in facts.items():
        if text:
            SubElement(base, name).text = text
    if firm is None:
        return
    registrations = SubElement(node, "registrations")
    for category in firm.categories:
        one = SubElement(registrations, "registration")
        ended = firm.ended_on(day)
        SubElement(one, "categoryName").text = category
        SubElement(one, "status").text = "INSCRIT" if ended is None else "SUPPRIME"
        SubElement(one, "registrationDate").text = firm.registered_on.isoformat()
        if ended is not None:
            SubElement(one, "deletionDate").text = ended.isoformat()
        SubElement(one, "collectFunds").text = "true" if category == "COA" else "false"
        if category in {"MIA", "MA", "AGA"}:
            mandator = SubElement(SubElement(one, "mandators"), "mandator")
            for name, text in zip(("siren", "denomination"), PRINCIPAL, strict=True):
                SubElement(mandator, name).text = text


def _fault(fault: SoapFault) -> Element:
    node = Element(f"{{{ENVELOPE}}}Fault")
    SubElement(node, "faultcode").text = f"soap:{fault.code}"
    SubElement(node, "faultstring").text = str(fault)
    return node


def _envelope(content: Element, *, status: int) -> Response:
    envelope = Element(f"{{{ENVELOPE}}}Envelope")
    SubElement(envelope, f"{{{ENVELOPE}}}Body").append(content)
    text = tostring(envelope, encoding="utf-8", xml_declaration=True)
    return Response(text, status, media_type="text/xml")
