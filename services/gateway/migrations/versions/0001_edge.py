"""What the edge itself creates: answers kept for repeats, and token buckets."""

from alembic import op

from kit.migrations import open_to_worker, protect, share

revision = "0001_edge"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    # account_id: the account, a staff member, or the nil UUID for visitors
    op.execute(
        """
        CREATE TABLE kept_answer (
            account_id uuid NOT NULL,
            key text NOT NULL,
            operation text NOT NULL,
            fingerprint text NOT NULL,
            status int,
            headers jsonb,
            body bytea,
            begun_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            PRIMARY KEY (account_id, key)
        )
        """
    )
    op.execute("CREATE INDEX kept_answer_age ON kept_answer (begun_at)")
    op.execute(
        """
        CREATE TABLE bucket (
            key text PRIMARY KEY,
            tokens double precision NOT NULL,
            filled_at timestamptz NOT NULL DEFAULT clock_timestamp()
        )
        """
    )
    op.execute("CREATE INDEX bucket_age ON bucket (filled_at)")
    protect(op, "kept_answer")
    open_to_worker(op, "kept_answer")  # to erase it a day later, whoever's it is
    share(op, "bucket")


def downgrade() -> None:
    op.execute("DROP TABLE kept_answer, bucket")
