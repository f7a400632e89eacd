"""Contracts never agreed to: the letters of their file, said again from the sentences.

Two whole months of silence after a written complaint; the mediator within the year of it, and
ninety days for him; two years by the insurance code and five by the civil one.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

from services.letters.domain.legal.codes import Ground, PolicyholderKind
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.legal.evaluation import ContractFacts, Timing
from tests.prove.law.any_time import receipt
from tests.prove.law.days import a_day, after
from tests.prove.law.walking import DAY, days_later, months_later, years_later

Told = dict[str, Any]
Asked = tuple[ContractFacts, Timing]
LETTERS = (Ground.ANNULATION, Ground.RECLAMATION, Ground.MEDIATION, Ground.MISE_EN_DEMEURE)
TYPES = (ContractType.GAV, ContractType.MOBILE, ContractType.SANTE_INDIVIDUELLE, ContractType.AUTO)


def draw(seed: int, count: int) -> Iterator[Asked]:
    """Draw files and wishes; the same seed draws the same ones."""
    random = Random(f"contested {seed}")  # noqa: S311 - cases, not secrets
    for _ in range(count):
        yield _contested(random)


def _contested(random: Random) -> Asked:
    discovered = a_day(random)
    requested = max(discovered, after(random, discovered, 1, 10, 40))
    complaint = max(requested, after(random, requested, 1, 14, 60, 300))
    facts = ContractFacts(
        contract_type=random.choice(TYPES),
        ground=random.choice(LETTERS),
        policyholder=PolicyholderKind.PERSON,
        discovered=discovered,
        first_request_sent=requested,
        complaint_sent=complaint,
    )
    if random.random() < 0.4:
        facts = replace(facts, complaint_answered=after(random, complaint, 5, 58, 62))
    if random.random() < 0.5:
        facts = _referred(random, facts, max(complaint, after(random, complaint, 62, 200)))
    asked = after(random, _near(random, facts), -1, 0, 1, widest=40)
    wished = after(random, asked, 0, 1, 60, 365) if random.random() < 0.5 else None
    return facts, Timing(first_send_day=asked, send_day=max(asked, wished) if wished else None)


def _referred(random: Random, facts: ContractFacts, referred: date) -> ContractFacts:
    ended = after(random, referred, 30, 91, 93) if random.random() < 0.5 else None
    return replace(facts, mediator_referred=referred, mediation_ended=ended)


def _near(random: Random, facts: ContractFacts) -> date:
    """Draw a day beside one that the letter's window hangs on."""
    complaint = facts.complaint_sent or date.max
    discovered = facts.discovered or date.max
    edges = (
        complaint,
        months_later(complaint, 2),
        years_later(complaint, 1),
        years_later(facts.first_request_sent or complaint, 1),
        days_later(facts.mediator_referred or complaint, 92),
        years_later(discovered, 2),
        years_later(discovered, 5),
    )
    return random.choice(edges)


def wanted_of(facts: ContractFacts, timing: Timing) -> Told:
    """Return what the sentences say of the letter: its days, or why it may not leave."""
    opens = _opens(facts)
    safe, last = _closes(facts)
    limits: Told = {"latest_safe": safe, "latest": last}
    sent = timing.send_day or max(timing.first_send_day, opens)
    if max(sent, opens) > last:
        return {**limits, "ok": False, "refusal": "WINDOW_CLOSED"}
    if sent < opens:
        nearest = max(timing.first_send_day, opens)
        return {
            **limits,
            "ok": False,
            "refusal": "EARLIER_LETTER_PENDING",
            "nearest_send_day": nearest,
        }
    late = "LATE_FOR_MEDIATOR" if facts.ground is Ground.MEDIATION else "RELIES_ON_FIVE_YEARS"
    return {
        **limits,
        "ok": True,
        "refusal": None,
        "send_day": sent,
        "presumed_receipt": receipt(sent),
        "last_covered_day": None,
        late: sent > safe,
    }


def _opens(facts: ContractFacts) -> date:
    """Walk until the earlier letter was answered, or its addressee has had all his days."""
    discovered = facts.discovered or date.max
    complaint = facts.complaint_sent or date.max
    if facts.ground is Ground.ANNULATION:
        return discovered
    if facts.ground is Ground.RECLAMATION:
        return receipt(facts.first_request_sent or date.max)
    if facts.ground is Ground.MISE_EN_DEMEURE and facts.mediator_referred:
        asked = facts.mediator_referred
        last_of_his, answer = days_later(receipt(asked), 90), facts.mediation_ended
    else:
        asked = complaint
        last_of_his, answer = months_later(complaint, 2), facts.complaint_answered
    day = asked
    while day <= last_of_his and not (answer and day >= answer):
        day += DAY
    return day


def _closes(facts: ContractFacts) -> tuple[date, date]:
    """Return the last day that nobody disputes, and the last of all."""
    discovered = facts.discovered or date.max
    if facts.ground is not Ground.MEDIATION:
        return years_later(discovered, 2), years_later(discovered, 5)
    complaint = facts.complaint_sent or date.max
    first = min(facts.first_request_sent or complaint, complaint)
    received_in_time = years_later(first, 1)
    return received_in_time - DAY, years_later(complaint, 1)
