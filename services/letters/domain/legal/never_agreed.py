"""A contract never agreed to (*absence de consentement*): four letters, each after another.

The demand for annulment, the complaint, the mediator, the formal notice: when each may leave.

Our reading, and what is second-hand: docs/law/never-agreed.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from kit.days import add_months, add_years
from kit.errors import FieldError, InvalidFields
from services.letters.domain.legal.articles import assurances, civil, consommation
from services.letters.domain.legal.codes import Ground, Refusal, WarningCode
from services.letters.domain.legal.evaluation import ContractFacts

LETTERS: Final = (
    Ground.ANNULATION,
    Ground.RECLAMATION,
    Ground.MEDIATION,
    Ground.MISE_EN_DEMEURE,
)
NEXT: Final[Mapping[Ground, tuple[Ground, ...]]] = {
    Ground.RENONCIATION: (Ground.RECLAMATION,),
    Ground.ANNULATION: (Ground.RECLAMATION,),
    Ground.RECLAMATION: (Ground.MEDIATION, Ground.MISE_EN_DEMEURE),
    Ground.MEDIATION: (Ground.MISE_EN_DEMEURE,),
}
"""What may follow a letter that left; a withdrawal only when it says that nobody agreed."""
SENT_AS: Final[Mapping[Ground, str]] = {
    Ground.RENONCIATION: "first_request_sent",
    Ground.ANNULATION: "first_request_sent",
    Ground.RECLAMATION: "complaint_sent",
    Ground.MEDIATION: "mediator_referred",
}
"""The question of the next letter that the sending of this one answers."""

ONE_DAY: Final = timedelta(days=1)
ANSWER_MONTHS: Final = 2
MEDIATION_DAYS: Final = timedelta(days=90)
MEDIATOR_YEARS: Final = 1
INSURANCE_YEARS: Final = 2
CIVIL_YEARS: Final = 5

CONSENT: Final = civil("1128", "1178")
PRESCRIPTION: Final = (*civil("2224"), *assurances("L. 114-1"))
SUSPENSION: Final = civil("2238")
MEDIATOR: Final = consommation("L. 612-1", "L. 612-2")
OUTCOME: Final = consommation("R. 612-5")
INTEREST: Final = civil("1344-1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The days on which one of the letters may leave."""

    opens: date
    latest_safe: date
    latest: date

    def refusal(self, send_day: date) -> Refusal | None:
        """Return why the letter may not leave that day."""
        if max(send_day, self.opens) > self.latest:
            return Refusal.WINDOW_CLOSED
        return Refusal.EARLIER_LETTER_PENDING if send_day < self.opens else None


def window(facts: ContractFacts) -> Window:
    """Return when the letter may leave. Raises ``InvalidFields`` when a needed day is unknown.

    Law: C. conso. L. 612-2 (the year), R. 612-5 (the 90 days); C. civ. 2224; C. assur. L. 114-1.
    Our reading: nothing but the mediator's year closes his door; for the other letters we count
    five years from the discovery, and show the second year's end as the safe day.
    """
    discovered, first = known(facts.discovered, "discovered"), opens(facts)
    if facts.ground is Ground.MEDIATION:
        return _before_the_mediator(facts, first)
    return Window(
        opens=first,
        latest_safe=add_years(discovered, INSURANCE_YEARS),
        latest=add_years(discovered, CIVIL_YEARS),
    )


def opens(facts: ContractFacts) -> date:
    """Return the first day of the letter. Raises ``InvalidFields`` when a needed day is unknown."""
    return _OPENS[facts.ground](facts)


def late_warning(ground: Ground) -> WarningCode:
    """Return what is said of a sending after the safe day."""
    if ground is Ground.MEDIATION:
        return WarningCode.LATE_FOR_MEDIATOR
    return WarningCode.RELIES_ON_FIVE_YEARS


def silence_over(complaint_sent: date) -> date:
    """Return the first day after the two months that the body has to answer a complaint."""
    return add_months(complaint_sent, ANSWER_MONTHS) + ONE_DAY


def mediation_over(referred: date) -> date:
    """Return the first day after the mediator's ninety days, counted from the presumed receipt."""
    return referred + ONE_DAY + MEDIATION_DAYS + ONE_DAY


def known(day: date | None, field: str) -> date:
    """Return a day that a letter cannot do without. Raises ``InvalidFields``."""
    if day is None:
        raise InvalidFields([FieldError(field, "field-required")])
    return day


def _before_the_mediator(facts: ContractFacts, first_day: date) -> Window:
    """Count the year from the complaint, and the safe day from the first written request.

    A day less, since the mediator may count until he receives the letter.
    """
    complaint = known(facts.complaint_sent, "complaint_sent")
    first = min(facts.first_request_sent or complaint, complaint)
    return Window(
        opens=first_day,
        latest_safe=add_years(first, MEDIATOR_YEARS) - ONE_DAY,
        latest=add_years(complaint, MEDIATOR_YEARS),
    )


def _on_discovery(facts: ContractFacts) -> date:
    return known(facts.discovered, "discovered")


def _after_the_request(facts: ContractFacts) -> date:
    return known(facts.first_request_sent, "first_request_sent") + ONE_DAY


def _after_the_complaint(facts: ContractFacts) -> date:
    """Return the day of the answer, or that of silence when it comes first."""
    complaint = known(facts.complaint_sent, "complaint_sent")
    return _first(complaint, facts.complaint_answered, silence_over(complaint))


def _after_the_mediator(facts: ContractFacts) -> date:
    """Return the day the mediation is over; mediation is a right: without it, the complaint's."""
    referred = facts.mediator_referred
    if referred is None:
        return _after_the_complaint(facts)
    known(facts.complaint_sent, "complaint_sent")
    return _first(referred, facts.mediation_ended, mediation_over(referred))


def _first(asked: date, answered: date | None, silence: date) -> date:
    return silence if answered is None else min(silence, max(asked, answered))


_OPENS: Final[Mapping[Ground, Callable[[ContractFacts], date]]] = {
    Ground.ANNULATION: _on_discovery,
    Ground.RECLAMATION: _after_the_request,
    Ground.MEDIATION: _after_the_complaint,
    Ground.MISE_EN_DEMEURE: _after_the_mediator,
}
