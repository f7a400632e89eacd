"""What a sending does with a letter: plan it, print it, lock it, give it back, follow it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from kit.clock import Clock
from kit.days import paris_date
from kit.failpoints import failpoint
from kit.money import Money
from services.letters.domain.calculator.cover import Cover
from services.letters.domain.calculator.plan import Question, cover_of, is_compulsory
from services.letters.domain.content_hash import content_hash
from services.letters.domain.leaving import leaving_day
from services.letters.domain.legal.codes import MailKind, SenderMode
from services.letters.domain.legal.evaluation import Evaluation
from services.letters.domain.letter import (
    Frozen,
    GenerationSuperseded,
    Letter,
    LetterHeld,
    MandateMention,
)
from services.letters.domain.outline import LetterIncomplete, missing
from services.letters.domain.planning import (
    Explored,
    accepted,
    check_sender,
    explore,
    facts_of,
    plan,
    plan_if_possible,
)
from services.letters.domain.recent import (
    RecentLetter,
    check_recent,
    counts_from,
    recent_letters,
)
from services.letters.domain.sheet import Preview, Printed, Sheet, sheet
from services.letters.domain.tracking import Tracking, supersedes
from services.letters.ports import Files, Letterheads, Store, Transaction, Typesetter
from services.letters.usecases.drafts import save


@dataclass(frozen=True, slots=True, kw_only=True)
class Freezing:
    """What dispatch asks to lock."""

    sending_id: UUID
    generation: int
    send_day: date
    new_start: date | None
    sender: SenderMode
    mail_kind: MailKind
    mandate: MandateMention
    version: int
    same_contract_confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """When a letter should leave, and what its plan is compared with; nothing wished: now.

    ``known_new_start`` moves no date: it is the new contract's own, where the ground needs none.
    """

    first_send_day: date | None = None
    send_day: date | None = None
    new_start: date | None = None
    known_new_start: date | None = None
    yearly_premium: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLetter:
    """What the law makes of a letter, and what to know before it leaves."""

    letter: Letter
    explored: Explored
    cover: Cover | None
    recent: tuple[RecentLetter, ...]
    """The letters of the account lately sent, or to be sent, for the same contract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewing:
    """How a letter is looked at before it leaves; nothing given: as planned."""

    first_send_day: date | None = None
    send_day: date | None = None
    new_start: date | None = None
    mail_kind: MailKind | None = None
    mandate: MandateMention = MandateMention.HELD


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """What it takes to print a letter."""

    letterheads: Letterheads
    typesetter: Typesetter
    files: Files


class FollowedLetters(Protocol):
    """The letters that a fact of dispatch reaches, within the fact's own transaction."""

    async def tracking(self, letter_id: UUID) -> Tracking:
        """Return the sending's last news, locked. Raises ``LetterUnknown``."""

    async def save_tracking(self, letter_id: UUID, news: Tracking) -> None:
        """Keep the sending's news; the letter's version stays, since its content does."""


async def plan_letter(
    account_id: UUID, letter_id: UUID, wish: Wish, *, store: Store, clock: Clock
) -> PlannedLetter:
    """Return what the law makes of a letter that leaves from ``first_send_day`` on.

    Raises ``InvalidFields`` while a day its ground needs is missing.
    """
    today = paris_date(clock())
    async with store.account(account_id) as transaction:
        letter = await transaction.get(letter_id)
        others = await transaction.alike(letter, sent_from=counts_from(today))
    facts = facts_of(letter)
    first_send_day = wish.first_send_day or leaving_day(clock())
    explored = explore(
        facts, first_send_day=first_send_day, send_day=wish.send_day, new_start=wish.new_start
    )
    compared = Question(
        facts=max(facts, key=is_compulsory),
        first_send_day=first_send_day,
        new_start=wish.new_start or wish.known_new_start,
        yearly_premium=wish.yearly_premium,
    )
    return PlannedLetter(
        letter=letter,
        explored=explored,
        cover=cover_of(compared, explored.evaluation),
        recent=recent_letters(letter, others, today=today),
    )


