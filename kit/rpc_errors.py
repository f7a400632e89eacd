"""Refusals on the wire: ``TurnedDown`` to google.rpc.Status and back."""

from collections.abc import Mapping
from typing import Any, Final, cast

import grpc
from google.protobuf import any_pb2, message
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from kit.errors import FieldError, InvalidFields, Kind, TurnedDown

DOMAIN: Final = "preavis"
CODES: Final[Mapping[Kind, grpc.StatusCode]] = {
    Kind.INVALID: grpc.StatusCode.INVALID_ARGUMENT,
    Kind.DENIED: grpc.StatusCode.PERMISSION_DENIED,
    Kind.MISSING: grpc.StatusCode.NOT_FOUND,
    Kind.REFUSED: grpc.StatusCode.FAILED_PRECONDITION,
    Kind.STALE: grpc.StatusCode.ABORTED,
    Kind.LATER: grpc.StatusCode.UNAVAILABLE,
}
_KINDS: Final[Mapping[grpc.StatusCode, Kind]] = {
    **{code: kind for kind, code in CODES.items()},
    grpc.StatusCode.UNAUTHENTICATED: Kind.LATER,  # our own keys or clocks differ: no decision
    grpc.StatusCode.DEADLINE_EXCEEDED: Kind.LATER,
    grpc.StatusCode.RESOURCE_EXHAUSTED: Kind.LATER,
    grpc.StatusCode.CANCELLED: Kind.LATER,
}
_DETAILS: Final = "grpc-status-details-bin"
_NO_RETRY: Final = ("grpc-retry-pushback-ms", "-1")
LONGEST_TEXT: Final = 200  # characters
_MOST_BYTES: Final = 4_000  # trailers have 8 KB in all: beyond, the whole refusal would be lost
_OF_FIELD: Final = "/"  # in ErrorInfo, "field/fact" is a fact of one field

Trailers = tuple[tuple[str, str | bytes], ...]


class PeerRefusal(TurnedDown):
    """What another of our services answered, with its own kind, reason and facts."""

    def __init__(
        self, text: str, *, kind: Kind, reason: str, facts: Mapping[str, str] | None = None
    ) -> None:
        self.kind = kind
        self.reason = reason
        super().__init__(text)
        self.facts = dict(facts or {})


def to_trailers(refusal: TurnedDown, code: grpc.StatusCode | None = None) -> Trailers:
    """Return the trailing metadata that carry a refusal, and forbid its blind retry.

    It is carried whole, unless it names more fields or quotes more than anyone reads.
    """
    info = error_details_pb2.ErrorInfo(
        reason=refusal.reason, domain=DOMAIN, metadata=_short(refusal.facts)
    )
    bad = error_details_pb2.BadRequest()
    if isinstance(refusal, InvalidFields):
        for error in refusal.errors:
            if info.ByteSize() + bad.ByteSize() > _MOST_BYTES:
                break
            field = error.field[:LONGEST_TEXT]
            bad.field_violations.add(field=field, reason=error.reason)
            for name, value in _short(error.facts).items():
                info.metadata[f"{field}{_OF_FIELD}{name}"] = value
    status = status_pb2.Status(
        code=(code or CODES[refusal.kind]).value[0],  # readers drop details of another code
        message=str(refusal)[:LONGEST_TEXT],
        details=[_packed(info), *([_packed(bad)] if bad.field_violations else [])],
    )
    return ((_DETAILS, status.SerializeToString()), _NO_RETRY)


def _short(facts: Mapping[str, str]) -> dict[str, str]:
    return {name: value[:LONGEST_TEXT] for name, value in facts.items()}


def from_call(error: grpc.aio.AioRpcError) -> TurnedDown | None:
    """Return the refusal that a failed call carries; ``None`` when it is a bug, here or there."""
    kind = _KINDS.get(error.code())
    if kind is None:
        return None
    info, bad = _details(error)
    text = error.details() or error.code().name
    if info.reason == InvalidFields.reason:
        return InvalidFields([_field_error(v, info) for v in bad.field_violations])
    if info.reason:
        return PeerRefusal(text, kind=kind, reason=info.reason, facts=info.metadata)
    if kind is Kind.LATER:  # the transport speaks, not the peer
        return PeerRefusal(text, kind=kind, reason="peer-unavailable")
    return None


def _details(
    error: grpc.aio.AioRpcError,
) -> tuple[error_details_pb2.ErrorInfo, error_details_pb2.BadRequest]:
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    try:
        status = rpc_status.from_call(cast("Any", error))
    except ValueError:  # the details are of another failure than the one that reached us
        return info, bad
    for detail in status.details if status else ():
        detail.Unpack(info)
        detail.Unpack(bad)
    return info, bad


def _field_error(
    violation: error_details_pb2.BadRequest.FieldViolation, info: error_details_pb2.ErrorInfo
) -> FieldError:
    prefix = f"{violation.field}{_OF_FIELD}"
    facts = {k.removeprefix(prefix): v for k, v in info.metadata.items() if k.startswith(prefix)}
    return FieldError(violation.field, violation.reason, facts)


def _packed(detail: message.Message) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(detail)
    return packed
