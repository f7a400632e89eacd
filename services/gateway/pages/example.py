"""The example that the public pages show: a health contract left for the first of a month."""

from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

from kit.days import add_months, add_years
from preavis.letters.v1 import letters_pb2 as pb

_TIME_TO_SEND: Final = timedelta(days=5)
_MONTHS: Final = 2  # one for the law's month, and what is left of this one
_YEARS_OLD: Final = 4
_PREMIUM_CENTS: Final = 1200_00


def new_start(today: date) -> date:
    """Return the first of a month soon enough to speak to the reader, and still in time."""
    return add_months(today + _TIME_TO_SEND, _MONTHS).replace(day=1)


def question(today: date) -> pb.PlanTerminationRequest:
    """Return the example as the engine is asked it."""
    return pb.PlanTerminationRequest(
        facts=pb.TerminationFacts(
            contract_type="sante_individuelle",
            ground="RIA",
            policyholder_kind=pb.POLICYHOLDER_KIND_PERSON,
            code_family=pb.CODE_FAMILY_MUTUALITE,
            fields={"first_subscription": _first_subscription(today).isoformat()},
        ),
        new_start=new_start(today).isoformat(),
        yearly_premium_cents=_PREMIUM_CENTS,
    )


def address(today: date) -> str:
    """Return the calculator's address that holds the same example."""
    asked = question(today)
    values = {
        "type": asked.facts.contract_type,
        "organisme": "mutualite",
        "motif": asked.facts.ground,
        "first_subscription": f"{_first_subscription(today):%d/%m/%Y}",
        "reprise": f"{new_start(today):%d/%m/%Y}",
        "prime": str(_PREMIUM_CENTS // 100),
        "calculer": "1",
    }
    return f"/calculateur?{urlencode(values)}"


def _first_subscription(today: date) -> date:
    return add_years(today, -_YEARS_OLD).replace(day=1)
