"""An agency that does everything by REST /v1, as its software would."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Self
from uuid import uuid4

from kit.days import paris_date
from local.demo.documents import attestation, identity_document
from local.demo.partners import until
from local.demo.rest import Rest
from tests.e2e.outside import Outside
from tests.e2e.staff import STAFF_EMAIL, STAFF_PASSWORD

PASSWORD: Final = "un-mot-de-passe-d-essai"
PERSON: Final = {
    "kind": "person",
    "persons": [
        {
            "title": "madame",
            "first_name": "Hélène",
            "last_name": "Marchetti",
            "birth_name": "Vasseur",
            "birth_day": "1984-03-14",
        }
    ],
    "address_lines": ["8 rue du Vieux-Temple"],
    "postcode": "38000",
    "town": "Grenoble",
    "emails": ["helene.marchetti@client.example"],
    "client_reference": "MARCH-2211",
}


@dataclass(frozen=True, slots=True)
class Agency:
    """One account and its session."""

    email: str
    rest: Rest
    outside: Outside

    @classmethod
    async def open(cls, rest: Rest, outside: Outside, **changes: Any) -> Self:
        """Sign up, follow the activation link, log in."""
        email = f"agence-{uuid4().hex[:8]}@essai.example"
        asked = {**await newcomer(outside, email), **changes}
        await rest.post("/accounts", asked, key=uuid4().hex)
        token = await outside.link(email, "/activation/")
        await rest.post("/accounts/activation", {"token": token})
        session = await rest.post("/sessions", {"email": email, "password": PASSWORD})
        return cls(email, rest.logged_in(session["token"]), outside)

    async def prove(self) -> None:
        """Hand in both proofs and have staff accept them."""
        account = await self.rest.get("/account")
        valid_until = end_of_registration(paris_date(await self.outside.now())).isoformat()
        proofs = {
            "orias_attestation": attestation(account, valid_until=valid_until),
            "identity_document": identity_document(account),
        }
        for kind, data in proofs.items():
            dated = {"valid_until": valid_until} if kind == "orias_attestation" else {}
            await self.rest.post("/account/proofs", data, key=uuid4().hex, kind=kind, **dated)
        staff = await as_staff(self.rest)
        await staff.post(f"/staff/accounts/{account['id']}/registration-check")
        for proof in (await self.rest.get("/account/proofs"))["proofs"]:
            path = f"/staff/reviews/{account['id']}/proofs/{proof['id']}/acceptance"
            await staff.post(path, {"valid_until": proof["valid_until"]})

    async def buy(self, cents: int) -> str:
        """Buy credit by card; return the purchase's id once the balance shows it."""
        before = (await self.rest.get("/credit"))["available_cents"]
        started = await self.rest.post("/credit/top-ups", {"amount_cents": cents}, key=uuid4().hex)
        await self.outside.pay(started["checkout_url"])

        async def usable() -> bool:
            return bool((await self.rest.get("/credit"))["available_cents"] == before + cents)

        await until(usable, what="the credit")
        return str(started["top_up_id"])

    async def write(
        self,
        *,
        body: str,
        contract_type: str,
        ground: str,
        fields: dict[str, str],
        reference: str = "VA-88-204417",
    ) -> dict[str, Any]:
        """Write one letter to the first body found; return it complete."""
        letter = await self.rest.post("/letters", {"policyholder": PERSON}, key=uuid4().hex)
        path = f"/letters/{letter['letter_id']}"
        found = (await self.rest.get("/recipients", q=body))["recipients"]
        reachable = next(one for one in found if one["electronic_addresses"])
        chosen = {"recipient_id": reachable["recipient_id"]}
        letter = await self.rest.put(f"{path}/recipient", chosen, version=letter["version"])
        contract = {
            "contract_type": contract_type,
            "ground": ground,
            "reference": reference,
            "fields": fields,
        }
        complete: dict[str, Any] = await self.rest.call(
            "POST", f"{path}/contracts", body=contract, key=uuid4().hex, version=letter["version"]
        )
        return complete

    async def leave_mandate_out(self, letter_id: str) -> None:
        """Accept the warning and keep the mandate."""
        mandate = await self.rest.get(f"/letters/{letter_id}/mandate")
        accepted = {"warning_version": mandate["warning"]["version"]}
        await self.rest.post(f"/letters/{letter_id}/mandate/opt-out", accepted)

    async def plan(self, letter_id: str, timing: dict[str, Any], kind: str) -> dict[str, Any]:
        """Ask for the dates and the price."""
        wanted = {"mail_kind": kind, "timing": timing}
        plan: dict[str, Any] = await self.rest.post(f"/letters/{letter_id}/plan", wanted)
        return plan

    async def finalise(
        self, letter_id: str, timing: dict[str, Any], *, kind: str = "acknowledged", key: str = ""
    ) -> dict[str, Any]:
        """Plan, confirm what the plan says, validate."""
        validation = await self.confirmed(letter_id, timing, kind=kind)
        return await self.validate(letter_id, validation, key=key or uuid4().hex)

    async def confirmed(
        self, letter_id: str, timing: dict[str, Any], *, kind: str = "acknowledged"
    ) -> dict[str, Any]:
        """Plan, and confirm all that the plan says, another letter for the contract included."""
        plan = await self.plan(letter_id, timing, kind)
        evaluation = plan["evaluation"]
        return {
            "mail_kind": kind,
            "timing": timing,
            "confirmed_send_day": plan["send_day"],
            "confirmed_last_covered_day": evaluation["last_covered_day"],
            "confirmed_new_start": evaluation["new_start"],
            "expected_gross_cents": plan["price"]["gross_cents"],
            "same_contract_confirmed": bool(plan["recent_letters"]),
        }

    async def validate(
        self, letter_id: str, validation: dict[str, Any], *, key: str
    ) -> dict[str, Any]:
        """Validate the sending; the same key may be asked again."""
        sending: dict[str, Any] = await self.rest.post(
            f"/letters/{letter_id}/sending", validation, key=key
        )
        return sending

    async def sending_in(
        self, letter_id: str, *states: str, patience_s: float = 20
    ) -> dict[str, Any]:
        """Wait until the sending is in one of these states."""

        async def look() -> dict[str, Any] | None:
            sending: dict[str, Any] = await self.rest.get(f"/letters/{letter_id}/sending")
            return sending if sending["state"] in states else None

        return await until(
            look, what=f"{letter_id} in {' or '.join(states)}", patience_s=patience_s
        )

    async def download(self, letter_id: str, kind: str) -> bytes:
        """Download a proof, byte for byte."""
        return await self.file(f"/letters/{letter_id}/sending/proofs/{kind}")

    async def file(self, path: str) -> bytes:
        """Download a file of the account."""
        headers = {"Authorization": f"Bearer {self.rest.token}"}
        answer = await self.rest.client.get(f"/v1{path}", headers=headers)
        return answer.raise_for_status().content

    async def change(
        self, letter_id: str, method: str, body: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Move (PATCH) or cancel (DELETE) the sending at the version it has now."""
        path = f"/letters/{letter_id}/sending"
        version = (await self.rest.get(path))["version"]
        changed: dict[str, Any] = await self.rest.call(method, path, body=body, version=version)
        return changed

    async def evidence(self, letter_id: str, *, patience_s: float = 20) -> bytes:
        """Wait for the sealed sheet, made after the last news, and download it."""

        async def look() -> bool:
            sending = await self.rest.get(f"/letters/{letter_id}/sending")
            return any(proof["kind"] == "evidence" for proof in sending["proofs"])

        await until(look, what="the evidence sheet", patience_s=patience_s)
        return await self.download(letter_id, "evidence")


def end_of_registration(day: date) -> date:
    """Return the end of the next February: registrations are renewed each year."""
    year = day.year + (day.month > 1)
    return date(year, 3, 1) - timedelta(days=1)


async def as_staff(rest: Rest) -> Rest:
    """Log the staff member in."""
    given = await rest.post("/sessions", {"email": STAFF_EMAIL, "password": STAFF_PASSWORD})
    return rest.logged_in(given["token"])


async def newcomer(outside: Outside, email: str) -> dict[str, Any]:
    """Return the sign-up form of an intermediary who is in the registry."""
    registered = await outside.intermediary()
    return {
        "kind": "intermediary",
        "email": email,
        "password": PASSWORD,
        "first_name": "Camille",
        "last_name": "Béraud",
        "trade_name": "Agence Béraud Assurances",
        "address": {
            "street": "12 place du Marché-aux-Herbes",
            "postcode": "38000",
            "town": "Grenoble",
        },
        "phone": "04 65 71 12 34",
        "orias_number": registered["number"],
        "siret": siret_of(registered["siren"]),
    }


def siret_of(siren: str) -> str:
    """Return the SIRET of the head office: the SIREN, five digits, and a Luhn key."""
    for key in range(10):
        candidate = f"{siren}0001{key}"
        digits = [int(digit) for digit in reversed(candidate)]
        doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
        if (sum(digits[::2]) + sum(doubled)) % 10 == 0:
            return candidate
    raise AssertionError(siren)
