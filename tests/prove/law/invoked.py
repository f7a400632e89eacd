"""Grounds that an event or a notice opens, as whole answers: when it may leave, when it ends."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

from services.letters.domain.legal.codes import Ground, PolicyholderKind
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.legal.evaluation import ContractFacts, Timing
from tests.prove.law.any_time import end, receipt
from tests.prove.law.days import a_day, after
from tests.prove.law.walking import DAY, days_later, months_later
from tests.prove.law.yearly import chatel_window

Told = dict[str, Any]
Asked = tuple[ContractFacts, Timing]

AUTO, HOME, LET = ContractType.AUTO, ContractType.HABITATION_LOCATAIRE, ContractType.PNO
TYPES: Mapping[Ground, ContractType] = {
    Ground.CHANGEMENT_SITUATION: HOME,
    Ground.APRES_SINISTRE: AUTO,
    Ground.AUGMENTATION_TARIF: AUTO,
    Ground.VENTE_VEHICULE: AUTO,
    Ground.CESSION_BIEN: LET,
    Ground.DECES_ASSURE: LET,
    Ground.DIMINUTION_RISQUE: AUTO,
    Ground.TRANSFERT_PORTEFEUILLE: AUTO,
    Ground.C2S: ContractType.SANTE_INDIVIDUELLE,
    Ground.ADHESION_OBLIGATOIRE: ContractType.SANTE_INDIVIDUELLE,
    Ground.CHATEL: AUTO,
}


def draw(seed: int, count: int) -> Iterator[Asked]:
    """Draw events and wishes; the same seed draws the same ones."""
    random = Random(f"invoked {seed}")  # noqa: S311 - cases, not secrets
    for _ in range(count):
        ground = random.choice(sorted(TYPES))
        day = a_day(random)
        facts = ContractFacts(
            contract_type=TYPES[ground],
            ground=ground,
            policyholder=PolicyholderKind.PERSON,
            first_subscription=date(2015, 6, 1),
            event_day=day,
        )
        if ground is Ground.AUGMENTATION_TARIF:
            facts = replace(
                facts,
                clause_window_days=random.choice((15, 20, 30)),
                clause_delay_months=random.choice((1, 2, 3)),
            )
        if ground is Ground.CHATEL:
            facts = _notice(random, facts, day)
            day = facts.renewal_notice_sent or day - 30 * DAY
        yield facts, _timing(random, day, early=ground is not Ground.CHATEL)


def _notice(random: Random, facts: ContractFacts, day: date) -> ContractFacts:
    """Let the drawn day be the anniversary, and a notice come around its deadline, or none."""
    sent = after(random, day, -75, -77, -62, -30, -5, widest=0) if random.random() < 0.7 else None
    return replace(facts, event_day=None, anniversary=day, renewal_notice_sent=sent)


def _timing(random: Random, day: date, *, early: bool) -> Timing:
    """Let a letter leave around the event's limits; never before the notice it answers."""
    drawn = after(random, day, 0, 10, 20, 28, 31, 89, 92, 181)
    first = drawn if early else max(day, drawn)
    wished = after(random, first, 0, 5, 25, 60) if random.random() < 0.5 else None
    return Timing(first_send_day=first, send_day=max(first, wished) if wished else None)


def wanted_of(facts: ContractFacts, timing: Timing) -> Told:
    """Return what the sentences say of the letter: its days, or why it may not leave."""
    if facts.ground is Ground.CHATEL:
        return _after_a_notice(facts, timing)
    event = facts.event_day or date.max
    sent = timing.send_day or max(timing.first_send_day, event)
    if sent < event:
        refused = facts.ground is Ground.DIMINUTION_RISQUE  # the event is the insurer's refusal
        return {
            "ok": False,
            "refusal": "INSURER_REFUSAL_REQUIRED" if refused else "EVENT_NOT_OCCURRED",
        }
    last, refusal = LAST.get(facts.ground, _never)(facts, event)
    if last and sent > last:
        return {"ok": False, "refusal": refusal}
    told: Told = {"ok": True, "refusal": None, "send_day": sent, "presumed_receipt": receipt(sent)}
    if last:
        told["latest"] = last
    return told | ENDS[facts.ground](facts, event, sent)


def _never(_facts: ContractFacts, _event: date) -> tuple[date | None, str]:
    return None, ""


def _within(months: int) -> Callable[[ContractFacts, date], tuple[date | None, str]]:
    return lambda _facts, event: (months_later(event, months), "WINDOW_CLOSED")


LAST: Mapping[Ground, Callable[[ContractFacts, date], tuple[date | None, str]]] = {
    Ground.CHANGEMENT_SITUATION: _within(3),
    Ground.APRES_SINISTRE: _within(1),
    Ground.TRANSFERT_PORTEFEUILLE: _within(1),
    Ground.AUGMENTATION_TARIF: lambda facts, event: (
        days_later(event, facts.clause_window_days),
        "WINDOW_CLOSED",
    ),
    Ground.VENTE_VEHICULE: lambda _facts, event: (
        months_later(event, 6) - DAY,
        "ALREADY_TERMINATED_BY_LAW",
    ),
}


def _ends_on(last_covered: date) -> Told:
    return {"last_covered_day": last_covered, "new_start": last_covered + DAY}


def _month_after(_facts: ContractFacts, _event: date, sent: date) -> Told:
    return _ends_on(end(sent))


def _at_receipt(_facts: ContractFacts, _event: date, sent: date) -> Told:
    return _ends_on(receipt(sent))


def _sold(_facts: ContractFacts, event: date, sent: date) -> Told:
    over = min(days_later(receipt(sent), 10), months_later(event, 6))
    return {**_ends_on(event), "contract_end": over}


def _as_the_clause_says(facts: ContractFacts, _event: date, sent: date) -> Told:
    return _ends_on(months_later(receipt(sent), facts.clause_delay_months))


ENDS: Mapping[Ground, Callable[[ContractFacts, date, date], Told]] = {
    Ground.CHANGEMENT_SITUATION: _month_after,
    Ground.APRES_SINISTRE: _month_after,
    Ground.C2S: _month_after,
    Ground.ADHESION_OBLIGATOIRE: _month_after,
    Ground.AUGMENTATION_TARIF: _as_the_clause_says,
    Ground.CESSION_BIEN: _at_receipt,
    Ground.DECES_ASSURE: _at_receipt,
    Ground.VENTE_VEHICULE: _sold,
    Ground.DIMINUTION_RISQUE: lambda _facts, _event, sent: _ends_on(days_later(sent, 30)),
    Ground.TRANSFERT_PORTEFEUILLE: lambda _facts, _event, _sent: {},
}


def _after_a_notice(facts: ContractFacts, timing: Timing) -> Told:
    """Ask the sentences about the notice, on the wished day or the first one that may serve."""
    anniversary, notice = facts.anniversary or date.max, facts.renewal_notice_sent
    soonest = timing.first_send_day if notice else max(timing.first_send_day, anniversary)
    sent = timing.send_day or soonest
    told = chatel_window(
        {
            "echeance": anniversary.isoformat(),
            "notice_sent": notice.isoformat() if notice else None,
            "send_date": sent.isoformat(),
            "notice_months": facts.notice_months,
        },
        "CHATEL",
    )
    keys = ("ok", "refusal", "last_covered_day", "new_start")
    said = {key: told[key] for key in keys if key in told}
    if told["regime"] == "NORMAL":  # a fair notice leaves the anniversary's own ground
        return {"ok": False, "refusal": "NOTICE_WAS_FAIR"}
    return {**said, "send_day": sent} if told["ok"] else said
