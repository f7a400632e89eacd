"""An agent whose windows do several things at once; what is asked and answered is all noted."""

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from kit.ids import derived_id
from kit.tokens import Caller, CallerKind
from local.demo.partners import until
from local.sandbox.sheet import Line, write
from tests.e2e.outside import Outside
from tests.prove.storm.client import Client, Refused, Wanted
from tests.prove.storm.letters import PRICES, Fate, Script

DONE: Final = "done"
KIND: Final = "simple"
PRICE: Final = PRICES[KIND]
NOW: Final = {"now": True}
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter that was written, complete but for its mandate."""

    script: Script
    letter_id: str
    number: str
    account_id: str

    @property
    def sending_id(self) -> str:
        """The sending that the letter has once it is validated: the same on any replica."""
        return str(derived_id(UUID(self.account_id), "Sending", UUID(self.letter_id)))

    def hold_key(self, generation: int = 1) -> str:
        """The name of a generation's money."""
        return f"send:{self.sending_id}:{generation}"


@dataclass(slots=True, kw_only=True)
class Agent:
    """One account's holder."""

    client: Client
    outside: Outside
    bodies: Sequence[str]
    numbers: Iterator[int]

    @property
    def caller(self) -> Caller:
        """Whom the gateway speaks for when this agent asks."""
        return Caller(
            service="",
            kind=CallerKind.AGENT,
            account_id=UUID(self.client.account),
            actor_id=uuid4(),
            actor_name="Camille Béraud",
            roles=frozenset({"owner"}),
        )

    # --- writing -----------------------------------------------------------------------------

    async def draft(self, body: str = "") -> Letter:
        """Write a letter to this body, or to any; its mandate is not decided."""
        number = next(self.numbers)
        script = Script(
            subject=f"R-{number:05d}", fate=Fate.NOW, kind=KIND, recipient=number, days=1
        )
        written = await self._ask("create-letter", script, "POST", "/letters", _holder(script))
        path, noted = f"/letters/{written['letter_id']}", {"letter_id": written["letter_id"]}
        chosen = {"recipient_id": body or self.bodies[number % len(self.bodies)]}
        answer = await self._ask(
            "set-recipient", script, "PUT", f"{path}/recipient", chosen,
            version=written["version"], noted={**noted, **chosen},
        )  # fmt: skip
        await self._ask(
            "add-contract", script, "POST", f"{path}/contracts", script.contract,
            version=answer["version"], noted=noted,
        )  # fmt: skip
        return Letter(
            script=script, letter_id=written["letter_id"], number=written["number"],
            account_id=self.client.account,
        )  # fmt: skip

    async def ready(self, body: str = "") -> Letter:
        """Write a letter whose mandate is left out."""
        letter = await self.draft(body)
        await self.opt_out(letter)
        return letter

    async def several(self, count: int) -> list[Letter]:
        """Write so many letters that are ready, a few at a time."""
        few = asyncio.Semaphore(4)

        async def one() -> Letter:
            async with few:
                return await self.ready()

        return list(await asyncio.gather(*(one() for _ in range(count))))

    async def add_note(self, letter: Letter) -> None:
        """Add a few words to a letter. Raises ``Refused`` while a sending holds it."""
        path = f"/letters/{letter.letter_id}"
        extras = {"free_text": "Merci.", "client_reference": letter.script.subject}
        version = (await self.client.read(path))["version"]
        await self._ask("note", letter.script, "PUT", f"{path}/extras", extras, version=version)

    # --- the mandate -------------------------------------------------------------------------

    async def opt_out(self, letter: Letter) -> None:
        """Leave the mandate out. Which decision wins is each race's own matter to tell."""
        path = f"/letters/{letter.letter_id}/mandate"
        version = (await self.client.read(path))["warning"]["version"]
        await self._ask(
            "race-opt-out", letter.script, "POST", f"{path}/opt-out", {"warning_version": version}
        )

    async def scan(self, letter: Letter) -> None:
        """Upload the signed mandate, and validate it."""
        path, script = f"/letters/{letter.letter_id}/mandate", letter.script
        signed = write("Mandat signé", [Line(f"Mandat signé pour {script.subject}")])
        uploaded = await self._ask("race-scan", script, "POST", f"{path}/scan", signed)
        kept = {"sha256": uploaded["scan"]["sha256"]}
        await self._ask("race-scan-validated", script, "POST", f"{path}/validation", kept)

    # --- the sending -------------------------------------------------------------------------

    async def confirmed(self, letter: Letter, timing: Answer) -> Answer:
        """Ask for the plan, and confirm what it says."""
        wanted = {"mail_kind": KIND, "timing": timing}
        plan = await self._ask(
            "plan", letter.script, "POST", f"/letters/{letter.letter_id}/plan", wanted
        )
        return {
            **wanted,
            "confirmed_send_day": plan["send_day"],
            "confirmed_last_covered_day": plan["evaluation"]["last_covered_day"],
            "confirmed_new_start": plan["evaluation"]["new_start"],
            "expected_gross_cents": plan["price"]["gross_cents"],
        }

    async def validate(self, letter: Letter, confirmed: Answer, *, key: str = "") -> Answer:
        """Validate the sending, with a key of its own or with this one."""
        return await self._ask(
            "finalise", letter.script, "POST", f"/letters/{letter.letter_id}/sending", confirmed,
            key=key, noted={"letter_id": letter.letter_id, **confirmed},
        )  # fmt: skip

    async def finalise(self, letter: Letter, timing: Answer) -> Answer:
        """Plan, confirm, validate."""
        return await self.validate(letter, await self.confirmed(letter, timing))

    async def sending(self, letter: Letter) -> Answer:
        """Return where the sending stands."""
        found: Answer = await self.client.read(f"/letters/{letter.letter_id}/sending")
        return found

    async def cancel(self, letter: Letter, *, version: int) -> Answer:
        """Cancel the sending as it stood at this version."""
        path, noted = f"/letters/{letter.letter_id}/sending", {"letter_id": letter.letter_id}
        return await self._ask(
            "cancel", letter.script, "DELETE", path, version=version, noted=noted
        )

    async def move(self, letter: Letter, day: str, *, version: int) -> Answer:
        """Move the sending, as it stood at this version, to another day."""
        path, wanted = f"/letters/{letter.letter_id}/sending", {"send_day": day}
        noted = {"letter_id": letter.letter_id, **wanted}
        return await self._ask(
            "move", letter.script, "PATCH", path, wanted, version=version, noted=noted
        )

    async def repeat(self, path: str, body: Answer, *, key: str) -> Answer:
        """Ask with a key that another window uses: for the history, it is the same wish."""
        wanted = Wanted(act="repeated", subject="", method="POST", path=path, body=body, key=key)
        answer: Answer = await self.client.ask(wanted)
        return answer

    # --- the credit --------------------------------------------------------------------------

    async def begin_purchase(self, cents: int) -> Answer:
        """Open the card page of a purchase."""
        script = Script(subject="credit", fate=Fate.NOW, kind=KIND, recipient=0, days=1)
        wanted = {"amount_cents": cents}
        return await self._ask("top-up", script, "POST", "/credit/top-ups", wanted, noted=wanted)

    async def pay(self, purchase: Answer) -> None:
        """Pay on the card page; the credit comes when the card company says so."""
        await self.outside.pay(purchase["checkout_url"])

    async def buy(self, cents: int) -> None:
        """Buy credit, and wait until it can be spent."""
        purchase = await self.begin_purchase(cents)
        await self.pay(purchase)

        async def paid() -> bool:
            found = await self.client.read(f"/credit/top-ups/{purchase['top_up_id']}")
            return bool(found["state"] == "paid")

        await until(paid, what="the credit")

    async def wallet(self) -> tuple[int, int]:
        """Return what can be spent and what is set aside, in cents."""
        found = await self.client.read("/credit")
        return found["available_cents"], found["held_cents"]

    async def _ask(
        self,
        act: str,
        script: Script,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str = "",
        version: int | None = None,
        noted: Answer | None = None,
    ) -> Answer:
        answer: Answer = await self.client.ask(
            Wanted(
                act=act, subject=script.subject, method=method, path=path, body=body,
                key=key or (uuid4().hex if method == "POST" else ""),
                version=version, noted=noted or {},
            )
        )  # fmt: skip
        return answer


async def outcome(act: Awaitable[object]) -> str:
    """Return how something ended: ``done``, or the reason of its refusal."""
    try:
        await act
    except Refused as refusal:
        return refusal.why or refusal.reason
    return DONE


def _holder(script: Script) -> Answer:
    return {"policyholder": script.policyholder}
