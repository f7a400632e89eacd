"""An agency that writes its letters while everything dies around it."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any, Final
from uuid import uuid4

from local.sandbox.sheet import Line, write
from tests.e2e.outside import Outside
from tests.prove.storm.client import Client, Refused, Wanted
from tests.prove.storm.letters import Fate, Script

PURCHASE_CENTS: Final = 5_000
POOR: Final = frozenset({"credit-insufficient", "actions-remaining"})
AGAIN: Final = frozenset(
    {"dates-changed", "sending-turned-down", "price-changed", "changed-meanwhile"}
)
TRIES: Final = 12
BAD_CARD: Final = "4000000000000002"
GOOD_CARD: Final = "4242424242424242"


@dataclass(slots=True, kw_only=True)
class Writer:
    """One agency: its client, its day, its dice."""

    client: Client
    outside: Outside
    today: date
    bodies: Sequence[str]
    dice: Random
    _buying: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def live(self, script: Script) -> None:
        """Take one letter as far as its fate says."""
        letter_id = await self._write(script)
        await self._decide_mandate(script, letter_id)
        timing = self._timing(script)
        if script.fate is Fate.MISPRICED:
            await self._misprice(script, letter_id, timing)
        if script.fate is Fate.TWICE:
            await asyncio.gather(*(self._finalise(script, letter_id, timing) for _ in range(2)))
        else:
            await self._finalise(script, letter_id, timing)
        if script.fate is Fate.MOVED:
            await self._move(script, letter_id)
        if script.fate in {Fate.CANCELLED, Fate.RESUMED}:
            await self._cancel(script, letter_id)
        if script.fate is Fate.RESUMED:
            await self._finalise(script, letter_id, {"now": True})

    # --- writing -----------------------------------------------------------------------------

    async def _write(self, script: Script) -> str:
        letter = await self.client.ask(
            Wanted(
                act="create-letter",
                subject=script.subject,
                method="POST",
                path="/letters",
                body={"policyholder": script.policyholder},
                key=uuid4().hex,
            )
        )
        letter_id = str(letter["letter_id"])
        chosen = {"recipient_id": self.bodies[script.recipient % len(self.bodies)]}
        letter = await self._versioned(
            Wanted(
                act="set-recipient",
                subject=script.subject,
                method="PUT",
                path=f"/letters/{letter_id}/recipient",
                body=chosen,
                noted={"letter_id": letter_id, **chosen},
            ),
            letter,
        )
        await self._versioned(
            Wanted(
                act="add-contract",
                subject=script.subject,
                method="POST",
                path=f"/letters/{letter_id}/contracts",
                body=script.contract,
                key=uuid4().hex,
                noted={"letter_id": letter_id},
            ),
            letter,
        )
        return letter_id

    async def _versioned(self, wanted: Wanted, letter: dict[str, Any]) -> dict[str, Any]:
        """Change the letter at its version; moved on, it was our own lost answer, or it is not."""
        for _ in range(TRIES):
            if _is_done(wanted, letter):
                return letter
            try:
                changed: dict[str, Any] = await self.client.ask(_at(wanted, letter["version"]))
            except Refused as refusal:
                if refusal.problem.get("status") != 412:
                    raise
                letter = await self.client.read(f"/letters/{letter['letter_id']}")
            else:
                return changed
        raise TimeoutError(f"{wanted.act} of {wanted.subject}: never at its version")

    # --- the mandate -------------------------------------------------------------------------

    async def _decide_mandate(self, script: Script, letter_id: str) -> None:
        path, noted = f"/letters/{letter_id}/mandate", {"letter_id": letter_id}
        subject = script.subject
        if script.fate is not Fate.SCANNED:
            mandate = await self.client.read(path)
            accepted = {"warning_version": mandate["warning"]["version"]}
            await self.client.ask(
                Wanted(
                    act="opt-out", subject=subject, method="POST", path=f"{path}/opt-out",
                    body=accepted, noted=noted,
                )
            )  # fmt: skip
            return
        await self.client.ask(
            Wanted(
                act="upload-scan", subject=subject, method="POST", path=f"{path}/scan",
                body=_scan(subject), key=uuid4().hex, noted=noted,
            )
        )  # fmt: skip
        sha256 = (await self.client.read(path))["mandate"]["scan"]["sha256"]
        await self.client.ask(
            Wanted(
                act="validate-scan", subject=subject, method="POST", path=f"{path}/validation",
                body={"sha256": sha256}, noted=noted,
            )
        )  # fmt: skip

    # --- the sending -------------------------------------------------------------------------

    def _timing(self, script: Script) -> dict[str, Any]:
        if script.fate in {Fate.NOW, Fate.SCANNED, Fate.TWICE, Fate.MISPRICED}:
            return {"now": True}
        return {"send_day": self._day(script.days)}

    def _day(self, ahead: int) -> str:
        return (self.today + timedelta(days=ahead)).isoformat()

    async def _finalise(self, script: Script, letter_id: str, timing: dict[str, Any]) -> None:
        """Plan, confirm, validate; buy credit when it lacks. A letter already gone is fine."""
        for _ in range(TRIES):
            try:
                await self._validate(script, letter_id, timing)
            except Refused as refusal:
                if refusal.reason in POOR or refusal.why in POOR:
                    await self._buy(script.subject)
                elif refusal.reason == "sending-already-finalised":
                    return
                elif refusal.reason not in AGAIN:
                    raise
            else:
                return
        raise TimeoutError(f"{script.subject}: refused {TRIES} times")

    async def _misprice(self, script: Script, letter_id: str, timing: dict[str, Any]) -> None:
        """Confirm a price that was never asked: it is refused, and nothing may be left of it."""
        with suppress(Refused):
            await self._validate(script, letter_id, timing, off_by_cents=1)

    async def _validate(
        self, script: Script, letter_id: str, timing: dict[str, Any], *, off_by_cents: int = 0
    ) -> None:
        plan = await self.client.ask(
            Wanted(
                act="plan", subject=script.subject, method="POST",
                path=f"/letters/{letter_id}/plan",
                body={"mail_kind": script.kind, "timing": timing},
            )
        )  # fmt: skip
        evaluation = plan["evaluation"]
        validation = {
            "mail_kind": script.kind,
            "timing": timing,
            "confirmed_send_day": plan["send_day"],
            "confirmed_last_covered_day": evaluation["last_covered_day"],
            "confirmed_new_start": evaluation["new_start"],
            "expected_gross_cents": plan["price"]["gross_cents"] + off_by_cents,
        }
        await self.client.ask(
            Wanted(
                act="finalise", subject=script.subject, method="POST",
                path=f"/letters/{letter_id}/sending", body=validation, key=uuid4().hex,
                noted={"letter_id": letter_id, **validation},
            )
        )  # fmt: skip

    async def _move(self, script: Script, letter_id: str) -> None:
        """Ask for the day after; a version that moved on may be our own lost answer."""
        path, day = f"/letters/{letter_id}/sending", self._day(script.days + 1)
        for _ in range(TRIES):
            sending = await self.client.read(path)
            if sending["send_day"] == day or sending["state"] not in {"scheduled", "preparing"}:
                return
            wanted = Wanted(
                act="move", subject=script.subject, method="PATCH", path=path,
                body={"send_day": day}, version=sending["version"],
                noted={"letter_id": letter_id, "send_day": day},
            )  # fmt: skip
            if await self._change(wanted):
                return

    async def _cancel(self, script: Script, letter_id: str) -> None:
        path = f"/letters/{letter_id}/sending"
        for _ in range(TRIES):
            sending = await self.client.read(path)
            if sending["state"] not in {"scheduled", "preparing"}:
                return
            wanted = Wanted(
                act="cancel", subject=script.subject, method="DELETE", path=path,
                version=sending["version"], noted={"letter_id": letter_id},
            )  # fmt: skip
            if await self._change(wanted):
                return

    async def _change(self, wanted: Wanted) -> bool:
        """Change a sending; False when it stood elsewhere, and must be looked at again."""
        try:
            await self.client.ask(wanted)
        except Refused as refusal:
            if refusal.problem.get("status") not in {409, 412}:
                raise
            await asyncio.sleep(0.5)
            return False
        return True

    # --- the credit --------------------------------------------------------------------------

    async def _buy(self, subject: str) -> None:
        """Buy credit, unless another of our windows just did."""
        async with self._buying:
            wallet = await self.client.read("/credit")
            if wallet["available_cents"] < PURCHASE_CENTS // 5:
                await self.top_up(subject)

    async def top_up(self, subject: str) -> None:
        """Buy credit by card, which is declined now and then; wait until it can be spent."""
        started = await self.client.ask(
            Wanted(
                act="top-up", subject=subject, method="POST", path="/credit/top-ups",
                body={"amount_cents": PURCHASE_CENTS}, key=uuid4().hex,
                noted={"amount_cents": PURCHASE_CENTS},
            )
        )  # fmt: skip
        if self.dice.random() < 0.15:
            await self.outside.pay_with(started["checkout_url"], BAD_CARD)
        await self.outside.pay_with(started["checkout_url"], GOOD_CARD)
        await self._until_paid(started["top_up_id"])

    async def _until_paid(self, top_up_id: str) -> None:
        """Come back from the card page; when the news is lost, have it compared."""
        for look in range(TRIES * 10):
            refresh = "true" if look > 2 else "false"
            top_up = await self.client.read(f"/credit/top-ups/{top_up_id}", refresh=refresh)
            if top_up["state"] == "paid":
                return
            await asyncio.sleep(1)
        raise TimeoutError(f"purchase {top_up_id} was paid, and is not here")


def _scan(subject: str) -> bytes:
    """Return a signed mandate of its own: no two clients sign the same sheet."""
    return write("Mandat signé", [Line(f"Mandat signé pour {subject}")])


def _at(wanted: Wanted, version: int) -> Wanted:
    """Return the request for this version; another version is another request, with its key."""
    key = uuid4().hex if wanted.key else ""
    return Wanted(
        act=wanted.act, subject=wanted.subject, method=wanted.method, path=wanted.path,
        body=wanted.body, key=key, version=version, noted=wanted.noted,
    )  # fmt: skip


def _is_done(wanted: Wanted, letter: dict[str, Any]) -> bool:
    if wanted.act == "add-contract":
        return bool(letter["contracts"])
    recipient = letter["recipient"] or {}
    return bool(recipient.get("recipient_id") == wanted.noted["recipient_id"])
