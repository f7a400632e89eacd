"""Writes one letter of the demonstration, or goes on with it where a killed load left it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from local.demo.cast import Fate, Role
from local.demo.rest import Rest

DAYS_AHEAD: Final = 12
SIMPLE: Final = frozenset({Fate.COLLECTED, Fate.SCHEDULED})


class ImpossibleRole(RuntimeError):
    """The law forbids what this role asks: the cast is wrong."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The agent at work on a business day."""

    rest: Rest
    today: date

    async def write(self, role: Role) -> dict[str, Any]:
        """Return the letter with its recipient and its contract; a begun one stays without."""
        made = await self.rest.post(
            "/letters", {"policyholder": role.policyholder()}, key=f"demo-letter-{role.key}"
        )
        path = f"/letters/{made['letter_id']}"
        letter: dict[str, Any] = await self.rest.get(path)
        if letter["recipient"] is None:
            letter = await self.rest.put(
                f"{path}/recipient", await self._body(role.body), version=letter["version"]
            )
        if role.fate is Fate.BEGUN:
            return letter
        if not letter["contracts"]:
            contract = {
                "contract_type": role.contract_type,
                "ground": role.ground,
                "reference": role.reference,
                "fields": role.answers(self.today),
            }
            letter = await self.rest.call(
                "POST",
                f"{path}/contracts",
                body=contract,
                key=f"demo-contract-{role.key}",
                version=letter["version"],
            )
        if role.former_agent and not letter["extras"]["former_agent_email"]:
            extras = {"former_agent_email": role.former_agent, "free_text": ""}
            letter = await self.rest.put(f"{path}/extras", extras, version=letter["version"])
        return letter

    async def decide_mandate(self, letter: dict[str, Any]) -> None:
        """Keep the mandate at the agency, having accepted the warning; once."""
        path = f"/letters/{letter['letter_id']}/mandate"
        state = await self.rest.get(path)
        if state["mandate"]["decision"] == "none":
            warning = {"warning_version": state["warning"]["version"]}
            await self.rest.post(f"{path}/opt-out", warning)

    async def finalise(self, role: Role, letter: dict[str, Any]) -> dict[str, Any]:
        """Validate the sending at the dates and the price that the plan gives."""
        path = f"/letters/{letter['letter_id']}"
        timing = self._timing(role)
        kind = "simple" if role.fate in SIMPLE else "acknowledged"
        plan = await self.rest.post(f"{path}/plan", {"mail_kind": kind, "timing": timing})
        evaluation = plan["evaluation"]
        if not evaluation["ok"]:
            raise ImpossibleRole(f"{role.key}: {evaluation['refusal']}")
        confirmed = {
            "mail_kind": kind,
            "timing": timing,
            "confirmed_send_day": plan["send_day"],
            "confirmed_last_covered_day": evaluation["last_covered_day"],
            "confirmed_new_start": evaluation["new_start"],
            "expected_gross_cents": plan["price"]["gross_cents"],
        }
        sending: dict[str, Any] = await self.rest.post(
            f"{path}/sending", confirmed, key=f"demo-sending-{role.key}"
        )
        return sending

    async def cancel(self, letter: dict[str, Any]) -> None:
        """Cancel the sending of a letter; a cancelled one stays so."""
        path = f"/letters/{letter['letter_id']}/sending"
        sending = await self.rest.get(path)
        if sending["tracking"] == "scheduled":
            await self.rest.delete(path, version=sending["version"])

    def _timing(self, role: Role) -> dict[str, Any]:
        if role.leaves_at_once:
            return {"now": True}
        if role.ground in {"HAMON", "RIA"}:
            return {"new_start": role.new_start(self.today).isoformat()}
        return {"send_day": (self.today + timedelta(days=DAYS_AHEAD)).isoformat()}

    async def _body(self, name: str) -> dict[str, str]:
        found = await self.rest.get("/recipients", q=name)
        return {"recipient_id": found["recipients"][0]["recipient_id"]}
