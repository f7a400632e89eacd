"""Mandates, scans and the record of decisions."""

from alembic import op

from kit.migrations import create_plumbing, protect

revision = "0001_mandates"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_plumbing(op)
    op.execute(
        """
        CREATE TABLE scan (
            id uuid PRIMARY KEY,
            account_id uuid NOT NULL,
            mandate_id uuid NOT NULL,
            letter_id uuid NOT NULL,
            sha256 text NOT NULL CHECK (length(sha256) = 64),
            filename text NOT NULL,
            format text NOT NULL CHECK (format IN ('pdf', 'png', 'jpeg')),
            page_count bigint NOT NULL,
            byte_count bigint NOT NULL,
            uploaded_at timestamptz NOT NULL,
            retained_until date NOT NULL,
            erased_at timestamptz
        )
        """
    )
    op.execute("CREATE INDEX scan_file ON scan (account_id, sha256) WHERE erased_at IS NULL")
    op.execute(
        """
        CREATE TABLE mandate (
            id uuid PRIMARY KEY,
            account_id uuid NOT NULL,
            letter_id uuid NOT NULL,
            decision text NOT NULL
                CHECK (decision IN ('none', 'scan_to_validate', 'scanned', 'opted_out')),
            bound_hash text NOT NULL,
            bound_version bigint NOT NULL,
            scan_id uuid REFERENCES scan (id),
            decided_at timestamptz,
            decided_by_id uuid,
            decided_by_name text,
            warning_version text NOT NULL,
            locked_by bigint,
            released_up_to bigint NOT NULL,
            version bigint NOT NULL,
            UNIQUE (account_id, letter_id),
            CHECK ((decision IN ('scan_to_validate', 'scanned')) = (scan_id IS NOT NULL)),
            CHECK ((decision IN ('scanned', 'opted_out')) = (decided_at IS NOT NULL)),
            CHECK ((decision = 'opted_out') = (warning_version <> ''))
        )
        """
    )
    op.execute(
        """
        CREATE TABLE decision (
            id uuid PRIMARY KEY,
            account_id uuid NOT NULL,
            mandate_id uuid NOT NULL,
            letter_id uuid NOT NULL,
            mandate_version bigint NOT NULL,
            decision text NOT NULL CHECK (decision IN ('scanned', 'opted_out')),
            bound_hash text NOT NULL,
            scan_sha256 text NOT NULL,
            warning_version text NOT NULL,
            warning_sha256 text NOT NULL,
            actor_id uuid,
            actor_name text NOT NULL,
            decided_at timestamptz NOT NULL,
            UNIQUE (mandate_id, mandate_version)
        )
        """
    )
    protect(op, "scan", grants=("SELECT", "INSERT", "UPDATE"))
    protect(op, "mandate", grants=("SELECT", "INSERT", "UPDATE"))
    protect(op, "decision", grants=("SELECT", "INSERT"))  # append-only: what was accepted stays


def downgrade() -> None:
    op.execute("DROP TABLE decision, mandate, scan")
    op.execute("DROP TABLE outbox, inbox, dead_letter, scheduled_item, outgoing_mail")
