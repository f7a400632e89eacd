"""The letter a page is about, by the number people know."""

from preavis.letters.v1 import letters_pb2
from services.gateway.pages.visit import Visit


async def letter_numbered(visit: Visit, number: str) -> letters_pb2.Letter:
    """Return the letter of this number. Raises ``TurnedDown`` when the account has none."""
    answer = await visit.house.letters.GetLetter(letters_pb2.GetLetterRequest(number=number))
    return answer.letter
