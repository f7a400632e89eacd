"""The agency's lines at the top and the foot of its letters."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Who writes: as accounts say it on the sending day. ``orias`` has eight digits."""

    trade_name: str
    lines: tuple[str, ...]
    postcode: str
    town: str
    orias: str
    phone: str = ""
    email: str = ""
    representative: str = ""
    quality: str = ""
