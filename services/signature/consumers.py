"""Facts in: a letter that changes in what its mandate names voids the mandate."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import Clock
from kit.events import Consumer, Incoming
from preavis.letters.v1 import events_pb2
from services.signature import usecases
from services.signature.domain.mandate import LetterNow
from services.signature.ports import MandateBook

BookOf = Callable[[AsyncSession, UUID], MandateBook]
"""Opens an account's mandates on the fact's own transaction."""


def letters_consumer(book_of: BookOf, clock: Clock) -> Consumer:
    """Return what listens to letters."""

    async def letter_changed(session: AsyncSession, incoming: Incoming) -> None:
        fact = incoming.message
        if not isinstance(fact, events_pb2.LetterChanged):
            raise TypeError(f"not a change of a letter: {type(fact)}")
        await usecases.hear_of_letter(
            UUID(fact.letter_id),
            LetterNow(content_hash=fact.content_hash, version=fact.aggregate_version),
            book=book_of(session, UUID(fact.account_id)),
            clock=clock,
        )

    return Consumer("signature", "letters", {events_pb2.LetterChanged: letter_changed})
