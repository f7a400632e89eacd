"""Young contracts undone and loans covered anew, as whole answers."""

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

from services.letters.domain.legal.codes import Ground, PolicyholderKind, SalesChannel
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.legal.evaluation import ContractFacts, Timing
from tests.prove.law.any_time import receipt
from tests.prove.law.days import a_day, after
from tests.prove.law.lending import loan_plan
from tests.prove.law.undoing import withdrawal
from tests.prove.law.walking import DAY, days_between, days_later

Told = dict[str, Any]
Asked = tuple[ContractFacts, Timing]

SOLD: tuple[tuple[ContractType, SalesChannel, str], ...] = (
    (ContractType.GAV, SalesChannel.DISTANCE, "DISTANCE_14"),
    (ContractType.GAV, SalesChannel.DOORSTEP, "DOORSTEP_14"),
    (ContractType.SANTE_INDIVIDUELLE, SalesChannel.DISTANCE, "DISTANCE_14"),
    (ContractType.AUTO, SalesChannel.DOORSTEP, "DOORSTEP_14"),
    (ContractType.MOBILE, SalesChannel.SHOP, "AFFINITY_30"),
    (ContractType.ASSURANCE_VIE, SalesChannel.SHOP, "LIFE_30"),
    (ContractType.ASSURANCE_VIE, SalesChannel.DISTANCE, "LIFE_30"),
)
"""A row and a column of section 4, and what the cell opens."""
REGIME = {(of, channel): regime for of, channel, regime in SOLD}


def draw(seed: int, count: int) -> Iterator[Asked]:
    """Draw contracts and wishes; the same seed draws the same ones."""
    random = Random(f"regretted {seed}")  # noqa: S311 - cases, not secrets
    for _ in range(count):
        yield random.choice((_undone, _undone, _asked_of_the_lender, _told_to_the_insurer))(random)


def _facts(of: ContractType, ground: Ground, **told: Any) -> ContractFacts:
    return ContractFacts(
        contract_type=of, ground=ground, policyholder=PolicyholderKind.PERSON, **told
    )


def _undone(random: Random) -> Asked:
    of, channel, regime = random.choice(SOLD)
    concluded = a_day(random)
    waited = max(concluded, after(random, concluded, 0, 3, 20, widest=60))
    papers = waited if regime in {"DISTANCE_14", "LIFE_30"} and random.random() < 0.4 else None
    paid = waited if regime == "AFFINITY_30" and random.random() < 0.4 else None
    facts = _facts(
        of,
        Ground.RENONCIATION,
        channel=channel,
        concluded=concluded,
        documents_received=papers,
        first_premium_paid=paid,
    )
    first = max(concluded, after(random, papers or paid or concluded, 2, 14, 16, 30, widest=60))
    return facts, Timing(first_send_day=first)


def _asked_of_the_lender(random: Random) -> Asked:
    first = a_day(random)
    start = after(random, first, 25, 29, 76, widest=120)
    facts = _facts(ContractType.EMPRUNTEUR, Ground.EMPRUNTEUR_SUBSTITUTION, wanted_new_start=start)
    return facts, Timing(first_send_day=first)


def _told_to_the_insurer(random: Random) -> Asked:
    first = a_day(random)
    facts = _facts(
        ContractType.EMPRUNTEUR,
        Ground.EMPRUNTEUR_RESILIATION,
        wanted_new_start=after(random, first, 11, 5, 30, widest=90),
        lender_accepted=random.random() < 0.9,
    )
    return facts, Timing(first_send_day=first)


def wanted_of(facts: ContractFacts, timing: Timing) -> Told:
    """Return what the sentences say of the letter, sent at once."""
    sent = timing.first_send_day
    if facts.ground is Ground.RENONCIATION:
        return _regretted(facts, sent)
    start = facts.wanted_new_start or date.max
    if facts.ground is Ground.EMPRUNTEUR_SUBSTITUTION:
        said = loan_plan(
            {"substitution_send": sent.isoformat(), "wanted_new_start": start.isoformat()}, ""
        )
        told: Told = {"ok": said["ok"], "refusal": said["refusal"]}
        return {**told, "send_day": sent, "new_start": start} if said["ok"] else told
    return _ended(facts, start, sent)


def _ended(facts: ContractFacts, start: date, sent: date) -> Told:
    """End the old cover ten days after receipt, never before the new one starts."""
    if not facts.lender_accepted:
        return {"ok": False, "refusal": "LENDER_REFUSED"}
    stops = max(days_later(receipt(sent), 10), start)
    return {
        "ok": True,
        "refusal": None,
        "send_day": sent,
        "presumed_receipt": receipt(sent),
        "last_covered_day": stops - DAY,
        "new_start": start,
        "doubled_days": days_between(start, stops),
    }


def _regretted(facts: ContractFacts, sent: date) -> Told:
    concluded = facts.concluded or date.max
    channel = facts.channel or SalesChannel.SHOP
    papers, paid = facts.documents_received, facts.first_premium_paid
    said = withdrawal(
        {
            "regime": REGIME[facts.contract_type, channel],
            "conclusion_or_informed": concluded.isoformat(),
            "documents_received": papers.isoformat() if papers else None,
            "first_premium_paid": paid.isoformat() if paid else None,
            "send_date": sent.isoformat(),
        },
        "",
    )
    told: Told = {"ok": said["ok"], "refusal": said["refusal"]}
    if not said["ok"]:
        return told
    return {
        **told,
        "send_day": sent,
        "presumed_receipt": receipt(sent),
        "latest_safe": said["last_day_safe"],
        "latest": said["last_day_extended"] or said["last_day_safe"],
        "RELIES_ON_EXTENSION": said.get("warning") == "RELIES_ON_EXTENSION",
    }
