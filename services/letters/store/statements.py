"""The statements of a letter on its way, as the driver sends them (``kit.db.run``)."""

from typing import Final

from sqlalchemy import text

_LETTERS: Final = (
    "SELECT letter.id, letter.account_id, letter.number, letter.version, letter.author_id,"
    " letter.author_name, letter.content, letter.frozen, letter.tracking, letter.created_at,"
    " letter.updated_at, recipient.content AS recipient"
    " FROM letter LEFT JOIN recipient ON recipient.id = letter.recipient_id"
    " WHERE letter.account_id = :account_id"
)
LETTER: Final = text(f"{_LETTERS} AND letter.id = :asked")
NUMBERED: Final = text(f"{_LETTERS} AND letter.number = :asked")
ALIKE: Final = text(
    f"{_LETTERS} AND letter.id IN ("  # noqa: S608 - words of this file
    "   SELECT letter_id FROM letter_word"
    "   WHERE account_id = :account_id AND word = ANY (CAST(:keys AS text[]))"
    " )"
    " AND letter.id <> :asked AND letter.recipient_id = :recipient_id AND letter.state = :state"
    " AND letter.sent_day >= :sent_from"
    " ORDER BY letter.updated_at DESC LIMIT :most"
)
LOCK: Final = text(
    "SELECT tracking FROM letter WHERE account_id = :account_id AND id = :asked FOR UPDATE"
)
TRACK: Final = text(
    "UPDATE letter SET tracking = CAST(:tracking AS jsonb), tracking_state = :tracking_state,"
    " view = :view, sent_on = :sent_on"
    " WHERE account_id = :account_id AND id = :asked"
)
KEEP_VERSION: Final = text(
    "INSERT INTO frozen_version"
    " (account_id, letter_id, version, sending_id, generation, sha256, content, frozen_at)"
    " VALUES (:account_id, :letter_id, :version, :sending_id, :generation, :sha256,"
    " CAST(:content AS jsonb), :frozen_at)"
)
INDEX_WORDS: Final = text(
    """
    WITH forgotten AS (
        DELETE FROM letter_word WHERE account_id = :account_id AND letter_id = :letter_id
          AND word <> ALL (CAST(:words AS text[]))
    )
    INSERT INTO letter_word (account_id, word, letter_id)
    SELECT :account_id, word, :letter_id FROM unnest(CAST(:words AS text[])) AS word
    ON CONFLICT DO NOTHING
    """
)
ALONE: Final = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
