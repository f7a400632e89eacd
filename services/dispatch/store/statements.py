"""What is asked of Postgres, each statement once; the driver is given it as it stands here."""

from typing import Final

from sqlalchemy import text

_SENDING: Final = """
    sending.id, sending.account_id, sending.letter_id, sending.generation, sending.version,
    sending.state, sending.validated, sending.kept, sending.agency, sending.held_cents,
    sending.letter, sending.mandate, sending.attempt_number, sending.locked, sending.deposited_at,
    sending.ended_at, sending.reason, sending.reason_facts
"""
_ATTEMPT: Final = """
    attempt.id AS attempt_id, attempt.number AS attempt_number,
    attempt.generation AS attempt_generation, attempt.operator AS attempt_operator,
    attempt.operator_sender AS attempt_operator_sender, attempt.token_hash AS attempt_token_hash,
    attempt.handed_at AS attempt_handed_at, attempt.state AS attempt_state,
    attempt.reference AS attempt_reference
"""
_SENDINGS: Final = f"""
    SELECT {_SENDING}, {_ATTEMPT} FROM sending
    LEFT JOIN attempt
        ON attempt.sending_id = sending.id AND attempt.number = sending.attempt_number
"""  # noqa: S608 - constants of this file
_LOCK: Final = f"SELECT {_SENDING} FROM sending WHERE account_id = :account_id"  # noqa: S608 - same

LOCK_SENDING: Final = text(f"{_LOCK} AND id = :sending_id FOR UPDATE")
LOCK_SENDING_OF_LETTER: Final = text(f"{_LOCK} AND letter_id = :letter_id FOR UPDATE")
READ_SENDING: Final = text(
    f"{_SENDINGS} WHERE sending.account_id = :account_id AND sending.id = :sending_id"
)
READ_SENDING_OF_LETTER: Final = text(
    f"{_SENDINGS} WHERE sending.account_id = :account_id AND sending.letter_id = :letter_id"
)
WITH_STATE: Final = text(
    f"{_SENDINGS} WHERE sending.account_id = :account_id AND sending.state = ANY(:states)"
    " ORDER BY sending.id"
)
UNKNOWN: Final = text(f"{_SENDINGS} WHERE sending.state = 'unknown' ORDER BY attempt.handed_at")
ACCOUNT_OF: Final = text("SELECT account_id FROM sending WHERE id = :sending_id")
ADD_SENDING: Final = text(
    """
    INSERT INTO sending (id, account_id, letter_id, generation, version, state, send_day, validated,
        kept, agency, held_cents, letter, mandate, attempt_number, locked, deposited_at, ended_at,
        reason, reason_facts)
    VALUES (:id, :account_id, :letter_id, :generation, :version, :state, :send_day, :validated,
        :kept, :agency, :held_cents, :letter, :mandate, :attempt_number, :locked, :deposited_at,
        :ended_at, :reason, :reason_facts)
    ON CONFLICT DO NOTHING RETURNING id
    """
)
CHANGE_SENDING: Final = text(
    """
    UPDATE sending
    SET generation = :generation, version = :version, state = :state, send_day = :send_day,
        validated = :validated, kept = :kept, agency = :agency, held_cents = :held_cents,
        letter = :letter, mandate = :mandate, attempt_number = :attempt_number, locked = :locked,
        deposited_at = :deposited_at, ended_at = :ended_at, reason = :reason,
        reason_facts = :reason_facts
    WHERE id = :id AND account_id = :account_id AND version = :version - 1
    RETURNING id
    """
)

