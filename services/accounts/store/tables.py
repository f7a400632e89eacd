"""The tables, as the migrations make them."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

_META = MetaData()
_INSTANT = DateTime(timezone=True)

ACCOUNT = Table(
    "account",
    _META,
    Column("account_id", Uuid, primary_key=True),
    *(
        Column(name, Text)
        for name in (
            "kind", "state", "trade_name", "street", "complement", "postcode", "town",
            "orias_number", "siret", "email_to_confirm", "registration_status",
            "registration_denomination", "registration_siren", "standing_told",
        )
    ),
    Column("registration_checked_at", _INSTANT),
    Column("registration_entries", JSONB),
    Column("registration_blocks_from", Date),
    Column("created_at", _INSTANT),
    Column("activated_at", _INSTANT),
    Column("closed_at", _INSTANT),
    Column("version", BigInteger),
)  # fmt: skip
PROFILE = Table(
    "profile",
    _META,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid),
    *(
        Column(name, Text)
        for name in ("first_name", "last_name", "email", "phone", "mobile", "theme")
    ),
)
STAFF = Table(
    "staff_member",
    _META,
    Column("id", Uuid, primary_key=True),
    *(Column(name, Text) for name in ("first_name", "last_name", "theme")),
)
LOGIN = Table(
    "login",
    _META,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid),
    *(Column(name, Text) for name in ("kind", "email", "email_key", "password_hash")),
    Column("password_version", BigInteger),
)
LINK = Table(
    "link",
    _META,
    Column("token_hash", Text, primary_key=True),
    Column("purpose", Text),
    Column("login_id", Uuid),
    Column("email", Text),
    Column("expires_at", _INSTANT),
)
SESSION = Table(
    "session",
    _META,
    Column("token_hash", Text, primary_key=True),
    Column("login_id", Uuid),
    Column("opened_at", _INSTANT),
    Column("seen_at", _INSTANT),
)
ATTEMPT = Table(
    "attempt",
    _META,
    Column("id", BigInteger, primary_key=True),
    Column("act", Text),
    Column("who", Text),
    Column("at", _INSTANT),
)
PROOF = Table(
    "proof",
    _META,
    Column("id", Uuid, primary_key=True),
    Column("account_id", Uuid),
    *(
        Column(name, Text)
        for name in (
            "kind", "state", "filename", "media_type", "sha256", "reviewed_by",
            "rejection_reason", "note",
        )
    ),
    Column("page_count", Integer),
    Column("valid_until", Date),
    Column("uploaded_at", _INSTANT),
    Column("reviewed_at", _INSTANT),
    Column("replaced_at", _INSTANT),
    Column("erased_at", _INSTANT),
    Column("version", BigInteger),
)  # fmt: skip
AUDIT = Table(
    "audit_entry",
    _META,
    Column("id", BigInteger, primary_key=True),
    Column("account_id", Uuid),
    Column("at", _INSTANT),
    Column("actor_id", Uuid),
    Column("actor", Text),
    Column("action", Text),
    Column("facts", JSONB),
)
