"""The engine's whole answer for one contract, said again from the sentences."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from itertools import count
from random import Random
from typing import Any

from services.letters.domain.legal.codes import Ground, PolicyholderKind
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.legal.evaluation import ContractFacts, Evaluation, Timing
from tests.prove.law.any_time import (
    Wish,
    gap,
    granted,
    is_tolerated,
    latest_tolerated,
    receipt,
)
from tests.prove.law.days import a_day, after
from tests.prove.law.walking import DAY, years_later
from tests.prove.law.yearly import last_days

Told = dict[str, Any]
Asked = tuple[ContractFacts, Timing]
TYPES = {
    Ground.ECHEANCE: (ContractType.AUTO, ContractType.GAV, ContractType.SANTE_INDIVIDUELLE),
    Ground.HAMON: (ContractType.AUTO, ContractType.HABITATION_LOCATAIRE, ContractType.MOBILE),
    Ground.RIA: (ContractType.SANTE_INDIVIDUELLE,),
}


def draw(seed: int, number: int) -> Iterator[Asked]:
    """Draw contracts and wishes; the same seed draws the same ones."""
    random = Random(f"whole {seed}")  # noqa: S311 - cases, not secrets
    for _ in range(number):
        ground = random.choice(sorted(TYPES))
        day = a_day(random)
        facts = ContractFacts(
            contract_type=random.choice(TYPES[ground]),
            ground=ground,
            policyholder=PolicyholderKind.PERSON,
            first_subscription=after(random, day, -2000, -365, -400, -331, widest=0),
        )
        drawn = _yearly if ground is Ground.ECHEANCE else _any_day
        yield drawn(random, facts, day)


def _yearly(random: Random, facts: ContractFacts, day: date) -> Asked:
    asked = replace(facts, anniversary=after(random, day, 61, 60, 59, 62, 200))
    wished = after(random, day, 0, 10, 60) if random.random() < 0.4 else None
    return asked, Timing(first_send_day=day, send_day=max(day, wished) if wished else None)


def _any_day(random: Random, facts: ContractFacts, day: date) -> Asked:
    start = after(random, day, 32, 33, 60, 90)
    wanted = max(day, after(random, start, -33, -32, -45, -60, widest=0))
    asked = replace(facts, wanted_new_start=start, deferral_agreed=random.random() < 0.3)
    return asked, Timing(first_send_day=day, send_day=wanted if random.random() < 0.4 else None)


def wanted_of(facts: ContractFacts, timing: Timing) -> Told:
    """Return what the sentences say of the letter: its days, or why it may not leave."""
    if facts.ground is Ground.ECHEANCE:
        return _at_the_anniversary(facts, timing)
    wish = Wish(
        start=facts.wanted_new_start or date.max,
        ground=facts.ground,
        leaves=timing.first_send_day,
        opens=years_later(facts.first_subscription or date.min, 1),
        sent=timing.send_day,
        agreed=facts.deferral_agreed,
    )
    told = granted(wish)
    if not told["ok"]:
        return {_NEAREST.get(key, key): value for key, value in told.items()}
    return _at_any_time(wish, told["send_date"])


_NEAREST = {"earliest_send": "nearest_send_day", "earliest_new_start": "nearest_new_start"}


def _at_any_time(wish: Wish, sent: date) -> Told:
    missed = gap(sent, wish.last_covered)
    tolerated = is_tolerated(sent, wish.last_covered, wish.ground)
    return {
        **_letter(sent, wish.last_covered),
        "exact": missed == 0,
        "gap_days": missed,
        "latest": latest_tolerated(wish.start, wish.ground),
        "RELIES_ON_TOLERANCE": missed != 0 and tolerated,
        "COVER_GAP_RISK": missed > 0 and tolerated,
    }


def _at_the_anniversary(facts: ContractFacts, timing: Timing) -> Told:
    """Send on the wished day, else at once."""
    anniversary = facts.anniversary or date.max
    safe, by_text = last_days(anniversary, facts.notice_months)
    sent = timing.send_day or timing.first_send_day
    limits: Told = {"latest_safe": safe, "latest": by_text}
    if sent > by_text:
        first = timing.first_send_day
        next_one = next(
            later
            for later in (years_later(anniversary, n) for n in count())
            if last_days(later, facts.notice_months)[0] >= first
        )
        nearest = {"nearest_send_day": first, "nearest_new_start": next_one}
        return {**limits, **nearest, "ok": False, "refusal": "NOTICE_TOO_LATE"}
    return {
        **limits,
        **_letter(sent, anniversary - DAY),
        "LAST_DAY_DISPUTABLE": sent == by_text,
        "FIRST_YEAR": anniversary < years_later(facts.first_subscription or date.min, 1),
    }


def _letter(sent: date, last_covered: date) -> Told:
    return {
        "ok": True,
        "refusal": None,
        "send_day": sent,
        "presumed_receipt": receipt(sent),
        "last_covered_day": last_covered,
        "new_start": last_covered + DAY,
    }


def told_by(found: Evaluation, keys: Told) -> Told:
    """Return the engine's answer under the names used here: warnings as flags, limits flat."""
    known = {field.name for field in fields(found)}
    limits = {"latest_safe": found.window.latest_safe, "latest": found.window.latest}
    told: Told = {key: getattr(found, key) for key in keys if key in known}
    flags = {key: key in found.warnings for key in keys if key.isupper()}
    return {**{key: _plain(value) for key, value in (told | limits).items()}, **flags}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
