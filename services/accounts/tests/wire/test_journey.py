"""From a stranger to an agency that may send, over real gRPC and Postgres."""

import io
from datetime import timedelta
from uuid import UUID, uuid4

import pikepdf
import pytest

from kit.errors import InvalidFields, Kind, TurnedDown
from kit.grpc import Caller, acting_for
from preavis.accounts.v1 import accounts_pb2 as pb
from services.accounts.due import due_worker
from services.accounts.tests.builders import GOOD_PASSWORD, TYPED
from services.accounts.tests.wire.conftest import Wire, a_staff_member, an_agent, speaking

pytestmark = pytest.mark.servers


def sign_up(email: str, **changes: str) -> pb.SignUpRequest:
    values = {**TYPED, **changes}
    return pb.SignUpRequest(
        kind=pb.ACCOUNT_KIND_INTERMEDIARY,
        email=email,
        password=values.get("password", GOOD_PASSWORD),
        first_name=values["first_name"],
        last_name=values["last_name"],
        trade_name=values["trade_name"],
        address=pb.PostalAddress(
            street=values["address.street"],
            postcode=values["address.postcode"],
            town=values["address.town"],
        ),
        phone=values["phone"],
        orias_number=values["orias_number"],
        client_address="192.0.2.1",
        idempotency_key=email,
    )


async def an_account(wire: Wire, email: str) -> tuple[str, pb.Principal]:
    await wire.gateway.SignUp(sign_up(email))
    token = await wire.mailed_token(email)
    await wire.gateway.Activate(pb.ActivateRequest(token=token))
    entered = await wire.gateway.LogIn(pb.LogInRequest(email=email, password=GOOD_PASSWORD))
    return entered.session_token, entered.principal


def a_pdf(pages: int = 1) -> bytes:
    document, out = pikepdf.Pdf.new(), io.BytesIO()
    for _ in range(pages):
        document.add_blank_page()
    document.save(out)
    return out.getvalue()


async def hand_in(wire: Wire, agent: Caller, kind: pb.ProofKind.ValueType, day: str) -> pb.Proof:
    with speaking(agent):
        answer = await wire.gateway.UploadProof(
            pb.UploadProofRequest(
                kind=kind,
                filename="document.pdf",
                data=a_pdf(),
                valid_until=day,
                idempotency_key=f"{kind}",
            )
        )
    return answer.proof


async def test_a_stranger_becomes_an_agency_that_may_send(wire: Wire) -> None:
    session, principal = await an_account(wire, "parcours@beraud.example")
    account_id = principal.account_id
    agent, staff = an_agent(UUID(account_id)), a_staff_member()

    found = await wire.gateway.Authenticate(pb.AuthenticateRequest(session_token=session))
    assert found.principal == principal
    store = wire.store
    due = due_worker(
        wire.db, wire.clock, store=store, book_of=store.book, registry=wire.registry,
        files=wire.files,
    )  # fmt: skip
    while await due.do_leased():  # the registry check that activation planned
        pass
    proofs = [
        await hand_in(wire, agent, pb.PROOF_KIND_ORIAS_ATTESTATION, "2027-02-28"),
        await hand_in(wire, agent, pb.PROOF_KIND_IDENTITY_DOCUMENT, ""),
    ]
    with speaking(staff):
        queue = await wire.gateway.ListReviewQueue(pb.ListReviewQueueRequest())
        assert account_id in {item.account_id for item in queue.items}
        file = await wire.gateway.GetProofFile(
            pb.GetProofFileRequest(account_id=account_id, proof_id=proofs[0].id)
        )
        assert file.data.startswith(b"%PDF-")
        for proof in proofs:
            await wire.gateway.AcceptProof(
                pb.AcceptProofRequest(account_id=account_id, proof_id=proof.id, version=0)
            )
        review = await wire.gateway.GetReview(pb.GetReviewRequest(account_id=account_id))
    with acting_for(UUID(account_id)):
        standing = await wire.stubs["dispatch"].GetStanding(
            pb.GetStandingRequest(on_day="2026-11-29")
        )

    assert review.account.registration.status == pb.REGISTRATION_STATUS_REGISTERED
    assert [entry.action for entry in review.history] == [
        "proof-accepted",
        "proof-accepted",
        "proof-viewed",
    ]
    assert standing.may_send_as_agency, standing
    assert standing.valid_until == "2027-02-28"
    assert standing.letterhead.trade_name == TYPED["trade_name"]
    assert standing.contact.email == "parcours@beraud.example"


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "29/11/2026"])
async def test_the_standing_of_no_day_of_ours_is_refused(wire: Wire, day: str) -> None:
    with acting_for(uuid4()), pytest.raises(InvalidFields) as refused:
        await wire.stubs["dispatch"].GetStanding(pb.GetStandingRequest(on_day=day))

    assert [error.field for error in refused.value.errors] == ["on_day"]


