"""The ORIAS registry by its SOAP 1.1 service: one operation, children without a namespace.

The envelope is written by hand: the WSDL has been reported unusable by strict clients, and one
operation does not pay for a SOAP library that blocks.
"""

import re
from datetime import date, datetime
from typing import Final

from lxml import etree

from kit.http import PartnerHttp, PartnerUnclear
from services.accounts.domain.registration import Entry, RegistryAnswer

NAMESPACE: Final = "urn:gpsa:orias:ws.001"
ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
IN_FORCE: Final = "INSCRIT"  # the only status the registry documents; any other is not in force
_HEADERS: Final = {"content-type": "text/xml; charset=utf-8", "soapaction": '""'}
_FRENCH_DAY: Final = re.compile(r"\d{2}/\d{2}/\d{4}")


class Orias:
    """``ports.Registry``: one number a call."""

    def __init__(self, http: PartnerHttp, *, user: str) -> None:
        self._http = http
        self._user = user  # the key that the registry issued to us

    async def look_up(self, orias_number: str) -> RegistryAnswer:
        """Return what the registry says of a number.

        Raises ``PartnerDown`` or ``PartnerUnclear``, also when the answer is a fault or makes no
        sense: a registry that errs says nothing about anybody.
        """
        answer = await self._http.post(
            "", content=_request(self._user, orias_number), headers=_HEADERS
        )
        return _read(answer.content, orias_number)


def _request(user: str, orias_number: str) -> bytes:
    envelope = etree.Element(
        f"{{{ENVELOPE}}}Envelope", nsmap={"soapenv": ENVELOPE, "ws": NAMESPACE}
    )
    body = etree.SubElement(envelope, f"{{{ENVELOPE}}}Body")
    search = etree.SubElement(body, f"{{{NAMESPACE}}}intermediarySearchRequest")
    etree.SubElement(search, "user").text = user
    one = etree.SubElement(etree.SubElement(search, "intermediaries"), "intermediary")
    etree.SubElement(one, "registrationNumber").text = orias_number
    return bytes(etree.tostring(envelope, xml_declaration=True, encoding="UTF-8"))


def _read(content: bytes, orias_number: str) -> RegistryAnswer:
    # No entity, no network, no giant tree: the answer comes from outside.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise _senseless("no XML") from error
    if root.getroottree().docinfo.doctype:  # SOAP 1.1, 3: a message must not contain one
        raise _senseless("with a document type")
    if root.find(f".//{{{ENVELOPE}}}Fault") is not None:
        raise _senseless("a fault")
    for found in root.iter("intermediary"):
        if _text(found, "informationBase/registrationNumber").strip() == orias_number:
            return _answer(found)
    raise _senseless("not about the number asked")


def _answer(found: etree._Element) -> RegistryAnswer:
    known = _text(found, "informationBase/foundInRegistry").strip().lower()
    if known not in {"true", "false", "1", "0"}:
        raise _senseless("neither found nor not found")
    return RegistryAnswer(
        found=known in {"true", "1"},
        denomination=_text(found, "informationBase/denomination").strip(),
        siren=_text(found, "informationBase/siren").strip(),
        entries=tuple(_entry(one) for one in found.findall("registrations/registration")),
    )


def _entry(one: etree._Element) -> Entry:
    return Entry(
        category=_text(one, "categoryName").strip().upper(),
        in_force=_text(one, "status").strip().upper() == IN_FORCE,
        registered_on=_day(_text(one, "registrationDate")),
        deleted_on=_day(_text(one, "deletionDate")),
    )


def _text(element: etree._Element, path: str) -> str:
    return element.findtext(path) or ""


def _day(text: str) -> date | None:
    """Read ``2013-02-01``, with or without an hour behind, or ``01/02/2013``; else nothing."""
    tidy = text.strip()
    try:
        if _FRENCH_DAY.fullmatch(tidy):
            return datetime.strptime(tidy, "%d/%m/%Y").date()  # noqa: DTZ007 - a day has no zone
        return date.fromisoformat(tidy[:10]) if tidy else None
    except ValueError:
        return None


def _senseless(why: str) -> PartnerUnclear:
    return PartnerUnclear(f"the registry answered {why}", partner="orias")
