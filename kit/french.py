"""French as printed: dates, hours, sums, and the spaces that never break."""

import re
from datetime import date, datetime
from typing import Final

from kit.days import PARIS

NO_BREAK: Final = "\u00a0"
THIN: Final = "\u202f"

_DAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS: Final = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
_SHORT_MONTHS: Final = (
    "janv.", "févr.", "mars", "avr.", "mai", "juin",
    "juil.", "août", "sept.", "oct.", "nov.", "déc.",
)  # fmt: skip

_SPACE: Final = f"[ \t{NO_BREAK}{THIN}]"
_MONTH_WORDS: Final = "|".join((*_MONTHS, *(re.escape(m) for m in _SHORT_MONTHS if m[-1] == ".")))
_RULES: Final = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        ("'", "’"),
        (f"{_SPACE}+([;!?])", rf"{THIN}\1"),
        (f"«{_SPACE}*", f"«{THIN}"),
        (f"{_SPACE}*»", f"{THIN}»"),
        (f"{_SPACE}+:", f"{NO_BREAK}:"),
        (rf"(\d){_SPACE}(?=\d{{2,3}}(?!\d))", rf"\1{NO_BREAK}"),
        (rf"(\d){_SPACE}(?=(?:€|%|h\b|min\b|Mo\b|°))", rf"\1{NO_BREAK}"),
        (rf"(\d{NO_BREAK}h){_SPACE}(?=\d)", rf"\1{NO_BREAK}"),
        (rf"\b(\d{{1,2}}|1er){_SPACE}(?=(?:{_MONTH_WORDS})(?!\w))", rf"\1{NO_BREAK}"),
        (rf"\b([nN]°|art\.|[LRDA]\.|M\.|M(?:me|lle)|p\.){_SPACE}(?=\w)", rf"\1{NO_BREAK}"),
    )
)


def typography(text: str) -> str:
    """Return plain text with French spaces and apostrophes; never give it HTML or an address.

    U+202F before ``; ! ?`` and inside « »; U+00A0 before ``:``, inside figures, hours and
    dates, after n°, M., Mme and the letter of an article. Doing it twice changes nothing.
    A sign glued to its word, as in ``https://`` or ``10:30``, is left alone.
    """
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


def long_day(day: date) -> str:
    """Return ``dimanche 29 novembre 2026``."""
    return f"{_DAYS[day.weekday()]} {plain_day(day)}"


def plain_day(day: date) -> str:
    """Return ``29 novembre 2026``, the first of a month as ``1er``."""
    return NO_BREAK.join((_ordinal(day.day), _MONTHS[day.month - 1], str(day.year)))


def short_day(day: date) -> str:
    """Return ``29 nov. 2026``."""
    return NO_BREAK.join((_ordinal(day.day), _SHORT_MONTHS[day.month - 1], str(day.year)))


def instant_hm(instant: datetime) -> str:
    """Return the Paris hour of an aware instant: ``14 h 48``."""
    local = instant.astimezone(PARIS)
    return f"{local.hour}{NO_BREAK}h{NO_BREAK}{local.minute:02d}"


def euros(cents: int) -> str:
    """Return ``1 284,40 €``; a debt as ``−12,00 €``."""
    whole, rest = divmod(abs(cents), 100)
    sign = "−" if cents < 0 else ""
    return f"{sign}{whole:,}".replace(",", NO_BREAK) + f",{rest:02d}{NO_BREAK}€"


def _ordinal(day: int) -> str:
    return "1er" if day == 1 else str(day)
