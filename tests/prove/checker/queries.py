"""What is read of each database: plain SQL, and nothing of the services' own code."""

from typing import Final

POSTGRES: Final = {
    "accounts.account": "SELECT account_id::text, state FROM account",
    "billing.wallet": (
        "SELECT account_id::text, available_cents, held_cents, version, frozen_for FROM wallet"
    ),
    "billing.entry": (
        "SELECT id::text, account_id::text, kind, key, cause, on_day, available_change,"
        " held_change, available_after, held_after, wallet_version FROM entry"
    ),
    "billing.posting": (
        "SELECT entry_id::text, account_id::text, bucket, amount_cents FROM posting"
    ),
    "billing.hold": (
        "SELECT account_id::text, key, state, product, net_cents, vat_cents, captured_on, cause"
        " FROM hold"
    ),
    "billing.top_up": (
        "SELECT id::text, account_id::text, amount_cents, state, session_id, payment_id,"
        " receipt_number, receipt_sha256, refunded_cents, alert FROM top_up"
    ),
    "billing.credit_note": "SELECT account_id::text, key, number, sha256 FROM credit_note",
    "letters.letter": (
        "SELECT id::text, account_id::text, number, version, state,"
        " content->'extras'->>'client_reference' AS client_reference,"
        " jsonb_array_length(content->'contracts') AS contracts, recipient_id::text,"
        " frozen->>'sending_id' AS frozen_for, (frozen->>'generation')::int AS frozen_generation,"
        " frozen->>'sha256' AS frozen_sha256, frozen->>'mandate' AS frozen_mandate,"
        " tracking->>'state' AS tracking_state,"
        " (tracking->>'version')::bigint AS tracking_version,"
        " (tracking->>'generation')::int AS tracking_generation FROM letter"
    ),
    "signature.mandate": (
        "SELECT id::text, account_id::text, letter_id::text, decision, locked_by, released_up_to,"
        " (SELECT sha256 FROM scan WHERE scan.id = mandate.scan_id) AS scan_sha256 FROM mandate"
    ),
    "signature.decision": "SELECT letter_id::text, decision, mandate_version FROM decision",
    "dispatch.sending": (
        "SELECT id::text, account_id::text, letter_id::text, generation, version, state, send_day,"
        " validated->>'gross_cents' AS gross_cents, validated->>'mail_kind' AS mail_kind,"
        " held_cents, letter->>'sha256' AS letter_sha256, letter->>'number' AS letter_number,"
        " letter->>'recipient_address' AS recipient_address, mandate->>'sha256' AS mandate_sha256,"
        " attempt_number, deposited_at, ended_at, reason, locked FROM sending"
    ),
    "dispatch.attempt": (
        "SELECT id::text, account_id::text, sending_id::text, number, generation, state, reference"
        " FROM attempt"
    ),
    "dispatch.timeline": (
        "SELECT sending_id::text, generation, code, facts, applied FROM timeline ORDER BY id"
    ),
    "dispatch.proof": (
        "SELECT account_id::text, sending_id::text, attempt, kind, sha256, byte_count,"
        " operator_reference FROM proof"
    ),
    "dispatch.evidence_head": "SELECT account_id::text, number, sha256 FROM evidence_head",
    "dispatch.told": (  # the last state that was announced of each sending
        "SELECT DISTINCT ON (aggregate_id) aggregate_id AS sending_id, aggregate_version"
        " FROM outbox WHERE subject LIKE 'evt.dispatch.v1.sending_changed.%'"
        " ORDER BY aggregate_id, aggregate_version DESC"
    ),
    "gateway.kept_answer": "SELECT account_id::text, key, operation, status FROM kept_answer",
}
WITH_PLUMBING: Final = ("accounts", "billing", "letters", "signature", "dispatch")
PLUMBING: Final = {
    "outbox": (
        "SELECT event_id::text, subject, published_at IS NOT NULL AS published, attempts,"
        " last_error FROM outbox"
    ),
    "inbox": "SELECT consumer, event_id::text FROM inbox",
    "dead_letter": "SELECT id, consumer, subject, state, error FROM dead_letter",
    "scheduled_item": ("SELECT key, kind, state, due_at, attempts, last_error FROM scheduled_item"),
    "outgoing_mail": (
        "SELECT key, sent_at IS NOT NULL AS sent, mail IS NOT NULL AS waits, attempts, last_error"
        " FROM outgoing_mail"
    ),
}
SANDBOX: Final = {
    "operator.letter": (
        "SELECT CAST(id AS TEXT) AS id, status, product, noticed_at, decided_at,"
        " json_extract(fields, '$.ref_dossier') AS our_reference,"
        " json_extract(fields, '$.ref_client') AS letter_number,"
        " json_extract(fields, '$.to_email') AS to_email, files FROM operator_letter"
    ),
    "operator.file": "SELECT id, sha256 FROM operator_file",
    "operator.effect": (
        "SELECT action, reference, partner_id FROM effect WHERE partner = 'ar24' ORDER BY id"
    ),
    "operator.proof": "SELECT CAST(letter_id AS TEXT) AS letter_id, kind, data FROM operator_proof",
    "cards.charge": (
        "SELECT json_extract(body, '$.payment_intent') AS payment_id,"
        " json_extract(body, '$.amount') AS amount_cents, json_extract(body, '$.paid') AS paid"
        " FROM card_object WHERE kind = 'charge'"
    ),
    "cards.session": (
        "SELECT id, json_extract(body, '$.client_reference_id') AS top_up_id,"
        " json_extract(body, '$.payment_intent') AS payment_id,"
        " json_extract(body, '$.payment_status') AS payment_status,"
        " json_extract(body, '$.amount_total') AS amount_cents"
        " FROM card_object WHERE kind = 'checkout.session'"
    ),
}