ATTEMPT_OF: Final = text(
    f"SELECT {_ATTEMPT} FROM attempt"  # noqa: S608 - a constant of this file
    " WHERE account_id = :account_id AND sending_id = :sending_id AND number = :number"
)
ATTEMPT_OF_TOKEN: Final = text(
    f"SELECT account_id, sending_id, {_ATTEMPT} FROM attempt"  # noqa: S608 - same
    " WHERE token_hash = :token_hash"
)
KEEP_ATTEMPT: Final = text(
    """
    INSERT INTO attempt (id, account_id, sending_id, number, generation, operator, operator_sender,
        token_hash, handed_at, state, reference)
    VALUES (:id, :account_id, :sending_id, :number, :generation, :operator, :operator_sender,
        :token_hash, :handed_at, :state, :reference)
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, reference = excluded.reference
    """
)
ANY_HANDED: Final = text(
    "SELECT EXISTS (SELECT FROM attempt WHERE account_id = :account_id AND state = ANY(:states))"
)

NOTE: Final = text(
    """
    INSERT INTO timeline (account_id, sending_id, generation, mark, code, at, recorded_at, facts,
        applied)
    VALUES (:account_id, :sending_id, :generation, :mark, :code, :at, :recorded_at, :facts,
        :applied)
    ON CONFLICT (mark) DO NOTHING
    """
)
TIMELINE_OF: Final = text(
    "SELECT code, at, facts, applied, recorded_at, generation FROM timeline"
    " WHERE account_id = :account_id AND sending_id = :sending_id ORDER BY id"
)

ADD_PROOF: Final = text(
    """
    INSERT INTO proof (account_id, sending_id, attempt, kind, filename, sha256, byte_count,
        stamped_at, stored_at, kept_until, operator_reference)
    VALUES (:account_id, :sending_id, :attempt, :kind, :filename, :sha256, :byte_count,
        :stamped_at, :stored_at, :kept_until, :operator_reference)
    ON CONFLICT (sending_id, attempt, kind) DO NOTHING RETURNING id
    """
)
PROOFS_OF: Final = text(
    "SELECT kind, attempt, filename, sha256, byte_count, stamped_at, stored_at, operator_reference"
    " FROM proof WHERE account_id = :account_id AND sending_id = :sending_id ORDER BY id"
)

KEEP_HINT: Final = text(
    "INSERT INTO hint (account_id, attempt_id, received_at, reference, body)"
    " VALUES (:account_id, :attempt_id, :received_at, :reference, :body)"
)
LAST_HINT: Final = text(
    "SELECT reference FROM hint WHERE account_id = :account_id AND attempt_id = :attempt_id"
    " ORDER BY id DESC LIMIT 1"
)

NUMBER_OF_SENDER: Final = text(
    "SELECT number FROM operator_sender"
    " WHERE account_id = :account_id AND operator = :operator AND fingerprint = :fingerprint"
)
KEEP_SENDER: Final = text(
    "INSERT INTO operator_sender (account_id, operator, fingerprint, number)"
    " VALUES (:account_id, :operator, :fingerprint, :number) ON CONFLICT DO NOTHING"
)

FIRST_HEAD: Final = text(
    "INSERT INTO evidence_head (account_id, number, sha256)"
    " VALUES (:account_id, 0, :sha256) ON CONFLICT DO NOTHING"
)
LOCK_HEAD: Final = text(
    "SELECT number, sha256 FROM evidence_head WHERE account_id = :account_id FOR UPDATE"
)
CHAIN: Final = text(
    """
    INSERT INTO evidence_sheet (account_id, number, sending_id, previous_sha256, sha256, evidence)
    VALUES (:account_id, :number, :sending_id, :previous_sha256, :sha256, :evidence)
    """
)
MOVE_HEAD: Final = text(
    "UPDATE evidence_head SET number = :number, sha256 = :sha256 WHERE account_id = :account_id"
)
UNSEALED: Final = text(
    "SELECT evidence FROM evidence_sheet"
    " WHERE account_id = :account_id AND sending_id = :sending_id"
)
SEALED: Final = text(
    "UPDATE evidence_sheet SET evidence = NULL"
    " WHERE account_id = :account_id AND sending_id = :sending_id"
)
