"""The sample agency: its account, its proofs, its credit."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from preavis.accounts.v1 import accounts_pb2
from preavis.billing.v1 import billing_pb2

ACCOUNT_ID = "01900000-0000-7000-8000-00000000000a"
PROFILE_ID = "01900000-0000-7000-8000-0000000000cc"


def at(text: str) -> Timestamp:
    """Return a UTC instant off the wire."""
    stamp = Timestamp()
    stamp.FromDatetime(datetime.fromisoformat(text).replace(tzinfo=UTC))
    return stamp


def principal(*, staff: bool = False) -> accounts_pb2.Principal:
    if staff:
        return accounts_pb2.Principal(
            profile_id=PROFILE_ID,
            display_name="Nadia Belkacem",
            roles=["staff"],
            kind=accounts_pb2.PRINCIPAL_KIND_STAFF,
        )
    return accounts_pb2.Principal(
        account_id=ACCOUNT_ID,
        profile_id=PROFILE_ID,
        display_name="Camille Roux",
        roles=["owner"],
        kind=accounts_pb2.PRINCIPAL_KIND_AGENT,
        account_state=accounts_pb2.ACCOUNT_STATE_ACTIVE,
        theme=accounts_pb2.THEME_SYSTEM,
        email="camille@agence-beraud.example",
        trade_name="Agence Béraud Assurances",
    )


def account() -> accounts_pb2.Account:
    return accounts_pb2.Account(
        id=ACCOUNT_ID,
        kind=accounts_pb2.ACCOUNT_KIND_INTERMEDIARY,
        state=accounts_pb2.ACCOUNT_STATE_ACTIVE,
        trade_name="Agence Béraud Assurances",
        address=accounts_pb2.PostalAddress(
            street="12 place du Marché-aux-Herbes", postcode="38000", town="Grenoble"
        ),
        orias_number="07045812",
        siret="00065140600012",
        first_name="Pierre",
        last_name="Béraud",
        email="contact@agence-beraud.example",
        phone="+33465711234",
        registration=accounts_pb2.Registration(
            status=accounts_pb2.REGISTRATION_STATUS_REGISTERED,
            checked_at=at("2026-11-23T13:31"),
            denomination="BÉRAUD ASSURANCES",
            siren="000651406",
            entries=[accounts_pb2.RegistrationEntry(category="AGA", in_force=True)],
        ),
        created_at=at("2026-11-20T09:00"),
        version=3,
    )


def proof(state: int = accounts_pb2.PROOF_STATE_IN_REVIEW) -> accounts_pb2.Proof:
    return accounts_pb2.Proof(
        id="01900000-0000-7000-8000-0000000000d1",
        kind=accounts_pb2.PROOF_KIND_ORIAS_ATTESTATION,
        state=accounts_pb2.ProofState.ValueType(state),
        filename="attestation-orias-2026.pdf",
        media_type="application/pdf",
        page_count=1,
        valid_until="2027-02-28",
        uploaded_at=at("2026-11-23T10:00"),
        version=1,
    )


def standing(*, ready: bool = True) -> accounts_pb2.GetStandingResponse:
    blockers = [
        accounts_pb2.Remark(code="attestation-in-review"),
        accounts_pb2.Remark(code="identity-missing"),
    ]
    return accounts_pb2.GetStandingResponse(
        may_send_as_agency=ready,
        blockers=[] if ready else blockers,
        warnings=[accounts_pb2.Remark(code="attestation-expires", facts={"day": "2027-02-28"})]
        if ready
        else [],
        valid_until="2027-02-28" if ready else "",
    )


def wallet(cents: int = 12_840) -> billing_pb2.GetWalletResponse:
    return billing_pb2.GetWalletResponse(
        available_cents=cents, held_cents=4_860, version=9, low_below_cents=3_000
    )


def reviewed_wallet() -> billing_pb2.ReviewedWallet:
    return billing_pb2.ReviewedWallet(
        account_id=ACCOUNT_ID,
        available_cents=1_200,
        owed_cents=6_000,
        frozen_for=billing_pb2.FREEZE_CAUSE_DISPUTE,
        version=7,
    )


def prices() -> list[billing_pb2.Price]:
    return [
        billing_pb2.Price(
            product=billing_pb2.PRODUCT_LRE_SIMPLE,
            net_cents=300,
            vat_cents=60,
            gross_cents=360,
            vat_rate_bp=2000,
        ),
        billing_pb2.Price(
            product=billing_pb2.PRODUCT_LRE_ACKNOWLEDGED,
            net_cents=450,
            vat_cents=90,
            gross_cents=540,
            vat_rate_bp=2000,
        ),
    ]


def entries() -> list[billing_pb2.StatementEntry]:
    return [
        billing_pb2.StatementEntry(
            kind=billing_pb2.ENTRY_KIND_HOLD,
            available_change_cents=-540,
            available_after_cents=12_840,
            cause="Lettre 26-04825",
            product=billing_pb2.PRODUCT_LRE_ACKNOWLEDGED,
            occurred_at=at("2026-11-23T09:12"),
            on_day="2026-11-23",
        ),
        billing_pb2.StatementEntry(
            kind=billing_pb2.ENTRY_KIND_RELEASE,
            available_change_cents=540,
            available_after_cents=13_380,
            cause="Lettre 26-04766",
            product=billing_pb2.PRODUCT_LRE_ACKNOWLEDGED,
            occurred_at=at("2026-11-22T19:00"),
            on_day="2026-11-22",
        ),
        billing_pb2.StatementEntry(
            kind=billing_pb2.ENTRY_KIND_TOP_UP,
            available_change_cents=10_000,
            available_after_cents=12_840,
            cause="RC-2026-000187",
            occurred_at=at("2026-11-20T09:00"),
            on_day="2026-11-20",
        ),
    ]


def top_up(state: int = billing_pb2.TOP_UP_STATE_PAID) -> billing_pb2.TopUp:
    paid = state == billing_pb2.TOP_UP_STATE_PAID
    return billing_pb2.TopUp(
        top_up_id="01900000-0000-7000-8000-0000000000b1",
        amount_cents=10_000,
        state=billing_pb2.TopUpState.ValueType(state),
        created_at=at("2026-11-20T09:00"),
        receipt_number="RC-2026-000187" if paid else "",
        method=billing_pb2.TOP_UP_METHOD_CARD,
    )