async def test_wrong_fields_cross_the_wire_with_their_facts(wire: Wire) -> None:
    with pytest.raises(InvalidFields) as refused:
        await wire.gateway.SignUp(sign_up("faux@beraud.example", orias_number="1234", phone="0"))

    found = {error.field: (error.reason, dict(error.facts)) for error in refused.value.errors}
    assert found == {
        "orias_number": ("orias-invalid", {"digits": "4", "expected": "8"}),
        "phone": ("phone-invalid", {}),
    }


async def test_a_forgotten_password_ends_the_sessions(wire: Wire) -> None:
    email, new = "oubli@beraud.example", "Fauteuil-brun-41?"
    session, _ = await an_account(wire, email)

    await wire.gateway.RequestPasswordReset(pb.RequestPasswordResetRequest(email=email))
    token = await wire.mailed_token(email)
    await wire.gateway.ResetPassword(pb.ResetPasswordRequest(token=token, password=new))

    with pytest.raises(TurnedDown) as over:
        await wire.gateway.Authenticate(pb.AuthenticateRequest(session_token=session))
    assert (over.value.kind, over.value.reason) == (Kind.DENIED, "session-over")
    with pytest.raises(TurnedDown) as unknown:
        await wire.gateway.LogIn(pb.LogInRequest(email=email, password=GOOD_PASSWORD))
    assert unknown.value.reason == "credentials-unknown"
    entered = await wire.gateway.LogIn(pb.LogInRequest(email=email, password=new))
    assert entered.session_token


async def test_an_expired_link_says_so(wire: Wire) -> None:
    email = "tard@beraud.example"
    await wire.gateway.SignUp(sign_up(email))
    token = await wire.mailed_token(email)
    wire.clock.advance(timedelta(hours=49))

    with pytest.raises(TurnedDown) as refused:
        await wire.gateway.Activate(pb.ActivateRequest(token=token))
    wire.clock.advance(timedelta(hours=-49))

    assert (refused.value.kind, refused.value.reason) == (Kind.REFUSED, "link-expired")


async def test_an_upload_that_is_no_document_says_so(wire: Wire) -> None:
    _, principal = await an_account(wire, "fichier@beraud.example")

    with speaking(an_agent(UUID(principal.account_id))), pytest.raises(TurnedDown) as refused:
        await wire.gateway.UploadProof(
            pb.UploadProofRequest(
                kind=pb.PROOF_KIND_IDENTITY_DOCUMENT,
                filename="photo.pdf",
                data=b"GIF89a",
                idempotency_key="k",
            )
        )

    assert (refused.value.kind, refused.value.reason) == (Kind.INVALID, "upload-not-a-document")


async def test_one_account_reads_nothing_of_another(wire: Wire) -> None:
    _, mine = await an_account(wire, "moi@beraud.example")
    _, theirs = await an_account(wire, "autre@beraud.example")
    proof = await hand_in(
        wire, an_agent(UUID(theirs.account_id)), pb.PROOF_KIND_IDENTITY_DOCUMENT, ""
    )

    with speaking(an_agent(UUID(mine.account_id))):
        account = await wire.gateway.GetAccount(pb.GetAccountRequest(account_id=theirs.account_id))
        with pytest.raises(TurnedDown) as refused:
            await wire.gateway.GetProofFile(
                pb.GetProofFileRequest(account_id=theirs.account_id, proof_id=proof.id)
            )

    assert account.account.id == mine.account_id  # what an agent names is not looked at
    assert refused.value.kind is Kind.MISSING
