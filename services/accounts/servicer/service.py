"""The service as others call it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from typing_extensions import override

from kit.clock import Clock
from kit.days import paris_date
from kit.errors import FieldError, InvalidFields
from kit.grpc import CallerKind, caller, caller_account
from kit.ids import parse_id
from kit.rpc_requests import read_day
from preavis.accounts.v1 import accounts_pb2 as pb
from preavis.accounts.v1.accounts_pb2_grpc import AccountsServiceServicer
from services.accounts import usecases
from services.accounts.ports import Files, Hasher, Registry, Store, Uploads
from services.accounts.servicer import messages
from services.accounts.usecases.proving import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountsServicer(AccountsServiceServicer):
    """Parse, call, answer; no rule."""

    store: Store
    hasher: Hasher
    registry: Registry
    uploads: Uploads
    files: Files
    clock: Clock

    @override
    async def SignUp(self, request: pb.SignUpRequest, context: object) -> pb.SignUpResponse:
        email = await usecases.sign_up(
            messages.account_kind(request.kind),
            _typed(request),
            password=request.password,
            key=_key(request.idempotency_key),
            place=request.client_address,
            store=self.store,
            hasher=self.hasher,
            clock=self.clock,
        )
        return pb.SignUpResponse(email=email)

    @override
    async def ResendActivation(
        self, request: pb.ResendActivationRequest, context: object
    ) -> pb.ResendActivationResponse:
        await usecases.resend_activation(
            request.email, place=request.client_address, store=self.store, clock=self.clock
        )
        return pb.ResendActivationResponse()

    @override
    async def Activate(self, request: pb.ActivateRequest, context: object) -> pb.ActivateResponse:
        email, changed = await usecases.activate(request.token, store=self.store, clock=self.clock)
        return pb.ActivateResponse(email=email, email_changed=changed)

    @override
    async def RequestPasswordReset(
        self, request: pb.RequestPasswordResetRequest, context: object
    ) -> pb.RequestPasswordResetResponse:
        await usecases.request_password_reset(
            request.email, place=request.client_address, store=self.store, clock=self.clock
        )
        return pb.RequestPasswordResetResponse()

    @override
    async def ResetPassword(
        self, request: pb.ResetPasswordRequest, context: object
    ) -> pb.ResetPasswordResponse:
        await usecases.reset_password(
            request.token,
            request.password,
            store=self.store,
            hasher=self.hasher,
            clock=self.clock,
        )
        return pb.ResetPasswordResponse()

    @override
    async def ChangePassword(
        self, request: pb.ChangePasswordRequest, context: object
    ) -> pb.ChangePasswordResponse:
        await usecases.change_password(
            _myself(),
            current=request.current_password,
            new=request.new_password,
            place=request.client_address,
            store=self.store,
            hasher=self.hasher,
            clock=self.clock,
        )
        return pb.ChangePasswordResponse()

    @override
    async def LogIn(self, request: pb.LogInRequest, context: object) -> pb.LogInResponse:
        token, session, who = await usecases.log_in(
            request.email,
            request.password,
            place=request.client_address,
            store=self.store,
            hasher=self.hasher,
        )
        return pb.LogInResponse(
            session_token=token,
            principal=messages.principal(who),
            expires_at=messages.stamp(session.expires_at),
        )

    @override
    async def LogOut(self, request: pb.LogOutRequest, context: object) -> pb.LogOutResponse:
        await usecases.log_out(request.session_token, store=self.store)
        return pb.LogOutResponse()

    @override
    async def EndSessions(
        self, request: pb.EndSessionsRequest, context: object
    ) -> pb.EndSessionsResponse:
        if caller().kind is CallerKind.STAFF and request.account_id:
            await usecases.end_sessions_of(
                parse_id(request.account_id), by=_actor(), store=self.store, clock=self.clock
            )
        else:
            await usecases.end_sessions(_myself(), store=self.store)
        return pb.EndSessionsResponse()

    @override
    async def Authenticate(
        self, request: pb.AuthenticateRequest, context: object
    ) -> pb.AuthenticateResponse:
        session, who = await usecases.authenticate(request.session_token, store=self.store)
        return pb.AuthenticateResponse(
            principal=messages.principal(who), idle_at=messages.stamp(session.idle_at)
        )

    @override
    async def GetAccount(
        self, request: pb.GetAccountRequest, context: object
    ) -> pb.GetAccountResponse:
        found = await usecases.read_account(_account(request.account_id), store=self.store)
        return pb.GetAccountResponse(account=messages.account(found))

    @override
    async def UpdateContact(
        self, request: pb.UpdateContactRequest, context: object
    ) -> pb.UpdateContactResponse:
        changed = await usecases.update_contact(
            caller_account(),
            wanted={"email": request.email, "phone": request.phone, "mobile": request.mobile},
            current_password=request.current_password,
            version=request.version,
            store=self.store,
            hasher=self.hasher,
            clock=self.clock,
        )
        return pb.UpdateContactResponse(account=messages.account(changed))

    @override
    async def SetTheme(self, request: pb.SetThemeRequest, context: object) -> pb.SetThemeResponse:
        await usecases.set_theme(
            _myself(), caller().account_id, messages.theme(request.theme), store=self.store
        )
        return pb.SetThemeResponse()

    @override
    async def UploadProof(
        self, request: pb.UploadProofRequest, context: object
    ) -> pb.UploadProofResponse:
        proof = await usecases.upload_proof(
            caller_account(),
            messages.proof_kind(request.kind),
            filename=request.filename,
            data=request.data,
            valid_until=request.valid_until,
            key=_key(request.idempotency_key),
            store=self.store,
            uploads=self.uploads,
            files=self.files,
            clock=self.clock,
        )
        return pb.UploadProofResponse(proof=messages.proof(proof, self._today()))

    @override
    async def ListProofs(
        self, request: pb.ListProofsRequest, context: object
    ) -> pb.ListProofsResponse:
        proofs = await usecases.list_proofs(_account(request.account_id), store=self.store)
        today = self._today()
        return pb.ListProofsResponse(proofs=[messages.proof(one, today) for one in proofs])

    @override
    async def GetProofFile(
        self, request: pb.GetProofFileRequest, context: object
    ) -> pb.GetProofFileResponse:
        proof, data = await usecases.read_proof_file(
            _account(request.account_id),
            parse_id(request.proof_id),
            staff=_actor() if caller().kind is CallerKind.STAFF else None,
            store=self.store,
            files=self.files,
            clock=self.clock,
        )
        return pb.GetProofFileResponse(data=data, proof=messages.proof(proof, self._today()))

    @override
    async def CheckRegistration(
        self, request: pb.CheckRegistrationRequest, context: object
    ) -> pb.CheckRegistrationResponse:
        found = await usecases.check_registration(
            _account(request.account_id),
            asked_by=_actor(),
            store=self.store,
            registry=self.registry,
            clock=self.clock,
        )
        return pb.CheckRegistrationResponse(registration=messages.registration(found))

    @override
    async def GetStanding(
        self, request: pb.GetStandingRequest, context: object
    ) -> pb.GetStandingResponse:
        day = read_day(request.on_day, "on_day") or self._today()
        found, on_day = await usecases.read_standing(caller_account(), day, store=self.store)
        return messages.standing(found, on_day)

    @override
    async def ListReviewQueue(
        self, request: pb.ListReviewQueueRequest, context: object
    ) -> pb.ListReviewQueueResponse:
        page = await usecases.review_queue(request.cursor, store=self.store)
        return pb.ListReviewQueueResponse(
            items=[messages.review_item(item) for item in page.items],
            next_cursor=page.next_cursor,
            total=page.total,
        )

    @override
    async def GetReview(
        self, request: pb.GetReviewRequest, context: object
    ) -> pb.GetReviewResponse:
        found = await usecases.read_review(parse_id(request.account_id), store=self.store)
        today = self._today()
        return pb.GetReviewResponse(
            account=messages.account(found.account),
            proofs=[messages.proof(one, today) for one in found.proofs],
            history=[messages.audit_entry(entry) for entry in found.history],
            next_account_id=str(found.next_account_id) if found.next_account_id else "",
        )

    @override
    async def AcceptProof(
        self, request: pb.AcceptProofRequest, context: object
    ) -> pb.AcceptProofResponse:
        proof = await usecases.accept_proof(
            parse_id(request.account_id),
            parse_id(request.proof_id),
            valid_until=request.valid_until,
            note=request.note,
            version=request.version,
            by=_actor(),
            store=self.store,
            clock=self.clock,
        )
        return pb.AcceptProofResponse(proof=messages.proof(proof, self._today()))

    @override
    async def RejectProof(
        self, request: pb.RejectProofRequest, context: object
    ) -> pb.RejectProofResponse:
        proof = await usecases.reject_proof(
            parse_id(request.account_id),
            parse_id(request.proof_id),
            reason=messages.rejection_reason(request.reason),
            note=request.note,
            version=request.version,
            by=_actor(),
            store=self.store,
            clock=self.clock,
        )
        return pb.RejectProofResponse(proof=messages.proof(proof, self._today()))

    @override
    async def SearchAccounts(
        self, request: pb.SearchAccountsRequest, context: object
    ) -> pb.SearchAccountsResponse:
        found, cursor = await usecases.search_accounts(
            request.query, cursor=request.cursor, store=self.store
        )
        return pb.SearchAccountsResponse(
            accounts=[messages.account(one) for one in found], next_cursor=cursor
        )

    @override
    async def LiftThrottles(
        self, request: pb.LiftThrottlesRequest, context: object
    ) -> pb.LiftThrottlesResponse:
        lifted = await usecases.lift_throttles(
            parse_id(request.account_id),
            note=request.note,
            by=_actor(),
            store=self.store,
            clock=self.clock,
        )
        return pb.LiftThrottlesResponse(had_to_wait=lifted)

    def _today(self) -> date:
        return paris_date(self.clock())


def _account(named: str) -> UUID:
    """Return the account meant: the one staff name, everybody else's own whatever is named."""
    if caller().kind is CallerKind.STAFF and named:
        return parse_id(named)
    return caller_account()


def _myself() -> UUID:
    actor_id = caller().actor_id
    return actor_id or caller_account()


def _actor() -> Actor:
    who = caller()
    return Actor(id=who.actor_id, name=who.actor_name)


def _key(text: str) -> str:
    if not text:
        raise InvalidFields([FieldError("idempotency_key", "field-required")])
    return text


def _typed(request: pb.SignUpRequest) -> dict[str, str]:
    address = request.address
    return {
        "email": request.email,
        "first_name": request.first_name,
        "last_name": request.last_name,
        "trade_name": request.trade_name,
        "address.street": address.street,
        "address.complement": address.complement,
        "address.postcode": address.postcode,
        "address.town": address.town,
        "phone": request.phone,
        "mobile": request.mobile,
        "orias_number": request.orias_number,
        "siret": request.siret,
    }
