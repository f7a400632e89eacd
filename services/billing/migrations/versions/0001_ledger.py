"""Wallets, the append-only ledger, holds, purchases of credit, papers, what staff did."""

from alembic import op

from kit.migrations import create_pace, create_plumbing, protect, share

revision = "0001_ledger"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_plumbing(op)
    create_pace(op)
    for statement in TABLES:
        op.execute(statement)
    for index in INDEXES:
        op.execute(index)
    for function in (APPEND_ONLY, BALANCED, POST_ENTRY, PLACE_HOLD):
        op.execute(function)
    for trigger in TRIGGERS:
        op.execute(trigger)
    protect(op, "wallet", grants=("SELECT", "INSERT", "UPDATE"))
    protect(op, "entry", grants=("SELECT", "INSERT"))
    protect(op, "posting", grants=("SELECT", "INSERT"))
    protect(op, "hold", grants=("SELECT", "INSERT", "UPDATE"))
    protect(op, "top_up", grants=("SELECT", "INSERT", "UPDATE"))
    protect(op, "card_return", grants=("SELECT", "INSERT", "UPDATE"))
    protect(op, "staff_act", grants=("SELECT", "INSERT"))
    share(op, "card_news")
    protect(op, "credit_note", grants=("SELECT", "INSERT", "UPDATE"))
    share(op, "paper_series", grants=("SELECT", "INSERT", "UPDATE"))


