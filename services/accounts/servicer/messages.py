"""Domain values to messages, and enumerations both ways."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from google.protobuf.timestamp_pb2 import Timestamp

from kit.errors import FieldError, InvalidFields
from preavis.accounts.v1 import accounts_pb2 as pb
from services.accounts.domain.access import LoginKind, Principal
from services.accounts.domain.account import Account, AccountKind, AccountState, Theme
from services.accounts.domain.facts import AuditEntry
from services.accounts.domain.proof import Proof, ProofKind, ProofState, RejectionReason
from services.accounts.domain.registration import Registration, RegistrationStatus
from services.accounts.domain.standing import Remark, Standing
from services.accounts.ports import Waiting

_PREFIXES: Final[dict[type[StrEnum], tuple[Any, str]]] = {
    AccountKind: (pb.AccountKind, "ACCOUNT_KIND_"),
    AccountState: (pb.AccountState, "ACCOUNT_STATE_"),
    LoginKind: (pb.PrincipalKind, "PRINCIPAL_KIND_"),
    Theme: (pb.Theme, "THEME_"),
    ProofKind: (pb.ProofKind, "PROOF_KIND_"),
    ProofState: (pb.ProofState, "PROOF_STATE_"),
    RejectionReason: (pb.RejectionReason, "REJECTION_REASON_"),
    RegistrationStatus: (pb.RegistrationStatus, "REGISTRATION_STATUS_"),
}


def number(value: StrEnum) -> Any:
    """Return a value of a domain enumeration as its proto number."""
    enumeration, prefix = _PREFIXES[type(value)]
    return enumeration.Value(prefix + value.name)


def account_kind(value: int) -> AccountKind:
    """Read a kind of account. Raises ``InvalidFields``."""
    return AccountKind[_name(AccountKind, value, "kind")]


def proof_kind(value: int) -> ProofKind:
    """Read a kind of proof. Raises ``InvalidFields``."""
    return ProofKind[_name(ProofKind, value, "kind")]


def rejection_reason(value: int) -> RejectionReason:
    """Read why a proof is rejected. Raises ``InvalidFields``."""
    return RejectionReason[_name(RejectionReason, value, "reason")]


def theme(value: int) -> Theme:
    """Read a theme. Raises ``InvalidFields``."""
    return Theme[_name(Theme, value, "theme")]


def stamp(instant: datetime | None) -> Timestamp | None:
    """Return an instant as a message; nothing stays nothing."""
    if instant is None:
        return None
    message = Timestamp()
    message.FromDatetime(instant)
    return message


def principal(who: Principal) -> pb.Principal:
    """Return the holder of a session."""
    state = number(who.account_state) if who.account_state else pb.ACCOUNT_STATE_UNSPECIFIED
    return pb.Principal(
        account_id=str(who.account_id) if who.account_id else "",
        profile_id=str(who.login_id),
        display_name=who.name,
        roles=who.roles,
        kind=number(who.kind),
        account_state=state,
        theme=number(who.theme),
        email=who.email,
        trade_name=who.trade_name,
    )


def account(found: Account) -> pb.Account:
    """Return an account with its holder."""
    holder = found.holder
    return pb.Account(
        id=str(found.id),
        kind=number(found.kind),
        state=number(found.state),
        trade_name=found.trade_name,
        address=_address(found),
        orias_number=found.orias_number,
        siret=found.siret,
        profile_id=str(holder.profile_id),
        first_name=holder.first_name,
        last_name=holder.last_name,
        email=holder.email,
        phone=holder.phone,
        mobile=holder.mobile,
        email_to_confirm=found.email_to_confirm,
        registration=registration(found.registration),
        created_at=stamp(found.created_at),
        activated_at=stamp(found.activated_at),
        version=found.version,
    )


def registration(found: Registration) -> pb.Registration:
    """Return what the registry last said."""
    return pb.Registration(
        status=number(found.status),
        checked_at=stamp(found.checked_at),
        denomination=found.denomination,
        siren=found.siren,
        entries=[
            pb.RegistrationEntry(
                category=entry.category,
                in_force=entry.in_force,
                registered_on=_day(entry.registered_on),
                deleted_on=_day(entry.deleted_on),
            )
            for entry in found.entries
        ],
        blocks_from=_day(found.blocks_from),
    )


def proof(found: Proof, today: date) -> pb.Proof:
    """Return a proof in its state of the day."""
    reason = found.rejection_reason
    return pb.Proof(
        id=str(found.id),
        kind=number(found.kind),
        state=number(found.state_on(today)),
        filename=found.filename,
        media_type=found.media_type,
        page_count=found.page_count,
        sha256=found.sha256,
        valid_until=_day(found.valid_until),
        uploaded_at=stamp(found.uploaded_at),
        reviewed_at=stamp(found.reviewed_at),
        reviewed_by=found.reviewed_by,
        rejection_reason=number(reason) if reason else pb.REJECTION_REASON_UNSPECIFIED,
        note=found.note,
        version=found.version,
        erased_at=stamp(found.erased_at),
    )


def standing(found: Account, on_day: Standing) -> pb.GetStandingResponse:
    """Return where an account stands, and what its letters print."""
    holder = found.holder
    return pb.GetStandingResponse(
        may_send_as_agency=on_day.may_send,
        blockers=_remarks(on_day.blockers),
        warnings=_remarks(on_day.warnings),
        valid_until=_day(on_day.last_day),
        letterhead=pb.Letterhead(
            trade_name=found.trade_name,
            address=_address(found),
            orias_number=found.orias_number,
            siret=found.siret,
            phone=holder.phone,
            email=holder.email,
            representative_first_name=holder.first_name,
            representative_last_name=holder.last_name,
        ),
        contact=pb.Contact(profile_id=str(holder.profile_id), name=holder.name, email=holder.email),
        kind=number(found.kind),
        account_state=number(found.state),
    )


def review_item(waiting: Waiting) -> pb.ReviewItem:
    """Return an account that waits for a review."""
    found = waiting.account
    return pb.ReviewItem(
        account_id=str(found.id),
        trade_name=found.trade_name,
        kind=number(found.kind),
        orias_number=found.orias_number,
        registration=number(found.registration.status),
        waiting_since=stamp(waiting.since),
        waiting=[number(kind) for kind in waiting.kinds],
    )


def audit_entry(entry: AuditEntry) -> pb.AuditEntry:
    """Return one thing that staff did."""
    return pb.AuditEntry(
        at=stamp(entry.at), actor=entry.actor, action=entry.action, facts=dict(entry.facts)
    )


def _address(found: Account) -> pb.PostalAddress:
    address = found.address
    return pb.PostalAddress(
        street=address.street,
        complement=address.complement,
        postcode=address.postcode,
        town=address.town,
    )


def _remarks(remarks: Iterable[Remark]) -> list[pb.Remark]:
    return [pb.Remark(code=remark.code, facts=dict(remark.facts)) for remark in remarks]


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _name(kind: type[StrEnum], value: int, field: str) -> str:
    enumeration, prefix = _PREFIXES[kind]
    if value == 0 or value not in enumeration.values():
        raise InvalidFields([FieldError(field, "field-required")])
    return str(enumeration.Name(value)).removeprefix(prefix)
