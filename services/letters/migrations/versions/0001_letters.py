"""Letters, their frozen versions and numbers; the recipients' directory."""

from alembic import op

from kit.migrations import create_plumbing, protect, share

revision = "0001_letters"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    """
    CREATE TABLE recipient (
        id uuid PRIMARY KEY,
        body_id text NOT NULL UNIQUE,
        name text NOT NULL,
        is_open boolean NOT NULL,
        content jsonb NOT NULL,
        search tsvector NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    "CREATE INDEX recipient_search ON recipient USING gin (search)",
    """
    CREATE TABLE letter (
        id uuid PRIMARY KEY,
        account_id uuid NOT NULL,
        sequence bigint NOT NULL,
        number text COLLATE "C" NOT NULL,
        version bigint NOT NULL,
        recipient_id uuid REFERENCES recipient (id),
        content jsonb NOT NULL,
        frozen jsonb,
        tracking jsonb NOT NULL,
        author_id text NOT NULL,
        author_name text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        state text NOT NULL,
        view text NOT NULL,
        tracking_state text NOT NULL,
        ground text,
        last_covered_day date,
        new_start date,
        sent_on date,
        -- what lists sort and filter on, never null: no day is a far one (not 9999-12-31, which the
        -- driver takes for infinity). Row-level security keeps an expression from its index.
        effect_day date NOT NULL GENERATED ALWAYS AS (coalesce(last_covered_day, DATE '9999-01-01')) STORED,
        sent_day date NOT NULL GENERATED ALWAYS AS (coalesce(sent_on, DATE '9999-01-01')) STORED,
        policyholder_sort text COLLATE "C" NOT NULL,
        recipient_sort text COLLATE "C" NOT NULL,
        UNIQUE (account_id, number)
    )
    """,
    # one index per order an agent may choose; the sequence settles ties and pages
    "CREATE UNIQUE INDEX letter_by_number ON letter (account_id, sequence)",
    "CREATE INDEX letter_by_view ON letter (account_id, view, sequence)",
    "CREATE INDEX letter_by_tracking ON letter (account_id, tracking_state, sequence)",
    "CREATE INDEX letter_by_policyholder ON letter (account_id, policyholder_sort, sequence)",
    "CREATE INDEX letter_by_recipient ON letter (account_id, recipient_sort, sequence)",
    "CREATE INDEX letter_by_effect ON letter (account_id, effect_day, sequence)",
    "CREATE INDEX letter_by_sent ON letter (account_id, sent_day, sequence)",
    "CREATE INDEX letter_by_updated ON letter (account_id, updated_at, sequence)",
    "CREATE INDEX letter_by_author ON letter (account_id, author_id, sequence)",
    # one for each filter besides: what few letters fit is then found without reading the others
    "CREATE INDEX letter_by_state ON letter (account_id, state, sequence)",
    "CREATE INDEX letter_by_ground ON letter (account_id, ground, sequence)",
    "CREATE INDEX letter_by_creation ON letter (account_id, created_at, sequence)",
    # and one for each order within a view: what is not sent yet is few among many, and stands at
    # one end of most orders, where it hides what was sent
    "CREATE INDEX letter_of_view_by_policyholder ON letter (account_id, view, policyholder_sort, sequence)",
    "CREATE INDEX letter_of_view_by_recipient ON letter (account_id, view, recipient_sort, sequence)",
    "CREATE INDEX letter_of_view_by_effect ON letter (account_id, view, effect_day, sequence)",
    "CREATE INDEX letter_of_view_by_sent ON letter (account_id, view, sent_day, sequence)",
    "CREATE INDEX letter_of_view_by_updated ON letter (account_id, view, updated_at, sequence)",
    # the beginnings of words and the kinds of contract, by comparison: an operator of text search or
    # of arrays would not use its index under row-level security, since Postgres does not know it to
    # leak nothing
    """
    CREATE TABLE letter_word (
        account_id uuid NOT NULL,
        word text COLLATE "C" NOT NULL,
        letter_id uuid NOT NULL REFERENCES letter (id) ON DELETE CASCADE,
        PRIMARY KEY (account_id, word, letter_id)
    )
    """,
    "CREATE INDEX letter_word_by_letter ON letter_word (letter_id, word)",
    """
    CREATE TABLE letter_number (
        account_id uuid NOT NULL,
        year int NOT NULL,
        last_number int NOT NULL,
        PRIMARY KEY (account_id, year)
    )
    """,
    # every version ever frozen, kept to explain an old letter
    """
    CREATE TABLE frozen_version (
        account_id uuid NOT NULL,
        letter_id uuid NOT NULL REFERENCES letter (id) ON DELETE CASCADE,
        version bigint NOT NULL,
        sending_id uuid NOT NULL,
        generation int NOT NULL,
        sha256 text NOT NULL,
        content jsonb NOT NULL,
        frozen_at timestamptz NOT NULL,
        PRIMARY KEY (letter_id, version)
    )
    """,
    # who wrote, for the filter of the list: a handful of rows an account
    """
    CREATE TABLE letter_author (
        account_id uuid NOT NULL,
        author_id text NOT NULL,
        author_name text NOT NULL,
        PRIMARY KEY (account_id, author_id)
    )
    """,
)


def upgrade() -> None:
    create_plumbing(op)
    for statement in _TABLES:
        op.execute(statement)
    share(op, "recipient", grants=("SELECT", "INSERT", "UPDATE"))
    for table in ("letter", "letter_number", "letter_author"):
        protect(op, table, grants=("SELECT", "INSERT", "UPDATE"))
    protect(op, "letter_word", grants=("SELECT", "INSERT", "DELETE"))
    protect(op, "frozen_version", grants=("SELECT", "INSERT"))
