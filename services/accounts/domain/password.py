"""What a password must be: long, varied, and not what everybody tries first."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from services.accounts.domain.fields import Unfit

SHORTEST: Final = 12
LONGEST: Final = 200
LONG_ENOUGH_ALONE: Final = 20  # a phrase of that length needs no digits or signs
CLASSES_NEEDED: Final = 3
FEWEST_DIFFERENT: Final = 6
FEWEST_LEFT: Final = 8
_SHORTEST_CLUE: Final = 5
_COMMON: Final = (
    "motdepasse", "password", "azerty", "qwerty", "qsdfgh", "123456", "abcdef", "bonjour",
    "soleil", "doudou", "chouchou", "loulou", "iloveyou", "jetaime", "admin", "welcome",
    "assurance", "resiliation", "preavis", "marseille", "france",
)  # fmt: skip
_LEET: Final = str.maketrans("013457@$!", "oleastasi")  # digits and signs typed for letters


def check(password: str, *, about: Iterable[str]) -> str:
    """Return the password as it is hashed (NFC). Raises ``Unfit``.

    At least 12 characters with three of: lower case, upper case, digits, signs; or 20 of any.
    Words ``about`` the person, and the commonest passwords, do not count as characters.
    Our reading: with attempts throttled, CNIL deliberation 2022-100 asks about 50 bits.
    """
    text = unicodedata.normalize("NFC", password)
    if len(text) < SHORTEST:
        raise Unfit("password-too-short", characters=str(len(text)), least=str(SHORTEST))
    if len(text) > LONGEST:
        raise Unfit("text-too-long", limit=str(LONGEST))
    if len(text) < LONG_ENOUGH_ALONE and _classes(text) < CLASSES_NEEDED:
        raise Unfit("password-too-plain")
    if len(set(text)) < FEWEST_DIFFERENT or _what_is_left(text, about) < FEWEST_LEFT:
        raise Unfit("password-guessable")
    return text


def _classes(text: str) -> int:
    kinds = (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum())
    return sum(any(kind(character) for character in text) for kind in kinds)


def _what_is_left(text: str, about: Iterable[str]) -> int:
    """Return how many characters remain once common and personal words count for one each."""
    clues = {_plain(word) for whole in about for word in re.split(r"\W+", whole)}
    words = [*sorted(clues, key=len, reverse=True), *_COMMON]
    plain = _plain(text)
    return min(_without(plain, words), _without(plain.translate(_LEET), words))


def _without(text: str, words: Iterable[str]) -> int:
    for word in words:
        if len(word) >= _SHORTEST_CLUE:
            text = text.replace(word, "*")
    return len(text)


def _plain(text: str) -> str:
    """Return it in lower case, without accents."""
    apart = unicodedata.normalize("NFD", text.casefold())
    return "".join(c for c in apart if not unicodedata.combining(c))
