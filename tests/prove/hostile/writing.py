"""The main job with hostile texts in every field: written, mandated, sent, answered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any, Final
from uuid import uuid4

from kit.text import tidy
from local.sandbox.sheet import Line, write
from tests.prove.hostile.cast import Member
from tests.prove.hostile.doors import UNREADABLE, Door, at, check_kept
from tests.prove.hostile.texts import HOSTILE, LOCAL_PARTS

NAMES: Final = tuple(HOSTILE)
PERSON: Final = {
    "persons.0.first_name": "Hélène", "persons.0.last_name": "Marchetti",
    "persons.0.birth_name": "", "persons.1.first_name": "Pierre",
    "persons.1.last_name": "Aubertin", "persons.1.birth_name": "",
    "address_lines.0": "8 rue du Vieux-Temple", "address_lines.1": "Bâtiment B",
    "postcode": "38000", "town": "Grenoble", "phone": "", "client_reference": "",
    "emails.0": "helene@client.example", "emails.1": "pierre@client.example",
}  # fmt: skip
COMPANY: Final = {
    "company.name": "Ateliers Aubertin", "company.siret": "00045812500010",
    "company.representative": "Paul Aubertin", "address_lines.0": "4 rue des Forges",
    "postcode": "38000", "town": "Grenoble", "phone": "", "client_reference": "",
    "emails.0": "contact@aubertin.example",
}  # fmt: skip
TITLES: Final = {"kind": "person", "persons": [{"title": "madame"}, {"title": "monsieur"}]}
CONTRACTS: Final[Mapping[str, Mapping[str, str]]] = {
    "auto": {"fields.vehicle_plate": "", "fields.ground_text": "Véhicule vendu."},
    "habitation_locataire": {"fields.risk_address": "", "fields.ground_text": "Déménagement."},
    "autre": {"fields.type_label": "Assurance du chat", "fields.ground_text": "Chat donné."},
}
CUSTOM: Final = {"reference": "VA-88-204417", "fields.ground_article": "",
                 "fields.wanted_last_covered_day": ""}  # fmt: skip
EXTRAS: Final = {"free_text": "", "former_agent_email": "", "client_reference": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One letter, and what was typed in it."""

    letter_id: str
    number: str
    member: Member
    name: str
    kept: Mapping[str, str]  # each hostile text that was taken, as it was typed, by its field


async def write_letter(
    member: Member, recipient_id: str, name: str, *, company: bool, contract_type: str
) -> Written:
    """Write one letter, each field with its own text: this one, and those that follow it."""
    door, follow = member.door, _texts_from(name)
    letter, typed = await _begin(door, company=company, follow=follow, emails=_emails_from(name))
    path = f"/letters/{letter['letter_id']}"
    chosen = await door.ask(
        "PUT", f"{path}/recipient", {"recipient_id": recipient_id}, version=letter["version"]
    )
    assert chosen.is_success, chosen.text
    letter, told = await _end(door, path, chosen.json()["version"], contract_type, follow)
    letter, added = await door.offer(
        "PUT", f"{path}/extras", {field: next(follow) for field in EXTRAS}, EXTRAS,
        version=letter["version"], name="PUT …/extras",
    )  # fmt: skip
    kept = {**typed, **told, **added}
    for field, text in kept.items():
        _check(letter, field, text)
    return Written(
        letter_id=letter["letter_id"], number=letter["number"], member=member, name=name,
        kept=kept,
    )  # fmt: skip


async def _begin(
    door: Door, *, company: bool, follow: Iterator[str], emails: Iterator[str]
) -> tuple[dict[str, Any], dict[str, str]]:
    innocent, more = (COMPANY, {"kind": "company"}) if company else (PERSON, TITLES)
    hostile = {f: next(emails if f.startswith("emails") else follow) for f in innocent}
    return await door.offer(
        "POST", "/letters", _of_policyholder(hostile), _of_policyholder(innocent),
        more={"policyholder": more}, key=uuid4().hex,
    )  # fmt: skip


def _of_policyholder(flat: Mapping[str, str]) -> dict[str, str]:
    return {f"policyholder.{field}": text for field, text in flat.items()}


async def _end(
    door: Door, path: str, version: int, contract_type: str, follow: Iterator[str]
) -> tuple[dict[str, Any], dict[str, str]]:
    innocent = {**CUSTOM, **CONTRACTS[contract_type]}
    hostile = {field: next(follow) for field in innocent}
    # a draft takes an empty field, and finalising refuses it: nothing to see is nothing there
    seen = {field: text for field, text in hostile.items() if tidy(text) or not innocent[field]}
    more = {"contract_type": contract_type, "ground": "CUSTOM", "fields": {"reviewed": "true"}}
    return await door.offer(
        "POST", f"{path}/contracts", seen, innocent,
        more=more, version=version, key=uuid4().hex, name="POST …/contracts",
    )  # fmt: skip


async def hand_in(written: Written) -> None:
    """Hand in a scan of the mandate under a hostile name; a name that is refused, as « mandat »."""
    door, path = written.member.door, f"/letters/{written.letter_id}/mandate/scan"
    scan = write("Mandat signé", [Line(f"Mandat de la lettre {written.number}")])
    typed = HOSTILE[written.name].encode("utf-8", "replace").decode()[:200]
    for name in (typed, "mandat"):
        answer = await door.ask("POST", path, scan, key=uuid4().hex, query={"filename": name})
        if answer.is_success:
            check_kept(answer.json()["scan"]["filename"], name)
            return
        assert answer.status_code == UNREADABLE, answer.text
    raise AssertionError(f"no name is taken for the scan of {written.number}")


async def validate(written: Written) -> None:
    """Look at the scan, and validate it."""
    door, path = written.member.door, f"/letters/{written.letter_id}/mandate"
    sha256 = (await door.ask("GET", path)).json()["mandate"]["scan"]["sha256"]
    validated = await door.ask("POST", f"{path}/validation", {"sha256": sha256})
    assert validated.is_success, validated.text


async def send(written: Written) -> None:
    """Send it today, and wait until the operator has it."""
    agency = written.member.agency
    preflight = await agency.rest.get(f"/letters/{written.letter_id}/preflight")
    assert preflight["ready"], preflight["actions"]
    await agency.finalise(written.letter_id, {"now": True})
    await agency.sending_in(written.letter_id, "in_transit", "deposited", patience_s=60)


def _texts_from(name: str) -> Iterator[str]:
    return islice(cycle(HOSTILE.values()), NAMES.index(name), None)


def _emails_from(name: str) -> Iterator[str]:
    parts = islice(cycle(LOCAL_PARTS.values()), NAMES.index(name), None)
    return (f"{part}@client.example" for part in parts)


def _check(letter: Mapping[str, Any], path: str, typed: str) -> None:
    """Fail unless the letter keeps in this field what was typed there, as it prints."""
    if path == "policyholder.client_reference":
        return  # the extras replaced it
    if "address_lines" in path:  # empty lines are left out: which one it is now may differ
        assert not tidy(typed) or tidy(typed) in letter["policyholder"]["address_lines"], typed
    elif path in EXTRAS:
        check_kept(at(letter["extras"], path), typed)
    elif path.startswith("policyholder."):
        check_kept(at(letter, path), typed)
    else:
        check_kept(at(letter["contracts"][0], path), typed)
