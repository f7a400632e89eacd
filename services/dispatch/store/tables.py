"""The tables of dispatch: copies taken at validation are documents, what is asked for columns."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

METADATA: Final = MetaData()
_instant = DateTime(timezone=True)

SENDING: Final = Table(
    "sending",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("letter_id", Uuid, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("send_day", Date, nullable=False),
    Column("validated", JSONB, nullable=False),
    Column("kept", JSONB(none_as_null=True)),
    Column("agency", JSONB, nullable=False),
    Column("held_cents", BigInteger, nullable=False),
    Column("letter", JSONB(none_as_null=True)),
    Column("mandate", JSONB(none_as_null=True)),
    Column("attempt_number", Integer),
    Column("locked", Boolean, nullable=False),
    Column("deposited_at", _instant),
    Column("ended_at", _instant),
    Column("reason", Text, nullable=False),
    Column("reason_facts", JSONB, nullable=False),
)
ATTEMPT: Final = Table(
    "attempt",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("sending_id", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("operator", Text, nullable=False),
    Column("operator_sender", Text, nullable=False),
    Column("token_hash", Text, nullable=False),
    Column("handed_at", _instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("reference", Text, nullable=False),
)
TIMELINE: Final = Table(
    "timeline",
    METADATA,
    Column("id", BigInteger, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("sending_id", Uuid, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("mark", Uuid, nullable=False),
    Column("code", Text, nullable=False),
    Column("at", _instant, nullable=False),
    Column("recorded_at", _instant, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("applied", Boolean, nullable=False),
)
PROOF: Final = Table(
    "proof",
    METADATA,
    Column("id", BigInteger, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("sending_id", Uuid, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("byte_count", BigInteger, nullable=False),
    Column("stamped_at", _instant),
    Column("stored_at", _instant, nullable=False),
    Column("kept_until", Date, nullable=False),
    Column("operator_reference", Text, nullable=False),
)
HINT: Final = Table(
    "hint",
    METADATA,
    Column("id", BigInteger, primary_key=True),
    Column("account_id", Uuid, nullable=False),
    Column("attempt_id", Uuid, nullable=False),
    Column("received_at", _instant, nullable=False),
    Column("reference", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
OPERATOR_SENDER: Final = Table(
    "operator_sender",
    METADATA,
    Column("account_id", Uuid, primary_key=True),
    Column("operator", Text, primary_key=True),
    Column("fingerprint", Text, primary_key=True),
    Column("number", Text, nullable=False),
)
EVIDENCE_SHEET: Final = Table(
    "evidence_sheet",
    METADATA,
    Column("account_id", Uuid, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("sending_id", Uuid, nullable=False),
    Column("previous_sha256", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("evidence", LargeBinary),
)
EVIDENCE_HEAD: Final = Table(
    "evidence_head",
    METADATA,
    Column("account_id", Uuid, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
)
