"""What people type: days, sums and numbers in all the ways French agents write them."""

import re
from calendar import monthrange
from datetime import date
from typing import Final

from kit.errors import FieldError

_MONTHS: Final = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
_SEPARATED: Final = re.compile(r"(\d{1,2})[\s./\-](\d{1,2})[\s./\-](\d{2}|\d{4})")
_GLUED: Final = re.compile(r"(\d{2})(\d{2})(\d{2}|\d{4})")
_ISO: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_YEARS_AHEAD: Final = 10  # « 36 » is 2036 in 2026, « 37 » is 1937: contracts look back, not ahead
_DIGITS: Final = re.compile(r"\D")


class NotTyped(Exception):
    """Cannot be read; holds the stable reason and its facts."""

    def __init__(self, reason: str, **facts: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts

    def of(self, field: str) -> FieldError:
        """Return the refusal of this field."""
        return FieldError(field, self.reason, self.facts)


def read_day(text: str, *, today: date) -> date:
    """Read ``1/1/27``, ``01.01.2027``, ``010127`` or ``2027-01-01``.

    Raises ``NotTyped``: ``day-unreadable``, or ``day-does-not-exist`` with the month's last day.
    """
    trimmed = text.strip()
    if iso := _ISO.fullmatch(trimmed):
        year, month, day = (int(part) for part in iso.groups())
    elif found := _SEPARATED.fullmatch(trimmed) or _GLUED.fullmatch(trimmed):
        day, month = int(found[1]), int(found[2])
        year = _full_year(found[3], today)
    else:
        raise NotTyped("day-unreadable")
    return _existing(year, month, day)


def _full_year(text: str, today: date) -> int:
    if len(text) > len("27"):
        return int(text)
    century = today.year - today.year % 100
    year = century + int(text)
    return year - 100 if year > today.year + _YEARS_AHEAD else year


def _existing(year: int, month: int, day: int) -> date:
    if not (1 <= month <= len(_MONTHS) and day >= 1 and date.min.year <= year):
        raise NotTyped("day-unreadable")
    last = monthrange(year, month)[1]
    if day > last:
        name = f"{_MONTHS[month - 1]} {year}"
        raise NotTyped("day-does-not-exist", month_name=name, last_number=str(last))
    return date(year, month, day)


def write_day(iso: str) -> str:
    """Return ``01/01/2027`` for an ISO day; what is no ISO day comes back as it was typed."""
    try:
        return date.fromisoformat(iso).strftime("%d/%m/%Y")
    except ValueError:
        return iso


def read_whole_euros(text: str) -> int:
    """Read a sum in whole euros, as ``1 200`` or ``1200 €``, into cents. Raises ``NotTyped``."""
    bare = re.sub(r"[\s\u00a0\u202f€]", "", text)
    bare = re.sub(r",0{1,2}$", "", bare)
    if not re.fullmatch(r"\d{1,6}", bare):
        raise NotTyped("amount-unreadable")
    return int(bare) * 100


def read_euros(text: str) -> int:
    """Read a sum, as ``1 284,40 €``, ``1284.4`` or ``150``, into cents. Raises ``NotTyped``."""
    bare = re.sub(r"[\s\u00a0\u202f€]", "", text).replace(".", ",")
    found = re.fullmatch(r"(\d{1,7})(?:,(\d{1,2}))?", bare)
    if found is None:
        raise NotTyped("sum-unreadable")
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


def digits(text: str) -> str:
    """Return the digits of a SIRET, a SIREN or an ORIAS number typed with any spacing."""
    if re.fullmatch(r"[\d\s.\-\u00a0\u202f]*", text):
        return _DIGITS.sub("", text)
    return text.strip()


def grouped(number: str, *sizes: int) -> str:
    """Return digits in groups: ``grouped("07045812", 2, 3, 3)`` is ``07 045 812``."""
    if not number.isdigit() or sum(sizes) != len(number):
        return number
    parts, start = [], 0
    for size in sizes:
        parts.append(number[start : start + size])
        start += size
    return "\u00a0".join(parts)


def phone(e164: str) -> str:
    """Return a French number as people read it, ``04 65 71 12 34``; another as it came."""
    if not re.fullmatch(r"\+33\d{9}", e164):
        return e164
    return grouped(f"0{e164[3:]}", 2, 2, 2, 2, 2)
