"""The pages on stubs that tell the sample agency, and a browser-like client of them."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from kit.errors import Kind, TurnedDown
from preavis.accounts.v1 import accounts_pb2
from preavis.billing.v1 import billing_pb2
from preavis.dispatch.v1 import dispatch_pb2
from preavis.letters.v1 import letters_pb2
from preavis.signature.v1 import signature_pb2
from services.gateway import headers, pages
from services.gateway.settings import GatewaySettings
from services.gateway.tests.api.house import FakeStore
from services.gateway.tests.pages import sample, sample_letter
from services.gateway.wording.reasons import Reasons
from tests.support.time import paris

AGENT, STAFF = "agent-session", "staff-session"
ORIGIN = "http://edge.test"
TOKEN = re.compile(r'name="jeton" value="([0-9a-f]{64})"')


class SessionOver(TurnedDown):
    kind = Kind.DENIED
    reason = "session-over"


class Stub:
    """Answers each RPC with a message, a function of the request, or a refusal; remembers all."""

    def __init__(self, **answers: Any) -> None:
        self.answers: dict[str, Any] = answers
        self.asked: list[tuple[str, Any]] = []

    def __getattr__(self, rpc: str) -> Callable[..., Awaitable[Any]]:
        async def call(request: Any, timeout: float | None = None) -> Any:  # noqa: ASYNC109
            del timeout
            self.asked.append((rpc, request))
            answer = self.answers[rpc]
            found = answer(request) if callable(answer) else answer
            if isinstance(found, TurnedDown):
                raise found
            return found

        return call

    def requests(self, rpc: str) -> list[Any]:
        """Return the requests of one RPC."""
        return [request for name, request in self.asked if name == rpc]


@dataclass
class Stubs:
    """Our other services, as far as the pages know them."""

    accounts: Stub
    billing: Stub
    dispatch: Stub
    letters: Stub
    signature: Stub


def _authenticate(request: Any) -> Any:
    if request.session_token not in {AGENT, STAFF}:
        return SessionOver()
    found = sample.principal(staff=request.session_token == STAFF)
    return accounts_pb2.AuthenticateResponse(principal=found)


def stubs() -> Stubs:
    return Stubs(_accounts(), _billing(), _dispatch(), _letters(), _signature())


def _accounts() -> Stub:
    a = accounts_pb2
    return Stub(
        Authenticate=_authenticate,
        LogIn=a.LogInResponse(session_token=AGENT, principal=sample.principal()),
        LogOut=a.LogOutResponse(),
        EndSessions=a.EndSessionsResponse(),
        LiftThrottles=a.LiftThrottlesResponse(had_to_wait=True),
        SignUp=a.SignUpResponse(email="neuf@agence.example"),
        GetAccount=a.GetAccountResponse(account=sample.account()),
        UpdateContact=a.UpdateContactResponse(account=sample.account()),
        GetStanding=sample.standing(),
        ListProofs=a.ListProofsResponse(proofs=[sample.proof(a.PROOF_STATE_ACCEPTED)]),
        UploadProof=a.UploadProofResponse(proof=sample.proof()),
        ListReviewQueue=a.ListReviewQueueResponse(
            items=[
                a.ReviewItem(
                    account_id=sample.ACCOUNT_ID,
                    trade_name="Agence Béraud Assurances",
                    waiting_since=sample.at("2026-11-23T10:00"),
                    waiting=[a.PROOF_KIND_ORIAS_ATTESTATION],
                )
            ],
            total=1,
        ),
        GetReview=a.GetReviewResponse(account=sample.account(), proofs=[sample.proof()]),
        AcceptProof=a.AcceptProofResponse(proof=sample.proof(a.PROOF_STATE_ACCEPTED)),
        RejectProof=a.RejectProofResponse(proof=sample.proof(a.PROOF_STATE_REJECTED)),
        SearchAccounts=a.SearchAccountsResponse(accounts=[sample.account()]),
        CheckRegistration=a.CheckRegistrationResponse(),
        Activate=a.ActivateResponse(email="neuf@agence.example"),
        ResetPassword=a.ResetPasswordResponse(),
    )


def _billing() -> Stub:
    b = billing_pb2
    return Stub(
        GetWallet=sample.wallet(),
        ListPrices=b.ListPricesResponse(prices=sample.prices()),
        ListEntries=b.ListEntriesResponse(entries=sample.entries()),
        ListTopUps=b.ListTopUpsResponse(top_ups=[sample.top_up()]),
        GetTopUp=b.GetTopUpResponse(top_up=sample.top_up()),
        StartTopUp=b.StartTopUpResponse(
            top_up_id="t", checkout_url="https://checkout.stripe.com/c/pay/1"
        ),
        ListFrozenWallets=b.ListFrozenWalletsResponse(wallets=[sample.reviewed_wallet()]),
        ReviewWallet=b.ReviewWalletResponse(
            wallet=sample.reviewed_wallet(),
            open_disputes=1,
            top_ups=[sample.top_up()],
            acts=[
                b.StaffAct(
                    at=sample.at("2026-11-20T09:00"),
                    actor="Inès Carpentier",
                    action="transfer-recorded",
                    facts={"reference": "VIR-2026-11"},
                )
            ],
        ),
        UnfreezeWallet=b.UnfreezeWalletResponse(),
        RecordTransfer=b.RecordTransferResponse(top_up=sample.top_up()),
    )


def _dispatch() -> Stub:
    d = dispatch_pb2
    return Stub(
        Preflight=sample_letter.preflight(),
        PlanSending=d.PlanSendingResponse(plan=sample_letter.plan()),
        Finalise=d.FinaliseResponse(sending=sample_letter.sending(d.TRACKING_SCHEDULED)),
        GetSending=d.GetSendingResponse(sending=sample_letter.sending()),
        Reschedule=d.RescheduleResponse(sending=sample_letter.sending(d.TRACKING_SCHEDULED)),
        Cancel=d.CancelResponse(sending=sample_letter.sending(d.TRACKING_CANCELLED)),
        ListUnknown=d.ListUnknownResponse(
            sendings=[
                d.UnknownSending(
                    sending_id=sample_letter.SENDING_ID,
                    letter_number=sample_letter.NUMBER,
                    operator="ar24",
                    our_reference="01900000-0000-7000-8000-0000000000f2",
                    operator_sender="17",
                    submitted_at=sample.at("2026-11-23T13:00"),
                    alarmed=True,
                    recipient_name="Mutuelle Val d’Ambre",
                )
            ]
        ),
    )


def _letters() -> Stub:
    pb = letters_pb2
    kind = pb.POLICYHOLDER_KIND_PERSON
    found = pb.Recipient(
        recipient_id="01900000-0000-7000-8000-000000000071",
        name="La Garancière, assurances mutuelles",
        postal_addresses=[pb.PostalAddress(postcode="86000", town="Poitiers")],
        electronic_addresses=[pb.ElectronicAddress(email="lre@garanciere.example")],
        identified=True,
        open=True,
    )
    hit = pb.SearchRecipientsResponse.Hit(
        recipient=found, matched=[pb.SearchRecipientsResponse.Span(start=3, end=8)]
    )
    paper = pb.Recipient(
        recipient_id="01900000-0000-7000-8000-000000000072",
        name="Mutuelle Garance Active",
        open=True,
    )
    types = [
        ("auto", "Auto", "vehicles", "Véhicules"),
        ("moto", "Moto, scooter", "vehicles", "Véhicules"),
        ("habitation_locataire", "Locataire", "home", "Habitation"),
        (
            "sante_individuelle",
            "Complémentaire santé individuelle",
            "health",
            "Santé et prévoyance",
        ),
        ("protection_juridique", "Protection juridique", "private_life", "Vie privée"),
    ]
    fields = [
        pb.FormField(
            name="first_subscription",
            kind=pb.FIELD_KIND_DAY,
            scope=pb.FIELD_SCOPE_CONTRACT,
            required=True,
            label="Première souscription",
            help="Elle ouvre le délai d’un an.",
        ),
        pb.FormField(
            name="wanted_new_start",
            kind=pb.FIELD_KIND_DAY,
            scope=pb.FIELD_SCOPE_LETTER,
            required=True,
            label="Prise d’effet du nouveau contrat",
        ),
        pb.FormField(
            name="new_insurer_name",
            kind=pb.FIELD_KIND_TEXT,
            scope=pb.FIELD_SCOPE_LETTER,
            required=True,
            label="Nouvel assureur",
            max_length=120,
        ),
        pb.FormField(
            name="contact_phone",
            kind=pb.FIELD_KIND_PHONE,
            scope=pb.FIELD_SCOPE_LETTER,
            required=True,
            label="Téléphone du contact",
        ),
        pb.FormField(
            name="acts_for_new_insurer",
            kind=pb.FIELD_KIND_YES_NO,
            scope=pb.FIELD_SCOPE_LETTER,
            must_be_true=True,
            label="J’écris pour le nouvel assureur, qui m’en a chargé.",
        ),
        pb.FormField(
            name="birth_day",
            kind=pb.FIELD_KIND_DAY,
            scope=pb.FIELD_SCOPE_POLICYHOLDER,
            required=True,
            label="Date de naissance",
        ),
    ]
    grounds = [
        pb.Ground(
            code="ECHEANCE",
            label="Échéance annuelle",
            sentence="Lettre partie au moins deux mois avant.",
            articles=[sample_letter.article("L. 221-10")],
            open=True,
        ),
        pb.Ground(
            code="RIA",
            label="À tout moment après un an (RIA)",
            sentence="Fin un mois après la réception.",
            articles=[sample_letter.article()],
            open=True,
            planned_from_new_start=True,
        ),
        pb.Ground(
            code="HAMON",
            label="Loi Hamon",
            open=False,
            refusal=pb.Refusal(
                reason="contract-out-of-scope", sentence="La loi Hamon ne vise pas la santé."
            ),
        ),
    ]
    return Stub(
        GetLetter=pb.GetLetterResponse(letter=sample_letter.letter()),
        CreateLetter=pb.CreateLetterResponse(letter=sample_letter.letter()),
        UpdatePolicyholder=pb.UpdatePolicyholderResponse(letter=sample_letter.letter()),
        SetRecipient=pb.SetRecipientResponse(letter=sample_letter.letter()),
        SetContract=pb.SetContractResponse(letter=sample_letter.letter()),
        UpdateExtras=pb.UpdateExtrasResponse(letter=sample_letter.letter()),
        SearchRecipients=pb.SearchRecipientsResponse(
            hits=[hit, pb.SearchRecipientsResponse.Hit(recipient=paper)], total_count=2
        ),
        ListContractTypes=pb.ListContractTypesResponse(
            contract_types=[
                pb.ContractType(code=c, label=t, family=f, family_label=fl, held_by=[kind])
                for c, t, f, fl in types
            ]
        ),
        ListGrounds=pb.ListGroundsResponse(grounds=grounds),
        DescribeForm=pb.DescribeFormResponse(fields=fields),
        PlanTermination=pb.PlanTerminationResponse(plan=sample_letter.termination_plan()),
        PlanTerminations=sample_letter.planned_rows,
        EvaluateTermination=pb.EvaluateTerminationResponse(evaluation=sample_letter.evaluation()),
        PlanLetter=pb.PlanLetterResponse(evaluation=sample_letter.evaluation()),
        PreviewLetter=pb.PreviewLetterResponse(
            html='<p class="lieu">Grenoble, le <mark>29 novembre 2026</mark></p>',
            title="Lettre",
        ),
        ListLetters=_listed,
    )


def _listed(request: Any) -> Any:
    pb = letters_pb2
    rows = sample_letter.rows()
    shown = {
        pb.LETTER_VIEW_TO_FINISH: rows[:2] + rows[7:8],
        pb.LETTER_VIEW_SCHEDULED: rows[2:3],
        pb.LETTER_VIEW_SENT: rows[3:7],
    }.get(request.view, rows)
    count = pb.ListLettersResponse.ViewCount
    return pb.ListLettersResponse(
        rows=shown,
        view_counts=[
            count(view=pb.LETTER_VIEW_ALL, count=10),
            count(view=pb.LETTER_VIEW_TO_FINISH, count=3),
            count(view=pb.LETTER_VIEW_SCHEDULED, count=1),
            count(view=pb.LETTER_VIEW_SENT, count=4),
        ],
        matching_count=len(shown),
        authors=[pb.Author(profile_id=sample.PROFILE_ID, name="Camille Roux")],
    )


def _signature() -> Stub:
    s = signature_pb2
    return Stub(
        GetMandate=sample_letter.mandate(),
        UploadScan=s.UploadScanResponse(),
        ValidateScan=s.ValidateScanResponse(),
        OptOut=s.OptOutResponse(),
        WithdrawDecision=s.WithdrawDecisionResponse(),
    )


def settings(**more: Any) -> GatewaySettings:
    known: dict[str, Any] = {
        "environment": "test",
        "database_url": "",
        "worker_database_url": "",
        "nats_url": "",
        "grpc_port": 0,
        "metrics_port": 0,
        "private_key": "",
        "blobs_dir": Path(),
        "smtp_url": "",
        "mail_from": "",
        "assets_dir": Path(".assets"),
        "public_url": ORIGIN,
        "http_port": 8000,
        "files_port": 8001,
        "cookie_key": "k" * 32,
    }
    return GatewaySettings(**(known | more))


@dataclass
class Browser:
    """A client that keeps cookies and sends forms as a browser does: with the page's token."""

    http: httpx.AsyncClient
    stubs: Stubs
    app: FastAPI

    async def open(self, path: str) -> httpx.Response:
        return await self.http.get(path)

    async def send(
        self, path: str, fields: dict[str, str], *, page: str = "", files: Any = None
    ) -> httpx.Response:
        """Open ``page`` (the same address by default), then post its form."""
        shown = await self.open(page or path)
        found = TOKEN.search(shown.text)
        assert found, f"no form on {page or path}: {shown.status_code}"
        data = {"jeton": found[1], "cle": "key-of-the-form"} | fields
        return await self.http.post(
            path, data=data, files=files, headers={"sec-fetch-site": "same-origin"}
        )

    def log_in(self, token: str = AGENT) -> None:
        self.http.cookies.set("preavis", token)


def browser(*, now: datetime | None = None, **more: Any) -> Browser:
    moment = now or paris("Mon 2026-11-23 14:48")
    known = stubs()
    given = settings(**more)
    app = headers.Edge(doors=headers.product(given))
    app.state.settings = given
    app.state.store = FakeStore()
    app.state.house = known
    app.state.clock = lambda: moment
    app.state.reasons = Reasons.load()
    pages.install(app)
    transport = httpx.ASGITransport(app=app)
    http = httpx.AsyncClient(transport=transport, base_url=app.state.settings.public_url)
    return Browser(http, known, app)
