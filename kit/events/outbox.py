"""A fact on its way: first a row beside the state it tells of, then CloudEvents headers."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from google.protobuf.message import DecodeError, Message
from opentelemetry import propagate
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import system_clock
from kit.db import run, wake_after_commit
from kit.ids import new_id

_INSERT: Final = text(
    """
    INSERT INTO outbox
        (event_id, account_id, aggregate_id, aggregate_version, subject, headers, payload)
    VALUES (:event_id, :account_id, :aggregate_id, :aggregate_version, :subject,
        CAST(:headers AS jsonb), :payload)
    """
)
_SAFE_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]+\Z")
_VERSIONS: Final = 2**63  # what a bigint holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One fact, received; the same ``event_id`` may come twice, its effect is kept once."""

    event_id: UUID
    account_id: UUID | None
    aggregate_id: str
    aggregate_version: int  # ignore it when it is not above the version you already know
    occurred_at: datetime  # when its transaction ran, technical time
    message: Message


class Undecodable(Exception):
    """The bytes are not the fact that their headers announce."""


async def announce(
    session: AsyncSession,
    message: Message,
    *,
    aggregate_id: UUID | str,
    aggregate_version: int,
    account_id: UUID | None,
) -> UUID:
    """Store a fact in the transaction that makes it true; return its event id.

    Lock or update the aggregate's row first, so that the facts of one aggregate are numbered in
    the order of their commits. The message is stored as it is, with the current trace context.
    """
    event_id = new_id()
    name = str(aggregate_id)
    headers = {
        "ce-specversion": "1.0",
        "ce-id": str(event_id),
        "ce-source": f"/{message.DESCRIPTOR.file.package.replace('.', '/')}",
        "ce-type": message.DESCRIPTOR.full_name,
        "ce-subject": name,
        "ce-time": system_clock().isoformat(),
        "ce-datacontenttype": "application/protobuf",
        "ce-aggregateversion": str(aggregate_version),
    }
    if account_id is not None:
        headers["ce-accountid"] = str(account_id)
    propagate.inject(headers)
    await run(
        session,
        _INSERT,
        {
            "event_id": event_id,
            "account_id": account_id,
            "aggregate_id": name,
            "aggregate_version": aggregate_version,
            "subject": subject_of(type(message), name),
            "headers": json.dumps(headers),
            "payload": message.SerializeToString(deterministic=True),
        },
    )
    wake_after_commit(session, "outbox")
    return event_id


def service_of(kind: type[Message]) -> str:
    """Return the service that announces this kind of fact: ``billing`` in ``….billing.v1``."""
    return str(kind.DESCRIPTOR.file.package).split(".")[-2]


def subject_of(kind: type[Message], aggregate_id: str = "*") -> str:
    """Return ``evt.<service>.<version>.<event>.<aggregate_id>``; ``*`` filters any aggregate."""
    if aggregate_id != "*" and not _SAFE_TOKEN.match(aggregate_id):
        raise ValueError(f"an aggregate id is one subject token, not {aggregate_id!r}")
    service, version = str(kind.DESCRIPTOR.file.package).split(".")[-2:]
    event = re.sub(r"(?<!^)(?=[A-Z])", "_", kind.DESCRIPTOR.name).lower()
    return f"evt.{service}.{version}.{event}.{aggregate_id}"


def read_incoming(
    headers: Mapping[str, str], payload: bytes, kinds: Mapping[str, type[Message]]
) -> Incoming:
    """Decode a fact of one of these kinds (by full protobuf name). Raises ``Undecodable``."""
    try:
        kind = kinds[headers["ce-type"]]
        account = headers.get("ce-accountid")
        return Incoming(
            event_id=UUID(headers["ce-id"]),
            account_id=UUID(account) if account else None,
            aggregate_id=_token(headers["ce-subject"]),
            aggregate_version=_version(headers["ce-aggregateversion"]),
            occurred_at=_instant(headers["ce-time"]),
            message=kind.FromString(payload),
        )
    except (KeyError, ValueError, OverflowError, DecodeError) as error:
        raise Undecodable(f"{type(error).__name__}: {error}") from error


def _token(text: str) -> str:
    if not _SAFE_TOKEN.match(text):
        raise ValueError("no aggregate's id")
    return text


def _version(text: str) -> int:
    version = int(text)
    if not 0 <= version < _VERSIONS:
        raise ValueError("no version")
    return version


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant without a time zone")
    return instant.astimezone(UTC)
