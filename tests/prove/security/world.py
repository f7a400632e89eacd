"""Two agencies of one running house, one with everything, and the staff between them."""

from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any, Self
from uuid import UUID, uuid4

import httpx

from kit.clock import system_clock
from kit.days import paris_date
from kit.tokens import Caller, CallerKind
from local.demo.documents import attestation, identity_document
from local.demo.rest import Rest
from local.house import House
from preavis.accounts.v1 import accounts_pb2 as a
from preavis.billing.v1 import billing_pb2 as b
from tests.e2e.agency import PASSWORD, Agency, as_staff
from tests.e2e.outside import Outside
from tests.prove.security.rpcs import Answer, Switchboard, all_rpcs


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """What one agency has that another could name."""

    account_id: str
    profile_id: str
    letter_id: str  # of a letter with a sending
    number: str
    contract_id: str
    sending_id: str
    our_reference: str
    draft_id: str  # of a letter not sent yet, with a scan of its mandate
    draft_number: str
    draft_contract_id: str
    top_up_id: str
    proof_id: str
    key: str  # of the credit held
    credit_note: str  # its number: they follow each other through all accounts
    recipient_id: str  # of the directory: nobody's, and the same for all
    warning: str  # the version of what must be accepted to leave a mandate out: the same for all

    @classmethod
    def of_nobody(cls) -> Self:
        """Return ids that name nothing at all."""
        values = {name: str(uuid4()) for name in cls.__dataclass_fields__}
        return cls(
            **values
            | {
                "number": "98-00001",
                "draft_number": "98-00002",
                "key": f"send:{uuid4()}:1",
                "credit_note": "AV-2026-999999",
            }
        )

    def values(self) -> dict[str, str]:
        """Return them by their names."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """An agency, as the gateway speaks for it and as its own software does."""

    agency: Agency
    account: dict[str, Any]
    ids: Ids

    @property
    def caller(self) -> Caller:
        """Whom the gateway speaks for when its holder asks."""
        return Caller(
            service="",
            kind=CallerKind.AGENT,
            account_id=UUID(self.account["id"]),
            actor_id=UUID(self.account["profile_id"]),
            actor_name="Camille Béraud",
            roles=frozenset({"owner"}),
        )

    @property
    def saga(self) -> Caller:
        """Whom a service speaks for in a step of this account's own work."""
        return Caller(service="", account_id=UUID(self.account["id"]))

    @property
    def secrets(self) -> list[str]:
        """What nobody else may be told."""
        of_account = [self.account[name] for name in ("id", "profile_id", "email")]
        shared = {self.ids.recipient_id, self.ids.warning, self.ids.number, self.ids.draft_number}
        return [*of_account, *(v for v in self.ids.values().values() if v not in shared)]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """The house, its two agencies and its staff."""

    house: House
    mine: Side  # has nothing but an account
    theirs: Side  # has one of each
    staff: Rest
    nothing: Ids


async def build(house: House, outside: Outside, board: Switchboard) -> World:
    """Furnish the world: what ``theirs`` has is made by REST, as its software would."""
    client = httpx.AsyncClient(base_url=house.plan.public_url, timeout=60)
    visitor = Rest(client)
    mine = await Agency.open(visitor, outside, trade_name="Cabinet Voisin")
    theirs = await Agency.open(visitor, outside)
    other = await _with_one_of_each(theirs, outside, board)
    shared = {name: getattr(other.ids, name) for name in ("recipient_id", "warning")}
    nothing = replace(Ids.of_nobody(), **shared)
    return World(
        house=house,
        mine=Side(agency=mine, account=await _account(mine, board), ids=nothing),
        theirs=other,
        staff=await as_staff(visitor),
        nothing=nothing,
    )


