"""Fills one account with letters, by the million, as a busy agency's years would."""

import json
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.letters.domain.outline import outline
from services.letters.store.rows import letter_columns
from services.letters.tests.builders import a_letter

TODAY: Final = date(2026, 11, 24)
MANY: Final = 20_000  # from which indexes are made after the rows
# Nearly all was sent and signed long ago; a few letters in a thousand wait for something, and a
# few in a hundred thousand are of a rare kind: an index must serve both.
LETTERS: Final = text(
    """
    INSERT INTO letter (id, account_id, sequence, number, version, content, tracking, author_id,
        author_name, created_at, updated_at, state, view, tracking_state, ground,
        last_covered_day, new_start, sent_on, policyholder_sort, recipient_sort)
    SELECT gen_random_uuid(), :account, 260000000000 + n,
        '26-' || lpad(n::text, greatest(5, length(n::text)), '0'), 1,
        CAST(:content AS jsonb), jsonb_build_object('state', tracked), author, author,
        at, at + (n * 7919 % 40) * interval '1 day',
        CASE WHEN tracked <> 'not_sent' THEN 'frozen' WHEN n % 2 = 0 THEN 'draft'
            ELSE 'complete' END,
        CASE tracked WHEN 'scheduled' THEN 'scheduled' WHEN 'not_sent' THEN 'to_finish'
            WHEN 'blocked' THEN 'to_finish' WHEN 'cancelled' THEN 'to_finish' ELSE 'sent' END,
        tracked,
        CASE WHEN n % 20011 = 3 THEN 'CUSTOM' WHEN n % 10 < 6 THEN 'RIA' ELSE 'HAMON' END,
        day + 45, day + 46,
        CASE WHEN tracked IN ('signed', 'deposited', 'refused') THEN day END,
        substr(md5(n::text), 1, 8), 'mutuelle ' || n % 300
    FROM (
        SELECT n, (SELECT
                CASE WHEN n % 50021 = 7 THEN 'blocked' WHEN r < 890 THEN 'signed'
                    WHEN r < 950 THEN 'deposited' WHEN r < 970 THEN 'scheduled'
                    WHEN r < 990 THEN 'not_sent' WHEN r < 995 THEN 'refused' ELSE 'cancelled' END
                FROM (SELECT n * 7919 % 1000 AS r) AS drawn) AS tracked,
            CASE WHEN n % 30011 = 17 THEN 'author-9' ELSE 'author-' || n % 4 END AS author,
            CAST(:today AS date) - CAST(n * 31 % 1500 AS int) AS day,
            CAST(:today AS timestamptz) - n * interval '1 minute' AS at
        FROM generate_series(CAST(:first AS bigint), :last) AS n
    ) AS drawn
    """
)
WORDS: Final = text(
    """
    INSERT INTO letter_word (account_id, word, letter_id)
    SELECT account_id, word, id
    FROM letter, LATERAL (SELECT sequence - 260000000000 AS n) AS counted, unnest(ARRAY[
        policyholder_sort, '#' || policyholder_sort, replace(number, '-', ''), 'mutuelle',
        '@mutuelle', '@' || split_part(recipient_sort, ' ', 2),
        CASE WHEN n % 25013 = 11 THEN '=autre' WHEN n % 10 < 6 THEN '=sante_individuelle'
            ELSE '=auto' END]) AS word
    WHERE account_id = :account AND sequence BETWEEN 260000000000 + :first AND 260000000000 + :last
    """
)
AUTHORS: Final = text(
    "INSERT INTO letter_author SELECT DISTINCT account_id, author_id, author_name FROM letter"
    " WHERE account_id = :account ON CONFLICT DO NOTHING"
)
INDEXES: Final = text(
    """
    SELECT format('DROP INDEX %s', indexrelid::regclass) AS dropped,
        pg_get_indexdef(indexrelid) AS made
    FROM pg_index LEFT JOIN pg_constraint ON conindid = indexrelid
    WHERE indrelid IN ('letter'::regclass, 'letter_word'::regclass) AND conindid IS NULL
    UNION ALL
    SELECT format('ALTER TABLE letter_word DROP CONSTRAINT %I', conname),
        format('ALTER TABLE letter_word ADD CONSTRAINT %I %s', conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE conrelid = 'letter_word'::regclass AND contype = 'p'
    """
)
SETTINGS: Final = (
    "SET synchronous_commit = off",
    "SET maintenance_work_mem = '512MB'",
    "SET session_replication_role = replica",  # no check of what is known to be right
)


async def fill(engine: AsyncEngine, account_id: UUID, *, already: int, until: int) -> None:
    """Add letters to an account until it has so many; the engine is a superuser's."""
    place = {"account": account_id, "first": already + 1, "last": until}
    async with engine.connect() as opened:
        connection = await opened.execution_options(isolation_level="AUTOCOMMIT")
        for setting in SETTINGS:
            await connection.execute(text(setting))
        put_back = await _without_indexes(connection) if until - already > MANY else []
        await connection.execute(LETTERS, {**place, "content": _content(), "today": TODAY})
        await connection.execute(WORDS, place)
        await connection.execute(AUTHORS, {"account": account_id})
        for statement in put_back:
            await connection.execute(text(statement))
        # rows whose commit is not on disk yet would not be marked as seen by all
        await connection.execute(text("CHECKPOINT"))
        await connection.execute(text("VACUUM ANALYZE letter, letter_word"))


async def _without_indexes(connection: AsyncConnection) -> list[str]:
    """Drop the indexes, but those that forbid a letter twice; return what makes them again."""
    found = (await connection.execute(INDEXES)).all()
    for index in found:
        await connection.execute(text(index.dropped))
    return [index.made for index in found]


def _content() -> str:
    letter = a_letter()
    return json.dumps(letter_columns(letter, outline(letter))["content"], ensure_ascii=False)