WALLET = """
CREATE TABLE wallet (
    account_id uuid PRIMARY KEY,
    available_cents bigint NOT NULL DEFAULT 0 CHECK (available_cents >= 0),
    held_cents bigint NOT NULL DEFAULT 0 CHECK (held_cents >= 0),
    version bigint NOT NULL DEFAULT 0,
    frozen_for text NOT NULL DEFAULT '' CHECK (frozen_for IN ('', 'dispute', 'debt')),
    freezes bigint NOT NULL DEFAULT 0,
    low_since bigint
) WITH (fillfactor = 70)
"""
ENTRY = """
CREATE TABLE entry (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES wallet,
    kind text NOT NULL
        CHECK (kind IN
            ('top_up', 'hold', 'capture', 'release', 'refund', 'dispute', 'reversal')),
    key text NOT NULL UNIQUE,
    cause text NOT NULL,
    product text NOT NULL,
    on_day date NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    available_change bigint NOT NULL,
    held_change bigint NOT NULL,
    available_after bigint NOT NULL CHECK (available_after >= 0),
    held_after bigint NOT NULL CHECK (held_after >= 0),
    wallet_version bigint NOT NULL,
    UNIQUE (account_id, wallet_version)
)
"""
POSTING = """
CREATE TABLE posting (
    entry_id uuid NOT NULL REFERENCES entry,
    account_id uuid NOT NULL,
    bucket text NOT NULL CHECK (bucket IN
        ('available', 'held', 'cards', 'bank', 'revenue', 'vat', 'disputed', 'owed')),
    amount_cents bigint NOT NULL CHECK (amount_cents <> 0),
    PRIMARY KEY (entry_id, bucket)
)
"""
HOLD = """
CREATE TABLE hold (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    key text NOT NULL UNIQUE,
    state text NOT NULL CHECK (state IN ('held', 'captured', 'released', 'reversed')),
    product text,
    net_cents bigint CHECK (net_cents >= 0),
    vat_cents bigint CHECK (vat_cents >= 0),
    vat_rate_bp int,
    price_from date,
    cause text NOT NULL,
    held_at timestamptz NOT NULL,
    settled_at timestamptz,
    captured_on date,
    version bigint NOT NULL,
    CHECK (net_cents * vat_rate_bp % 10000 = 0),
    CHECK (product IS NOT NULL OR state = 'released'),
    CHECK ((captured_on IS NOT NULL) = (state IN ('captured', 'reversed'))),
    CHECK ((settled_at IS NULL) = (state = 'held'))
)
"""
TOP_UP = """
CREATE TABLE top_up (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    amount_cents bigint NOT NULL CHECK (amount_cents > 0),
    method text NOT NULL CHECK (method IN ('card', 'transfer')),
    state text NOT NULL CHECK (state IN ('pending', 'processing', 'paid', 'failed')),
    buyer_name text NOT NULL,
    buyer_lines text[] NOT NULL,
    buyer_email text NOT NULL,
    return_url text NOT NULL,
    cancel_url text NOT NULL,
    created_at timestamptz NOT NULL,
    session_id text NOT NULL,
    checkout_url text NOT NULL,
    payment_id text NOT NULL,
    received_on date,
    paid_at timestamptz,
    receipt_number text NOT NULL,
    receipt_sha256 text NOT NULL,
    refunded_cents bigint NOT NULL CHECK (refunded_cents BETWEEN 0 AND amount_cents),
    is_disputed boolean NOT NULL,
    alert text NOT NULL,
    version bigint NOT NULL,
    CHECK ((paid_at IS NOT NULL) = (state = 'paid')),
    CHECK ((receipt_number <> '') = (state = 'paid')),
    CHECK ((received_on IS NOT NULL) = (method = 'transfer'))
)
"""
CARD_RETURN = """
CREATE TABLE card_return (
    id text PRIMARY KEY,
    account_id uuid NOT NULL,
    top_up_id uuid NOT NULL REFERENCES top_up,
    kind text NOT NULL CHECK (kind IN ('refund', 'dispute')),
    state text NOT NULL CHECK (state IN ('open', 'taken', 'undone')),
    amount_cents bigint NOT NULL CHECK (amount_cents > 0),
    taken_cents bigint NOT NULL CHECK (taken_cents BETWEEN 0 AND amount_cents)
)
"""
CARD_NEWS = """
CREATE TABLE card_news (
    event_id text PRIMARY KEY,
    kind text NOT NULL,
    body bytea NOT NULL,
    received_at timestamptz NOT NULL,
    handled_at timestamptz,
    outcome text NOT NULL DEFAULT ''
)
"""
STAFF_ACT = """
CREATE TABLE staff_act (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id uuid NOT NULL,
    at timestamptz NOT NULL,
    actor_id uuid,
    actor text NOT NULL,
    action text NOT NULL CHECK (action IN ('wallet-unfrozen', 'transfer-recorded')),
    note text NOT NULL,
    facts jsonb NOT NULL
)
"""
SERIES = """
CREATE TABLE paper_series (
    series text NOT NULL CHECK (series IN ('RC', 'AV')),
    year int NOT NULL,
    last_rank int NOT NULL,
    PRIMARY KEY (series, year)
)
"""
CREDIT_NOTE = """
CREATE TABLE credit_note (
    hold_id uuid PRIMARY KEY REFERENCES hold,
    account_id uuid NOT NULL,
    key text NOT NULL UNIQUE,
    cause text NOT NULL,
    on_day date NOT NULL,
    buyer_name text NOT NULL,
    buyer_lines text[] NOT NULL,
    asked_at timestamptz NOT NULL,
    number text NOT NULL,
    issued_at timestamptz,
    corrects uuid REFERENCES entry,
    sha256 text NOT NULL,
    version bigint NOT NULL,
    CHECK ((issued_at IS NOT NULL) = (number <> '')),
    CHECK ((corrects IS NOT NULL) = (number <> '')),
    CHECK (sha256 = '' OR number <> '')
)
"""
TABLES = (
    WALLET, ENTRY, POSTING, HOLD, TOP_UP, CARD_RETURN, CARD_NEWS, STAFF_ACT, SERIES, CREDIT_NOTE,
)  # fmt: skip
INDEXES = (
    "CREATE INDEX wallet_frozen ON wallet (account_id) WHERE frozen_for <> ''",
    "CREATE INDEX posting_owed ON posting (account_id) WHERE bucket = 'owed'",
    "CREATE INDEX staff_act_account ON staff_act (account_id, id)",
    "CREATE INDEX hold_open ON hold (held_at, id) WHERE state = 'held'",
    "CREATE INDEX hold_captured ON hold (account_id, captured_on) WHERE captured_on IS NOT NULL",
    "CREATE INDEX top_up_latest ON top_up (account_id, created_at DESC, id DESC)",
    "CREATE INDEX top_up_payment ON top_up (payment_id) WHERE payment_id <> ''",
    "CREATE UNIQUE INDEX top_up_receipt ON top_up (receipt_number) WHERE receipt_number <> ''",
    "CREATE INDEX card_return_top_up ON card_return (top_up_id)",
    "CREATE UNIQUE INDEX credit_note_number ON credit_note (number) WHERE number <> ''",
    "CREATE INDEX card_news_handled ON card_news (handled_at) WHERE handled_at IS NOT NULL",
)