async def render_letter(
    account_id: UUID,
    letter_id: UUID,
    viewing: Viewing,
    *,
    store: Store,
    press: Press,
    clock: Clock,
) -> tuple[Printed, bool]:
    """Return the letter as it would leave, and whether these are the frozen bytes.

    What a draft lacks is said in its place; days that the law refuses are left out.
    """
    async with store.account(account_id) as transaction:
        letter = await transaction.get(letter_id)
    if letter.frozen is not None:
        pdf = await press.files.get(letter.frozen.sha256)
        return Printed(pdf, letter.frozen.page_count), True
    content = await _seen(letter, viewing, press=press, today=leaving_day(clock()))
    return await press.typesetter.typeset(content), False


async def preview_letter(
    account_id: UUID,
    letter_id: UUID,
    viewing: Viewing,
    *,
    store: Store,
    press: Press,
    clock: Clock,
) -> Preview:
    """Return the letter as HTML for the screen; a frozen one as it was frozen."""
    async with store.account(account_id) as transaction:
        letter = await transaction.get(letter_id)
    if letter.frozen is not None:
        viewing = replace(
            viewing,
            first_send_day=letter.frozen.send_day,
            send_day=letter.frozen.send_day,
            new_start=letter.frozen.wanted_new_start,
            mail_kind=letter.frozen.mail_kind,
            mandate=letter.frozen.mandate,
        )
    content = await _seen(letter, viewing, press=press, today=leaving_day(clock()))
    return press.typesetter.preview(content)


async def _seen(letter: Letter, viewing: Viewing, *, press: Press, today: date) -> Sheet:
    first = viewing.first_send_day or today
    evaluation = plan_if_possible(
        letter,
        first_send_day=first,
        send_day=viewing.send_day,
        new_start=viewing.new_start,
    )
    day = (evaluation and evaluation.send_day) or viewing.send_day or first
    return sheet(
        letter,
        day=day,
        letterhead=await press.letterheads.on(letter.account_id, day),
        evaluation=evaluation,
        mail_kind=viewing.mail_kind,
        mandate=viewing.mandate,
    )


async def freeze_letter(
    account_id: UUID, letter_id: UUID, asked: Freezing, *, store: Store, press: Press, clock: Clock
) -> tuple[Letter, Frozen, bytes]:
    """Lock a letter for a sending and store the PDF that leaves.

    The same question gives back what stands. Raises ``LetterIncomplete``, ``LetterHeld``,
    ``GenerationGivenUp``, ``GenerationSuperseded``, ``StaleVersion``, ``SameContractLately``, and
    when the law does not allow that day, sender or mail: ``ImpossibleTermination``,
    ``SenderNotAllowed``, ``MailNotAllowed``.
    """
    async with store.account(account_id) as transaction:
        letter = await transaction.get(letter_id)
    standing = standing_answer(letter, asked)
    if standing is not None:
        return letter, standing, await press.files.get(standing.sha256)
    letter.at_version(asked.version)
    evaluation = _allowed(letter, asked)
    frozen, pdf = await _printed(letter, asked, evaluation, press=press, at=clock())
    failpoint("letters.freeze.printed")
    async with store.account(account_id) as transaction:
        current = await transaction.get(letter_id, lock=True)
        standing = standing_answer(current, asked)
        if standing is not None:  # the same request, twice at once
            return current, standing, pdf
        current.at_version(letter.version)
        await _check_recent(transaction, current, asked, paris_date(clock()))
        locked = current.freeze(frozen)
        await save(transaction, locked, paris_date(clock()))
        await transaction.keep_version(locked, frozen)
        await transaction.tell_frozen(locked, frozen)
    failpoint("letters.freeze.locked")
    return locked, frozen, pdf


