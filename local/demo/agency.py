"""An agency of the demonstration: signs up, proves who it is, buys credit."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from local.demo.cast import CREDIT_CENTS
from local.demo.documents import attestation, identity_document
from local.demo.partners import Partners, until
from local.demo.rest import Refused, Rest

RENEWAL_MONTH: Final = 3


class Agency:
    """One account, from its first visit on; every step may be repeated."""

    def __init__(
        self, rest: Rest, partners: Partners, who: Mapping[str, Any], password: str
    ) -> None:
        self._rest = rest
        self._partners = partners
        self._who = who
        self._password = password

    async def apply(self, *, valid_from: date) -> Rest:
        """Open the account and hand in both proofs; return its session."""
        try:
            session = await self.log_in()
        except Refused:
            await self._sign_up()
            session = await self.log_in()
        await self._hand_in(session, valid_from)
        return session

    async def have_accepted(self, session: Rest, staff: Rest) -> None:
        """Have staff ask the registry and accept the proofs."""
        account = (await session.get("/account"))["id"]
        await staff.post(f"/staff/accounts/{account}/registration-check")
        for proof in (await session.get("/account/proofs"))["proofs"]:
            if proof["state"] == "in_review":
                path = f"/staff/reviews/{account}/proofs/{proof['id']}/acceptance"
                until_day = {"valid_until": proof["valid_until"]} if proof["valid_until"] else {}
                await staff.post(path, {**until_day, "version": proof["version"]})

    async def buy_credit(self, session: Rest) -> None:
        """Buy the demonstration's credit by card, once."""
        wanted = {"amount_cents": CREDIT_CENTS}
        started = await session.post("/credit/top-ups", wanted, key="demo-top-up")
        await self._partners.pay(started["checkout_url"])

        async def paid() -> bool | None:
            top_up = await session.get(f"/credit/top-ups/{started['top_up_id']}")
            return top_up["state"] == "paid" or None

        await until(paid, what="the credit")

    async def log_in(self) -> Rest:
        """Open a session. Raises ``Refused`` before activation."""
        return await _session(self._rest, str(self._who["email"]), self._password)

    async def _sign_up(self) -> None:
        email = str(self._who["email"])
        asked = {**self._who, "password": self._password}
        await self._rest.post("/accounts", asked, key=f"demo-{email}")
        token = await self._partners.link(email, "/activation/")
        await self._rest.post("/accounts/activation", {"token": token})

    async def _hand_in(self, session: Rest, valid_from: date) -> None:
        handed = {proof["kind"] for proof in (await session.get("/account/proofs"))["proofs"]}
        valid_until = _end_of_registration(valid_from).isoformat()
        proofs = {
            "orias_attestation": attestation(self._who, valid_until=valid_until),
            "identity_document": identity_document(self._who),
        }
        for kind, data in proofs.items():
            if kind not in handed:
                dated = {"valid_until": valid_until} if kind == "orias_attestation" else {}
                await session.post(
                    "/account/proofs",
                    data,
                    key=f"demo-{self._who['email']}-{kind}",
                    kind=kind,
                    filename=f"{kind.replace('_', '-')}.pdf",
                    **dated,
                )


async def staff_session(rest: Rest, email: str, password: str) -> Rest:
    """Open a session of a member of staff."""
    return await _session(rest, email, password)


async def _session(rest: Rest, email: str, password: str) -> Rest:
    given = await rest.post("/sessions", {"email": email, "password": password})
    return rest.logged_in(given["token"])


def _end_of_registration(day: date) -> date:
    """Return the last day of February to come: registrations are renewed each year."""
    year = day.year + (day.month >= RENEWAL_MONTH)
    return date.fromordinal(date(year, RENEWAL_MONTH, 1).toordinal() - 1)
