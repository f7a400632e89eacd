"""Who takes part: agencies with hostile names, and what they hand in to be let in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from kit.days import paris_date
from local.demo.documents import attestation, identity_document
from local.demo.rest import Rest
from tests.e2e.agency import PASSWORD, Agency, end_of_registration, newcomer
from tests.e2e.outside import Outside
from tests.prove.hostile.doors import Door, at, check_kept
from tests.prove.hostile.texts import HOSTILE

TRADE_NAMES: Final = ("header in disguise", "another sender", "markup", "formula")
"""One agency each: what shows in e-mails, on letters, on receipts."""
_CHECKED: Final = ("kind", "password", "orias_number", "siret", "email")  # other tests' matter


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An agency with hostile texts wherever it may write one."""

    name: str  # of its texts
    agency: Agency
    door: Door
    account: Mapping[str, Any]

    @property
    def trade_name(self) -> str:
        """The trade name that was kept."""
        return str(self.account["trade_name"])


async def join(visitor: Door, outside: Outside, name: str) -> Member:
    """Sign up with every field hostile, and what is refused innocent; activate; log in."""
    given = await newcomer(outside, f"agence-{uuid4().hex[:8]}@essai.example")
    checked = {field: given.pop(field) for field in _CHECKED}
    address = given.pop("address")
    innocent = given | {f"address.{field}": text for field, text in address.items()}
    hostile = dict.fromkeys([*innocent, "address.complement", "mobile"], HOSTILE[name])
    _, taken = await visitor.offer(
        "POST", "/accounts", hostile, innocent, more=checked, key=uuid4().hex
    )
    rest, email = Rest(visitor.http), checked["email"]
    await rest.post("/accounts/activation", {"token": await outside.link(email, "/activation/")})
    token = (await rest.post("/sessions", {"email": email, "password": PASSWORD}))["token"]
    door = Door(visitor.http, visitor.record, token)
    account = (await door.ask("GET", "/account")).json()
    for path, typed in taken.items():
        check_kept(at(account, path), typed)
    agency = Agency(email, rest.logged_in(token), outside)
    return Member(name=name, agency=agency, door=door, account=account)


async def prove(member: Member, staff: Door, outside: Outside) -> None:
    """Hand in proofs under hostile names; staff refuse one, accept the rest, in such words too."""
    until = {"valid_until": end_of_registration(paris_date(await outside.now())).isoformat()}
    identity = identity_document(member.account)
    registration = attestation(member.account, **until)
    unreadable = await _hand_in(member, "identity_document", identity)
    await _decide(staff, member, unreadable, "rejection", {"reason": "unreadable"})
    attested = await _hand_in(member, "orias_attestation", registration, **until)
    identified = await _hand_in(member, "identity_document", identity)
    await staff.ask("POST", f"/staff/accounts/{member.account['id']}/registration-check")
    await _decide(staff, member, attested, "acceptance", until)
    await _decide(staff, member, identified, "acceptance", {})


async def _hand_in(member: Member, kind: str, data: bytes, **more: str) -> str:
    filename = HOSTILE[member.name][:200]
    query = {"kind": kind, "filename": filename, **more}
    answer = await member.door.ask("POST", "/account/proofs", data, key=uuid4().hex, query=query)
    assert answer.is_success, answer.text
    check_kept(answer.json()["filename"], filename)
    return str(answer.json()["id"])


async def _decide(
    staff: Door, member: Member, proof_id: str, what: str, more: Mapping[str, str]
) -> None:
    path = f"/staff/reviews/{member.account['id']}/proofs/{proof_id}/{what}"
    note = HOSTILE[member.name]
    proof, taken = await staff.offer(
        "POST", path, {"note": note}, {"note": ""}, more=more, name=f"POST …/{what}"
    )
    if taken:
        check_kept(proof["note"], note)
