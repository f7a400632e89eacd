"""French on the page: the templates' own text, days with their « 1er », instants, sums, numbers."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup, escape
from typing_extensions import override

from kit import french
from kit.days import PARIS, paris_date
from services.gateway.forms import typed

Day = str | date
Instant = Timestamp | datetime

_PIECES: Final = re.compile(r"(<[^>]*>?)")
_VERBATIM: Final = re.compile(r"</?(?:code|kbd|pre|textarea)\b")
_FIRST: Final = re.compile(r"\b1er\b")
_ORDINAL: Final = Markup('1<sup class="ord">er</sup>')
_ABBREVIATION: Final = re.compile(r"\(([A-Z]{2,})\)$")
_A_WEEK: Final = 7
_SHORT_DAYS: Final = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")


class FrenchText(Extension):
    """Gives the text of templates French spaces and apostrophes, once, when they are compiled.

    Tags, and what is inside ``code``, ``kbd``, ``pre`` and ``textarea``, are left alone.
    """

    @override
    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        inside_tag, verbatim = False, False
        for token in stream:
            if token.type != "data":
                yield token
                continue
            written: list[str] = []
            for piece in _split(token.value, inside_tag=inside_tag):
                is_tag = inside_tag or piece.startswith("<")
                if is_tag:
                    inside_tag = not piece.endswith(">")
                    if mark := _VERBATIM.match(piece):
                        verbatim = not mark[0].startswith("</")
                written.append(piece if is_tag or verbatim else french.typography(piece))
            yield Token(token.lineno, "data", "".join(written))


def _split(text: str, *, inside_tag: bool) -> Iterator[str]:
    if inside_tag:
        head, mark, text = text.partition(">")
        yield head + mark
    yield from (piece for piece in _PIECES.split(text) if piece)


def _as_day(value: Day) -> date | None:
    if isinstance(value, date):
        return value
    return date.fromisoformat(value) if value else None


def _ordinals(text: str) -> Markup:
    return Markup(_FIRST.sub(_ORDINAL, str(escape(text))))  # noqa: S704 - escaped just here


def long_day(value: Day) -> Markup:
    """Return ``dimanche 29 novembre 2026``; nothing for no day."""
    day = _as_day(value)
    return _ordinals(french.long_day(day)) if day else Markup("")


def plain_day(value: Day) -> Markup:
    """Return ``29 novembre 2026``."""
    day = _as_day(value)
    return _ordinals(french.plain_day(day)) if day else Markup("")


def short_day(value: Day) -> Markup:
    """Return ``29 nov. 2026``."""
    day = _as_day(value)
    return _ordinals(french.short_day(day)) if day else Markup("")


def weekday_number(value: Day) -> str:
    """Return ``lun. 23``, for a week at a glance."""
    day = _as_day(value)
    return f"{_SHORT_DAYS[day.weekday()]}{french.NO_BREAK}{day.day}" if day else ""


def as_instant(value: Instant) -> datetime:
    """Return the aware datetime of an instant off the wire."""
    return value.ToDatetime(tzinfo=UTC) if isinstance(value, Timestamp) else value


def instant(value: Instant) -> Markup:
    """Return ``3 nov. 2026, 8 h 00``."""
    moment = as_instant(value)
    return _ordinals(f"{french.short_day(paris_date(moment))}, {french.instant_hm(moment)}")


def lately(value: Instant, today: date) -> Markup:
    """Return ``14 h 20`` for today, ``sam. 18 h 03`` within the week, ``3 nov., 8 h 00`` before."""
    moment = as_instant(value)
    day, at = paris_date(moment), french.instant_hm(moment)
    if day == today:
        return Markup(at)  # noqa: S704 - digits
    if timedelta(0) < today - day < timedelta(days=_A_WEEK):
        return Markup(f"{_SHORT_DAYS[day.weekday()]}{french.NO_BREAK}{at}")  # noqa: S704 - words of ours
    named = french.short_day(day)
    return _ordinals(f"{named.removesuffix(f'{french.NO_BREAK}{today.year}')}, {at}")


def instant_to_the_second(value: Instant) -> Markup:
    """Return ``3 nov. 2026, 8 h 00 min 12 s``: for what bears proof."""
    local = as_instant(value).astimezone(PARIS)
    return (
        instant(value)
        + f"{french.NO_BREAK}min{french.NO_BREAK}{local.second:02d}{french.NO_BREAK}s"
    )


def iso_instant(value: Instant) -> str:
    """Return the machine's reading, for ``<time datetime>``."""
    return as_instant(value).isoformat()


def day_of(value: Instant) -> date:
    """Return the Paris day of an instant."""
    return paris_date(as_instant(value))


def hour(value: Instant) -> str:
    """Return ``20 h`` on the hour, ``14 h 48`` otherwise."""
    return french.instant_hm(as_instant(value)).removesuffix(f"{french.NO_BREAK}00")


def prose(text: str) -> Markup:
    """Return a sentence made elsewhere, typeset."""
    return _ordinals(french.typography(text))


def initials(name: str) -> str:
    """Return ``CR`` for Camille Roux."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def orias(number: str) -> str:
    """Return ``07 045 812``."""
    return typed.grouped(number, 2, 3, 3)


def siren(number: str) -> str:
    """Return ``000 651 406``."""
    return typed.grouped(number, 3, 3, 3)


def siret(number: str) -> str:
    """Return ``000 651 406 00012``."""
    return typed.grouped(number, 3, 3, 3, 5)


def capitalize_first(text: str) -> str:
    """Return the text with a capital first letter, the rest untouched."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """Return the text with a small first letter, to go on a sentence."""
    return text[:1].lower() + text[1:]


def signed_euros(cents: int) -> str:
    """Return ``+ 100,00 €`` or ``− 5,40 €``."""
    sign = "−" if cents < 0 else "+"
    return f"{sign}{french.NO_BREAK}{french.euros(abs(cents))}"


def instant_hm_of(value: Instant) -> str:
    """Return the Paris hour of an instant off the wire: ``8 h 00``."""
    return french.instant_hm(as_instant(value))


def abbreviated(label: str) -> str:
    """Return ``RIA`` for « Résiliation infra-annuelle santé (RIA) », a label without one as is."""
    found = _ABBREVIATION.search(label)
    return found[1] if found else label


def short_name(name: str) -> str:
    """Return ``Camille R.`` for Camille Roux."""
    first, _, last = name.partition(" ")
    return f"{first}{french.NO_BREAK}{last[0]}." if last else first


FILTERS: Final = {
    "long_day": long_day,
    "plain_day": plain_day,
    "short_day": short_day,
    "weekday_number": weekday_number,
    "instant": instant,
    "lately": lately,
    "instant_to_the_second": instant_to_the_second,
    "iso_instant": iso_instant,
    "day_of": day_of,
    "hour": hour,
    "prose": prose,
    "initials": initials,
    "orias": orias,
    "siren": siren,
    "siret": siret,
    "phone": typed.phone,
    "written_day": typed.write_day,
    "capitalize_first": capitalize_first,
    "lower_first": lower_first,
    "signed_euros": signed_euros,
    "instant_hm_of": instant_hm_of,
    "short_name": short_name,
    "abbreviated": abbreviated,
}
