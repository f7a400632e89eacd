"""Accounts, profiles, logins, links, sessions, proofs, and what staff did."""

from alembic import op

from kit.migrations import create_plumbing, protect, share

revision = "0001_accounts"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_plumbing(op)
    _create_accounts()
    _create_ways_in()
    _create_proofs()


def _create_accounts() -> None:
    op.execute(
        """
        CREATE TABLE account (
            account_id uuid PRIMARY KEY,
            kind text NOT NULL CHECK (kind IN ('intermediary', 'insurer', 'other')),
            state text NOT NULL CHECK (state IN ('pending', 'active', 'closed')),
            trade_name text NOT NULL,
            street text NOT NULL,
            complement text NOT NULL,
            postcode text NOT NULL,
            town text NOT NULL,
            orias_number text NOT NULL CHECK (orias_number ~ '^([0-9]{8})?$'),
            siret text NOT NULL CHECK (siret ~ '^([0-9]{14})?$'),
            email_to_confirm text NOT NULL,
            registration_status text NOT NULL CHECK (registration_status IN
                ('not_needed', 'pending', 'registered', 'unknown', 'lapsed', 'other_siren')),
            registration_checked_at timestamptz,
            registration_denomination text NOT NULL,
            registration_siren text NOT NULL,
            registration_entries jsonb NOT NULL,
            registration_blocks_from date,
            standing_told text NOT NULL,
            created_at timestamptz NOT NULL,
            activated_at timestamptz,
            closed_at timestamptz,
            version bigint NOT NULL,
            CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
            CHECK ((state = 'pending') = (activated_at IS NULL) OR state = 'closed')
        )
        """
    )
    protect(op, "account")
    op.execute(
        """
        CREATE TABLE profile (
            id uuid PRIMARY KEY,
            account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
            first_name text NOT NULL,
            last_name text NOT NULL,
            email text NOT NULL,
            phone text NOT NULL,
            mobile text NOT NULL,
            theme text NOT NULL CHECK (theme IN ('system', 'light', 'dark'))
        )
        """
    )
    # one profile an account, for now: the holder
    op.execute("CREATE UNIQUE INDEX profile_holder ON profile (account_id)")
    protect(op, "profile")


def _create_ways_in() -> None:
    """Create what is read before any account is known: no row here says more than a hash."""
    op.execute(
        """
        CREATE TABLE staff_member (
            id uuid PRIMARY KEY,
            first_name text NOT NULL,
            last_name text NOT NULL,
            theme text NOT NULL CHECK (theme IN ('system', 'light', 'dark'))
        )
        """
    )
    op.execute(
        """
        CREATE TABLE login (
            id uuid PRIMARY KEY,
            kind text NOT NULL CHECK (kind IN ('agent', 'staff')),
            account_id uuid,
            email text NOT NULL,
            email_key text NOT NULL UNIQUE,
            password_hash text NOT NULL,
            password_version bigint NOT NULL,
            CHECK ((kind = 'agent') = (account_id IS NOT NULL))
        )
        """
    )
    op.execute(
        """
        CREATE TABLE link (
            token_hash text PRIMARY KEY,
            purpose text NOT NULL CHECK (purpose IN ('activation', 'email_change', 'password')),
            login_id uuid NOT NULL REFERENCES login ON DELETE CASCADE,
            email text NOT NULL,
            expires_at timestamptz NOT NULL,
            UNIQUE (login_id, purpose)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE session (
            token_hash text PRIMARY KEY,
            login_id uuid NOT NULL REFERENCES login ON DELETE CASCADE,
            opened_at timestamptz NOT NULL,
            seen_at timestamptz NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX session_login ON session (login_id)")
    op.execute(
        """
        CREATE TABLE attempt (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            act text NOT NULL,
            who text NOT NULL,
            at timestamptz NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX attempt_who ON attempt (act, who, at)")
    for table in ("staff_member", "login", "link", "session", "attempt"):
        share(op, table)


def _create_proofs() -> None:
    op.execute(
        """
        CREATE TABLE proof (
            id uuid PRIMARY KEY,
            account_id uuid NOT NULL REFERENCES account,
            kind text NOT NULL
                CHECK (kind IN ('orias_attestation', 'identity_document', 'statutes')),
            state text NOT NULL CHECK (state IN ('in_review', 'accepted', 'rejected', 'replaced')),
            filename text NOT NULL,
            media_type text NOT NULL,
            page_count int NOT NULL,
            sha256 text NOT NULL CHECK (length(sha256) = 64),
            valid_until date,
            uploaded_at timestamptz NOT NULL,
            reviewed_at timestamptz,
            reviewed_by text NOT NULL,
            rejection_reason text,
            note text NOT NULL,
            replaced_at timestamptz,
            erased_at timestamptz,
            version bigint NOT NULL,
            CHECK ((state = 'replaced') = (replaced_at IS NOT NULL)),
            CHECK ((state IN ('accepted', 'rejected')) = (reviewed_at IS NOT NULL)),
            CHECK ((state = 'rejected') = (rejection_reason IS NOT NULL))
        )
        """
    )
    op.execute("CREATE INDEX proof_account ON proof (account_id, uploaded_at)")
    # two hand-ins at the same instant: one waits, the other is turned down
    op.execute(
        "CREATE UNIQUE INDEX proof_one ON proof (account_id, kind) WHERE state = 'in_review'"
    )
    protect(op, "proof")
    op.execute(
        """
        CREATE TABLE audit_entry (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            account_id uuid NOT NULL,
            at timestamptz NOT NULL,
            actor_id uuid,
            actor text NOT NULL,
            action text NOT NULL,
            facts jsonb NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX audit_entry_account ON audit_entry (account_id, id)")
    protect(op, "audit_entry", grants=("SELECT", "INSERT"))
