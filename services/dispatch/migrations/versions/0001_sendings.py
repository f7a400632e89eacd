"""Sendings, attempts, their timeline, their proofs, and the plumbing."""

from alembic import op

from kit.migrations import create_pace, create_plumbing, protect

revision = "0001_sendings"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE sending (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL,
        letter_id uuid NOT NULL,
        generation int NOT NULL CHECK (generation > 0),
        version bigint NOT NULL,
        state text NOT NULL,
        send_day date NOT NULL,
        validated jsonb NOT NULL,
        kept jsonb,
        agency jsonb NOT NULL,
        held_cents bigint NOT NULL CHECK (held_cents >= 0),
        letter jsonb,
        mandate jsonb,
        attempt_number int,
        locked boolean NOT NULL,
        deposited_at timestamptz,
        ended_at timestamptz,
        reason text NOT NULL,
        reason_facts jsonb NOT NULL,
        UNIQUE (account_id, letter_id)
    )
    """,
    """
    CREATE INDEX sending_on_the_way ON sending (account_id)
    WHERE state IN ('in_transit', 'deposited')
    """,
    "CREATE INDEX sending_unknown ON sending (id) WHERE state = 'unknown'",
    """
    CREATE TABLE attempt (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL,
        sending_id uuid NOT NULL REFERENCES sending (id),
        number int NOT NULL CHECK (number > 0),
        generation int NOT NULL,
        operator text NOT NULL,
        operator_sender text NOT NULL,
        token_hash text NOT NULL UNIQUE,
        handed_at timestamptz NOT NULL,
        state text NOT NULL,
        reference text NOT NULL,
        UNIQUE (sending_id, number)
    )
    """,
    "CREATE UNIQUE INDEX attempt_reference ON attempt (operator, reference) WHERE reference <> ''",
    "CREATE INDEX attempt_account ON attempt (account_id, state)",
    """
    CREATE TABLE timeline (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        account_id uuid NOT NULL,
        sending_id uuid NOT NULL REFERENCES sending (id),
        generation int NOT NULL,
        mark uuid NOT NULL UNIQUE,
        code text NOT NULL,
        at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL,
        facts jsonb NOT NULL,
        applied boolean NOT NULL
    )
    """,
    "CREATE INDEX timeline_sending ON timeline (account_id, sending_id, id)",
    """
    CREATE TABLE proof (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        account_id uuid NOT NULL,
        sending_id uuid NOT NULL REFERENCES sending (id),
        attempt int NOT NULL,
        kind text NOT NULL,
        filename text NOT NULL,
        sha256 text NOT NULL CHECK (length(sha256) = 64),
        byte_count bigint NOT NULL,
        stamped_at timestamptz,
        stored_at timestamptz NOT NULL,
        kept_until date NOT NULL,
        operator_reference text NOT NULL,
        UNIQUE (sending_id, attempt, kind)
    )
    """,
    "CREATE INDEX proof_account ON proof (account_id, sending_id)",
    "CREATE INDEX proof_kept_until ON proof (kept_until)",
    """
    CREATE TABLE hint (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        account_id uuid NOT NULL,
        attempt_id uuid NOT NULL REFERENCES attempt (id),
        received_at timestamptz NOT NULL,
        reference text NOT NULL,
        body bytea NOT NULL CHECK (length(body) <= 65536)
    )
    """,
    "CREATE INDEX hint_attempt ON hint (account_id, attempt_id)",
    """
    CREATE TABLE operator_sender (
        account_id uuid NOT NULL,
        operator text NOT NULL,
        fingerprint text NOT NULL,
        number text NOT NULL,
        PRIMARY KEY (account_id, operator, fingerprint)
    )
    """,
    # A chain per account: each row names the one before it, and no two name the same.
    """
    CREATE TABLE evidence_sheet (
        account_id uuid NOT NULL,
        number int NOT NULL CHECK (number > 0),
        sending_id uuid NOT NULL UNIQUE REFERENCES sending (id),
        previous_sha256 text NOT NULL,
        sha256 text NOT NULL CHECK (length(sha256) = 64),
        evidence bytea,
        PRIMARY KEY (account_id, number),
        UNIQUE (account_id, previous_sha256)
    )
    """,
    """
    CREATE TABLE evidence_head (
        account_id uuid PRIMARY KEY,
        number int NOT NULL,
        sha256 text NOT NULL CHECK (length(sha256) = 64)
    )
    """,
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    for table in ("sending", "attempt", "operator_sender", "evidence_head"):
        protect(op, table, grants=("SELECT", "INSERT", "UPDATE"))
    # a link of the chain stays as it is; what it chains is let go of once it is sealed
    protect(op, "evidence_sheet", grants=("SELECT", "INSERT", "UPDATE (evidence)"))
    for table in ("timeline", "proof", "hint"):  # what happened stays written
        protect(op, table, grants=("SELECT", "INSERT"))
    create_plumbing(op)
    create_pace(op)
