"""Validation: the list enforced, the dates restated, then the preparation carried through."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from kit.failpoints import failpoint
from kit.ids import derived_id
from services.dispatch.domain import preflight
from services.dispatch.domain.letter import Agency, MailKind
from services.dispatch.domain.sending import DatesChanged, Order, Sending, iso
from services.dispatch.domain.timing import Timing
from services.dispatch.domain.whys import MailNotAllowed, NotPossible, SameContractLately
from services.dispatch.ports import Desk, RecentLetter
from services.dispatch.usecases import planning, preparing
from services.dispatch.usecases.planning import Plan, Preflight


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """What the page showed and the user confirmed."""

    send_day: date | None
    last_covered_day: date | None
    new_start: date | None
    gross_cents: int
    same_contract: bool = False
    """The letters lately sent for the same contract, if any, were seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """One press of the button; the same ``key`` is the same press."""

    key: str
    letter_id: UUID
    mail_kind: MailKind
    timing: Timing
    confirmed: Confirmed
    author_name: str


async def finalise(account_id: UUID, asked: Validation, *, desk: Desk) -> Sending:
    """Hold the credit, freeze the letter and schedule it, or turn it down and keep nothing.

    Raises ``ActionsRemaining``, ``DatesChanged``, ``SameContractLately``, ``AlreadyFinalised``, or
    what the step that refused says (``credit-insufficient``, ``price-changed``...).
    """
    async with desk.store.account(account_id) as work:
        standing = await work.look_for(asked.letter_id)
        has_sent = await work.has_sent()
    if standing is not None and standing.order.key == asked.key:
        return await preparing.carry_on(standing, desk=desk)
    found = await planning.look(account_id, asked.letter_id, desk=desk)
    preflight.check_done(found.actions)
    plan = await planning.plan(
        account_id, asked.letter_id, asked.timing, desk=desk, has_sent=has_sent
    )
    order = _order(asked, plan, found, desk=desk)
    begun = await _begin(account_id, asked.letter_id, order, found.agency, desk=desk)
    failpoint("dispatch.finalise.begun")
    return await preparing.carry_on(begun, desk=desk)


def _order(asked: Validation, plan: Plan, found: Preflight, *, desk: Desk) -> Order:
    """Restate what was confirmed.

    Raises ``NotPossible``, ``MailNotAllowed``, ``DatesChanged``, ``SameContractLately``.
    """
    day = check_dates(plan, asked.mail_kind, asked.confirmed)
    _check_recent(plan.planned.recent, asked.confirmed)
    return Order(
        key=asked.key,
        mail_kind=asked.mail_kind,
        send_day=day,
        last_covered_day=plan.planned.last_covered_day,
        new_start=plan.planned.new_start,
        gross_cents=asked.confirmed.gross_cents,
        attaches_mandate=found.mandate.attached,
        validated_at=desk.clock(),
        author_name=asked.author_name,
        letter_number=found.letter.number,
        leaves_now=plan.leaves_now,
        wanted_new_start=asked.timing.new_start,
        same_contract_confirmed=asked.confirmed.same_contract,
    )


def _check_recent(recent: Sequence[RecentLetter], confirmed: Confirmed) -> None:
    """Say at once what letters would refuse on freezing; of two letters at once it alone knows."""
    if recent and not confirmed.same_contract:
        raise SameContractLately(number=recent[0].number, send_day=iso(recent[0].send_day))


def check_dates(plan: Plan, kind: MailKind, confirmed: Confirmed | None) -> date:
    """Return the day to leave on, once the law, the kind of mail and the user agree on it."""
    planned, day = plan.planned, plan.send_day
    if not planned.ok or day is None:
        raise NotPossible(planned.reason, **planned.facts)
    if planned.allowed_mail and kind not in planned.allowed_mail:
        raise MailNotAllowed(mail_kind=kind)
    found = (day, planned.last_covered_day, planned.new_start)
    if confirmed is not None and found != (
        confirmed.send_day,
        confirmed.last_covered_day,
        confirmed.new_start,
    ):
        raise DatesChanged(
            send_day=iso(found[0]), last_covered_day=iso(found[1]), new_start=iso(found[2])
        )
    return day


async def _begin(
    account_id: UUID, letter_id: UUID, order: Order, agency: Agency, *, desk: Desk
) -> Sending:
    async with desk.store.account(account_id) as work:
        sending = await work.find(letter_id)
        if sending is None:
            new, fact = Sending.begin(
                sending_id=derived_id(account_id, "Sending", letter_id),
                account_id=account_id,
                letter_id=letter_id,
                order=order,
                agency=agency,
            )
        else:
            new, fact = sending.begin_again(order=order, agency=agency)
        await preparing.plan_rescue(work, new, desk.clock())
        return await work.save(new, fact)