async def _with_one_of_each(agency: Agency, outside: Outside, board: Switchboard) -> Side:
    await agency.prove()
    top_up_id = await agency.buy(5_000)
    account = await _account(agency, board)
    await agency.rest.post(
        "/account/proofs", identity_document(account), key=uuid4().hex, kind="identity_document"
    )
    proofs = (await agency.rest.get("/account/proofs"))["proofs"]
    sent, draft = await _letter(agency, outside), await _letter(agency, outside)
    await agency.leave_mandate_out(sent["letter_id"])
    start = sent["contracts"][0]["fields"]["wanted_new_start"]
    await agency.finalise(sent["letter_id"], {"new_start": start})
    sending = await agency.sending_in(sent["letter_id"], "scheduled")
    mandate = await agency.rest.get(f"/letters/{draft['letter_id']}/mandate")
    scan = attestation(account, valid_until="2030-01-31")  # any PDF of one page
    await agency.rest.post(f"/letters/{draft['letter_id']}/mandate/scan", scan, key=uuid4().hex)
    return Side(
        agency=agency,
        account=account,
        ids=Ids(
            account_id=account["id"],
            profile_id=account["profile_id"],
            letter_id=sent["letter_id"],
            number=sent["number"],
            contract_id=sent["contracts"][0]["contract_id"],
            sending_id=sending["sending_id"],
            our_reference=str(uuid4()),
            draft_id=draft["letter_id"],
            draft_number=draft["number"],
            draft_contract_id=draft["contracts"][0]["contract_id"],
            top_up_id=top_up_id,
            proof_id=proofs[0]["id"],
            key=f"send:{sending['sending_id']}:{sending['generation']}",
            credit_note=await _given_back(account["id"], board),
            recipient_id=sent["recipient"]["recipient_id"],
            warning=mandate["warning"]["version"],
        ),
    )


async def _account(agency: Agency, board: Switchboard) -> dict[str, Any]:
    """Return the account as its holder reads it, and the profile that accounts knows it by."""
    (rpc,) = (rpc for rpc in all_rpcs() if str(rpc) == "accounts.Authenticate")
    session = a.AuthenticateRequest(session_token=agency.rest.token)
    answer: Any = await board.call(rpc, session, service="gateway", who=Caller(service=""))
    account: dict[str, Any] = await agency.rest.get("/account")
    return {**account, "profile_id": answer.message.principal.profile_id}


async def _given_back(account_id: str, board: Switchboard) -> str:
    """Have a debit given back, as dispatch does for a letter that bounced; return its number."""
    saga, key = Caller(service="", account_id=UUID(account_id)), f"send:{uuid4()}:1"
    of_it: dict[str, Any] = {"account_id": account_id, "key": key}
    cause, day = "Lettre 26-99999", paris_date(system_clock()).isoformat()
    steps = [
        b.HoldRequest(**of_it, product=b.PRODUCT_LRE_SIMPLE, cause=cause),
        b.CaptureRequest(**of_it, on_day=day),
        b.ReverseRequest(**of_it, cause=cause, on_day=day, buyer_name="Agence", buyer_lines=["x"]),
    ]
    rpcs = {rpc.name: rpc for rpc in all_rpcs() if rpc.service == "billing"}
    answer = Answer()
    for name, request in zip(("Hold", "Capture", "Reverse"), steps, strict=True):
        answer = await board.call(rpcs[name], request, service="dispatch", who=saga)
        assert answer.message is not None, answer.told
    reversed_: Any = answer.message
    return str(reversed_.credit_note.number)


async def _letter(agency: Agency, outside: Outside) -> dict[str, Any]:
    day = paris_date(await outside.now()) + timedelta(days=60)
    fields = {
        "first_subscription": "2020-02-05",
        "wanted_new_start": day.replace(day=15).isoformat(),
        "new_insurer_name": "Solenne Assurances",
        "acts_for_new_insurer": "true",
    }
    return await agency.write(
        body="assurances", contract_type="auto", ground="HAMON", fields=fields
    )


async def log_in(side: Side) -> str:
    """Open one more session of an agency; return its token."""
    given = await side.agency.rest.post(
        "/sessions", {"email": side.agency.email, "password": PASSWORD}
    )
    return str(given["token"])