# The owner too may not rewrite history; a correction is a new entry.
APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'PV003';
END $$
"""
# All postings of an entry are written by one statement: it must leave each entry at zero.
BALANCED = """
CREATE FUNCTION check_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM posting
        WHERE entry_id IN (SELECT entry_id FROM written)
        GROUP BY entry_id HAVING sum(amount_cents) <> 0
    ) THEN
        RAISE EXCEPTION 'the postings of an entry do not sum to zero' USING ERRCODE = 'PV004';
    END IF;
    RETURN NULL;
END $$
"""
# Moves money: the wallet (guarded, so never below zero), the entry and its postings, in one call.
# The wallet's row is locked from here to the commit: callers do the rest of their work before.
POST_ENTRY = """
CREATE FUNCTION post_entry(
    p_id uuid, p_account uuid, p_kind text, p_key text, p_cause text, p_product text,
    p_on_day date, p_at timestamptz, p_buckets text[], p_amounts bigint[]
) RETURNS wallet LANGUAGE plpgsql AS $$
DECLARE
    moved wallet;
    d_available bigint;
    d_held bigint;
BEGIN
    SELECT coalesce(sum(amount) FILTER (WHERE bucket = 'available'), 0),
           coalesce(sum(amount) FILTER (WHERE bucket = 'held'), 0)
    INTO d_available, d_held
    FROM unnest(p_buckets, p_amounts) AS move (bucket, amount);
    FOR attempt IN 1..2 LOOP
        UPDATE wallet
        SET available_cents = available_cents + d_available, held_cents = held_cents + d_held,
            version = version + 1
        WHERE account_id = p_account
          AND available_cents + d_available >= 0 AND held_cents + d_held >= 0
        RETURNING * INTO moved;
        EXIT WHEN FOUND OR attempt = 2;
        INSERT INTO wallet (account_id) VALUES (p_account) ON CONFLICT DO NOTHING;
    END LOOP;
    IF moved.account_id IS NULL THEN
        SELECT * INTO moved FROM wallet WHERE account_id = p_account;
        RAISE EXCEPTION 'credit insufficient' USING ERRCODE = 'PV001',
            DETAIL = moved.available_cents || ' '
                || greatest(-(moved.available_cents + d_available), -(moved.held_cents + d_held));
    END IF;
    INSERT INTO entry (id, account_id, kind, key, cause, product, on_day, occurred_at,
        available_change, held_change, available_after, held_after, wallet_version)
    VALUES (p_id, p_account, p_kind, p_key, p_cause, p_product, p_on_day, p_at,
        d_available, d_held, moved.available_cents, moved.held_cents, moved.version);
    INSERT INTO posting (entry_id, account_id, bucket, amount_cents)
    SELECT p_id, p_account, bucket, amount FROM unnest(p_buckets, p_amounts) AS move (bucket, amount);
    RETURN moved;
END $$
"""
# Sets credit aside, once per key. Returns no row when the key is known; a refusal undoes the key,
# so that the same hold may be asked again after a purchase of credit.
PLACE_HOLD = """
CREATE FUNCTION place_hold(
    p_hold uuid, p_account uuid, p_key text, p_product text, p_net bigint, p_vat bigint,
    p_rate_bp int, p_price_from date, p_cause text, p_at timestamptz,
    p_entry uuid, p_entry_key text, p_on_day date
) RETURNS SETOF wallet LANGUAGE plpgsql AS $$
DECLARE
    moved wallet;
BEGIN
    INSERT INTO hold (id, account_id, key, state, product, net_cents, vat_cents, vat_rate_bp,
        price_from, cause, held_at, version)
    VALUES (p_hold, p_account, p_key, 'held', p_product, p_net, p_vat, p_rate_bp,
        p_price_from, p_cause, p_at, 1)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    moved := post_entry(p_entry, p_account, 'hold', p_entry_key, p_cause, p_product, p_on_day, p_at,
        ARRAY['available', 'held'], ARRAY[-(p_net + p_vat), p_net + p_vat]);
    IF moved.frozen_for <> '' THEN
        RAISE EXCEPTION 'wallet frozen' USING ERRCODE = 'PV002', DETAIL = moved.frozen_for;
    END IF;
    RETURN NEXT moved;
END $$
"""
TRIGGERS = (
    *(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        for table in ("entry", "posting", "staff_act")
    ),
    """
    CREATE TRIGGER balanced AFTER INSERT ON posting REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION check_balanced()
    """,
)