async def _check_recent(
    transaction: Transaction, letter: Letter, asked: Freezing, today: date
) -> None:
    """Raise ``SameContractLately``, of two letters at once for the one that comes second too.

    A letter that only moves to another day was confirmed, or alone, when it was first frozen.
    """
    others = await transaction.alike(letter, sent_from=counts_from(today), alone=True)
    moved = letter.frozen is not None and letter.frozen.generation == asked.generation
    found = recent_letters(letter, others, today=today)
    check_recent(found, confirmed=asked.same_contract_confirmed or moved)


def standing_answer(letter: Letter, asked: Freezing) -> Frozen | None:
    """Return the frozen version that already answers, if any.

    Raises ``GenerationGivenUp``, and ``GenerationSuperseded`` or ``LetterHeld`` when another
    sending has the letter.
    """
    letter.check_generation(asked.generation)
    frozen = letter.frozen
    if frozen is None:
        return None
    if frozen.generation > asked.generation:
        raise GenerationSuperseded(generation=str(asked.generation))
    if frozen.sending_id != asked.sending_id and frozen.generation == asked.generation:
        raise LetterHeld(number=letter.number)
    same = frozen.generation == asked.generation and frozen.answers(
        send_day=asked.send_day,
        new_start=asked.new_start,
        mail_kind=asked.mail_kind,
        mandate=asked.mandate,
    )
    return frozen if same else None


async def thaw_letter(
    account_id: UUID, letter_id: UUID, *, generation: int, store: Store, clock: Clock
) -> Letter:
    """Give a never-sent letter back to its author; doing it twice changes nothing.

    A freeze of this generation that comes later is refused.
    """
    now = clock()
    async with store.account(account_id) as transaction:
        letter = await transaction.get(letter_id, lock=True)
        thawed = letter.thaw(generation, at=now)
        if thawed.version != letter.version:
            await save(transaction, thawed, paris_date(now))
        elif thawed != letter:
            await transaction.save_given_up(thawed)
    return thawed


async def follow_sending(letters: FollowedLetters, letter_id: UUID, news: Tracking) -> None:
    """Keep the sending's latest news beside the letter; older news changes nothing."""
    if supersedes(news, await letters.tracking(letter_id)):
        await letters.save_tracking(letter_id, news)


def _allowed(letter: Letter, asked: Freezing) -> Evaluation:
    lacking = missing(letter)
    if lacking:
        raise LetterIncomplete(missing=", ".join(one.field or one.code for one in lacking))
    evaluation = accepted(
        plan(
            letter,
            first_send_day=asked.send_day,
            send_day=asked.send_day,
            new_start=asked.new_start,
        )
    )
    check_sender(evaluation, asked.sender, asked.mail_kind)
    return evaluation


async def _printed(
    letter: Letter, asked: Freezing, evaluation: Evaluation, *, press: Press, at: datetime
) -> tuple[Frozen, bytes]:
    content = sheet(
        letter,
        day=asked.send_day,
        letterhead=await press.letterheads.on(letter.account_id, asked.send_day),
        evaluation=evaluation,
        mail_kind=asked.mail_kind,
        mandate=asked.mandate,
        is_draft=False,
    )
    printed = await press.typesetter.typeset(content)
    if letter.written_to is None:  # a complete letter has one
        raise LetterIncomplete(missing="recipient")
    frozen = Frozen(
        sending_id=asked.sending_id,
        generation=asked.generation,
        mail_kind=asked.mail_kind,
        mandate=asked.mandate,
        send_day=asked.send_day,
        presumed_receipt=evaluation.presumed_receipt,
        last_covered_day=evaluation.last_covered_day,
        new_start=evaluation.new_start,
        earliest_send_day=evaluation.window.earliest,
        latest_send_day=evaluation.window.latest,
        wanted_new_start=asked.new_start,
        sha256=await press.files.put(printed.pdf),
        page_count=printed.page_count,
        content_hash=content_hash(letter, wanted_new_start=asked.new_start),
        subject=press.typesetter.subject(content),
        catalogue_version=evaluation.catalogue_version,
        recipient=letter.written_to,
        frozen_at=at,
        law_valid_from=evaluation.valid_from,
        law_valid_until=evaluation.valid_until,
    )
    return frozen, printed.pdf
