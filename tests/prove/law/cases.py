"""Cases drawn by seed, as vectors without an answer: every function, most on an edge."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from random import Random
from typing import Any

from tests.prove.law.days import a_day, after, an_instant, maybe
from tests.prove.law.rights import ANCILLARY, FOURTEEN, GROUPS, LIFE, ROWS, VEHICLES
from tests.prove.law.undoing import THIRTY_SINCE, YEAR_MORE_SINCE
from tests.prove.law.walking import DAY

Inputs = dict[str, Any]
Case = dict[str, Any]


def draw(function: str, seed: int, count: int) -> Iterator[Case]:
    """Draw cases of one function; the same seed draws the same ones."""
    random = Random(f"{function} {seed}")  # noqa: S311 - cases, not secrets
    for number in range(count):
        yield {"id": f"{function} {seed}/{number}", "function": function, **DRAWN[function](random)}


def _dated(inputs: Callable[[Random], Inputs], *grounds: str) -> Callable[[Random], Case]:
    def drawn(random: Random) -> Case:
        return {"ground": random.choice(grounds) if grounds else None, "inputs": inputs(random)}

    return drawn


def _plan(random: Random) -> Inputs:
    day = a_day(random)
    start = after(random, day, 31, 33, 60, 100)
    inputs: Inputs = {"now": an_instant(random, day), "new_start": start.isoformat()}
    if random.random() < 0.6:
        first = after(random, start, -365, -400, -396, -2000, widest=0)
        inputs["first_subscription"] = first.isoformat()
    if random.random() < 0.4:
        wanted = after(random, start, -33, -32, -34, -45, -60, widest=5)
        inputs["send_date"] = wanted.isoformat()
        inputs["deferral_agreed"] = random.random() < 0.5
    inputs["first_sending"] = random.random() < 0.3
    return inputs


def _pair(random: Random, first: str, second: str, *around: int) -> Inputs:
    day = a_day(random)
    return {first: day.isoformat(), second: after(random, day, *around).isoformat()}


def _anniversary(random: Random) -> Inputs:
    months = random.choice((2, 2, 2, 1, 3, 6, 12))
    inputs = _pair(random, "echeance", "send_date", -61, -60, -59, -30 * months, -31 * months)
    if random.random() < 0.1:
        del inputs["send_date"]
    if months == 2 and random.random() < 0.3:
        return inputs
    return {**inputs, "notice_months": months}


def _notice(random: Random) -> Inputs:
    months = random.choice((2, 2, 2, 1, 3))
    day = a_day(random)
    inputs: Inputs = {"echeance": day.isoformat(), "notice_months": months}
    if random.random() < 0.25:
        return {**inputs, "notice_sent": None, "send_date": after(random, day, 0, 30).isoformat()}
    sent = after(random, day, -75, -77, -62, -30, 5, widest=60)
    answered = max(sent, after(random, sent, 20, 15, 2))
    if random.random() < 0.15:
        answered = max(sent, day)
    return {**inputs, "notice_sent": sent.isoformat(), "send_date": answered.isoformat()}


def _withdrawal(random: Random) -> Inputs:
    regime = random.choice(
        ("DOORSTEP_14", "DISTANCE_14", "AFFINITY_30", "LIFE_30", "CONSUMER_GOODS_14")
    )
    day = a_day(random)
    if regime == "AFFINITY_30" and random.random() < 0.1:
        day = THIRTY_SINCE + random.randint(-20, 3) * DAY
    inputs: Inputs = {"regime": regime, "conclusion_or_informed": day.isoformat()}
    began = day
    if regime in {"DISTANCE_14", "LIFE_30"} and random.random() < 0.5:
        began = max(day, after(random, day, 3, 20))
        if regime == "LIFE_30" and random.random() < 0.3:
            began = after(random, day, 2890, 2922, 2950, widest=3200)
        inputs["documents_received"] = max(day, began).isoformat()
    elif regime == "DISTANCE_14" and random.random() < 0.5:
        if random.random() < 0.3:
            day = YEAR_MORE_SINCE + random.randint(-3, 3) * DAY
            inputs["conclusion_or_informed"] = day.isoformat()
        inputs["documents_never_received"] = True
        if day < YEAR_MORE_SINCE:  # nobody knows when such a right ends
            return inputs
        began = day + random.choice((0, 365, 366)) * DAY
    elif regime == "AFFINITY_30" and random.random() < 0.5:
        began = max(day, after(random, day, 30, 60))
        inputs["first_premium_paid"] = began.isoformat()
    inputs["send_date"] = maybe(random, lambda: max(day, after(random, began, 14, 16, 30)))
    return inputs


def _refund(random: Random) -> Inputs:
    start = a_day(random)
    over = max(start + DAY, after(random, start, 365, 366, 31, 90, 181))
    stop = start + random.randint(0, (over - start).days) * DAY
    cents = random.choice((1, 36500, 48000, 99999, random.randrange(1, 500_000)))
    return {
        "premium_eur": f"{cents // 100}.{cents % 100:02d}",
        "period_start": start.isoformat(),
        "covered_until_exclusive": stop.isoformat(),
        "period_end_exclusive": over.isoformat(),
    }


def _loan(random: Random) -> Inputs:
    sent = a_day(random)
    return {
        "substitution_send": sent.isoformat(),
        "lender_receipt": maybe(random, lambda: max(sent, after(random, sent, 1, 8, 15))),
        "wanted_new_start": maybe(random, lambda: after(random, sent, 25, 29, 76, widest=120)),
    }


def _decision(random: Random) -> Inputs:
    drawn = _pair(random, "insurer_receives_decision", "new_start", 10, 0, 30)
    return {**drawn, "lender_accepted": random.random() < 0.9}


def _sale(random: Random) -> Inputs:
    inputs = _pair(random, "sale_date", "send_date", 0, 3, 170, 181, 184)
    if random.random() < 0.1:
        del inputs["send_date"]
    return inputs


def _decrease(random: Random) -> Inputs:
    inputs: Inputs = _pair(random, "insurer_refusal_date", "send_date", 1, 10)
    if random.random() < 0.1:
        inputs["insurer_refusal_date"] = None
    return inputs


def _validated(random: Random) -> Inputs:
    return {"validated_at": an_instant(random), "first_sending": random.random() < 0.3}


def _cancel(random: Random) -> Inputs:
    day = a_day(random)
    return {
        "scheduled_date": day.isoformat(),
        "now": an_instant(random, day + random.choice((0, 0, 0, -1, 1, -9)) * DAY),
        "e_mandate_signed": random.random() < 0.2,
    }


def _kept(random: Random) -> Inputs:
    kind = random.choice(("trash", "draft", "proof", "paper_content"))
    return {"kind": kind, "start_date": a_day(random).isoformat()}


def _one(key: str) -> Callable[[Random], Inputs]:
    return lambda random: {key: _text(random)}


def _text(random: Random) -> str:
    day: date = a_day(random)
    return day.isoformat()


def _eligibility(random: Random) -> Case:
    ground = random.choice(("ECHEANCE", "CHATEL", "HAMON", "RIA", "RENONCIATION"))
    if ground == "RENONCIATION":
        return _withdrawn_product(random)
    of = random.choice(sorted(ROWS))
    who = {"N": ["NATURAL_PERSON"], "L": ["LEGAL_PERSON"]}.get(
        ROWS[of][0], ["NATURAL_PERSON", "LEGAL_PERSON"]
    )
    requesters = ["POLICYHOLDER", "DEPENDANT"] if of not in GROUPS else _GROUP_REQUESTERS
    if ground in {"CHATEL", "HAMON"}:
        who, requesters = ["NATURAL_PERSON", "LEGAL_PERSON"], ["POLICYHOLDER"]
    inputs: Inputs = {"subscriber": random.choice(who), "requester": random.choice(requesters)}
    if ground == "RIA" and inputs["requester"] != "MEMBER":
        inputs["distinct_from_mandatory_contract"] = random.random() < 0.5
    return {"ground": ground, "contract_type": of, "inputs": inputs}


_GROUP_REQUESTERS = ["EMPLOYER", "EMPLOYEE", "DEPENDANT"]


def _withdrawn_product(random: Random) -> Case:
    of = random.choice(sorted(FOURTEEN | VEHICLES | LIFE))
    fit = ["DOORSTEP_14", "DISTANCE_14", "AFFINITY_30", "LIFE_30"]
    inputs: Inputs = {"regime": random.choice(["LIFE_30"] if of in LIFE else fit)}
    inputs["subscriber"] = random.choice(("NATURAL_PERSON", "NATURAL_PERSON", "LEGAL_PERSON"))
    if of in ANCILLARY:
        inputs["duration_days"] = random.choice((None, 20, 31, 32, 365))
    if of in LIFE:
        inputs["duration_days"] = random.choice((None, 40, 59, 70, 365))
    return {"ground": "RENONCIATION", "contract_type": of, "inputs": inputs}


_SENT = ("ECHEANCE", "CHATEL", "HAMON", "RIA", "CHANGEMENT_SITUATION", "APRES_SINISTRE",
         "DIMINUTION_RISQUE", "TRANSFERT_PORTEFEUILLE", "EMPRUNTEUR_SUBSTITUTION",
         "EMPRUNTEUR_RESILIATION", "RENONCIATION", "CUSTOM")  # fmt: skip


_ANY_TYPE = frozenset(_SENT) - {"HAMON", "RIA"}


def _sender(random: Random) -> Case:
    ground = random.choice(_SENT)
    inputs: Inputs = {"sender_mode": random.choice(("AGENCY", "PLATFORM"))}
    if ground == "RENONCIATION":
        inputs["regime"] = random.choice(("DOORSTEP_14", "DISTANCE_14", "AFFINITY_30", "LIFE_30"))
    if inputs["sender_mode"] == "AGENCY" and random.random() < 0.1:
        inputs["orias_certificate_valid"] = False
    of = random.choice([of for of, row in ROWS.items() if ground in {*row, *_ANY_TYPE}])
    return {"ground": ground, "contract_type": of, "inputs": inputs}


def _letter(random: Random) -> Case:
    few = random.sample(("ECHEANCE", "HAMON", "RIA", "CHATEL"), random.choice((1, 1, 2)))
    contracts = [
        {"type": random.choice(sorted(ROWS)), "ground": random.choice(few)}
        for _ in range(random.randint(1, 4))
    ]
    same = ("same_subscriber", "same_recipient", "same_new_start")
    asked = {key: random.random() < 0.8 for key in same}
    return {"ground": None, "contract_type": None, "inputs": {"contracts": contracts, **asked}}


DRAWN: Mapping[str, Callable[[Random], Case]] = {
    "cancel_scheduled": _dated(_cancel),
    "chatel_window": _dated(_notice, "CHATEL"),
    "deposit_date": _dated(lambda random: {"deposit_proof_timestamp": an_instant(random)}),
    "echeance_window": _dated(_anniversary, "ECHEANCE"),
    "eligibility": _eligibility,
    "forward_effect": _dated(_one("send_date"), "HAMON", "RIA"),
    "ideal_send": _dated(_one("new_start"), "HAMON", "RIA"),
    "letter_compat": _letter,
    "licence_withdrawn": _dated(_one("jo_publication")),
    "loan_plan": _dated(_loan),
    "loan_termination": _dated(_decision),
    "lre_cutoff": _dated(_validated),
    "mandate_deadline": _dated(_one("planned_send")),
    "paper_posting": _dated(_validated),
    "plan_send": _dated(_plan, "HAMON", "RIA"),
    "portfolio_transfer": _dated(lambda r: _pair(r, "jo_publication", "send_date", 28, 31)),
    "post_claim": _dated(lambda r: _pair(r, "insurer_termination_notice", "send_date", 28, 31)),
    "refund": _dated(_refund),
    "retention": _dated(_kept),
    "ria_classify": _dated(
        lambda r: _pair(r, "send_date", "mentioned_last_covered_day", 28, 32, 36, 60), "RIA"
    ),
    "risk_decrease": _dated(_decrease),
    "sender_check": _sender,
    "situation_change": _dated(lambda r: _pair(r, "event_date", "send_date", 0, 89, 92, 30)),
    "vehicle_sale": _dated(_sale),
    "withdrawal": _dated(_withdrawal),
}
