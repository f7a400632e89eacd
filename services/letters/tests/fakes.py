"""In-memory twins of the ports, held to the same contract as the real ones."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from kit.days import paris_date
from kit.errors import ChangedMeanwhile
from services.letters.domain.letter import Frozen, Letter, LetterUnknown
from services.letters.domain.letterhead import Letterhead
from services.letters.domain.listing import (
    After,
    Count,
    Filters,
    LetterRow,
    ListQuery,
    Page,
    Sort,
)
from services.letters.domain.outline import Outline
from services.letters.domain.recent import reference_keys
from services.letters.domain.recipient import Recipient, RecipientUnknown, rank
from services.letters.domain.sheet import Preview, Printed, Sheet
from services.letters.domain.tracking import Tracking, View
from services.letters.domain.words import all_begin, folded, search_words, words
from services.letters.tests.builders import BERAUD

FAR = "9999-01-01"


@dataclass
class Kept:
    """Everything one account has."""

    letters: dict[UUID, tuple[Letter, Outline]] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)
    versions: list[Frozen] = field(default_factory=list)
    changed: list[tuple[Letter, str]] = field(default_factory=list)
    frozen: list[Frozen] = field(default_factory=list)


class FakeStore:
    """``Store`` in memory: a transaction that fails leaves no trace."""

    def __init__(self, directory: "FakeDirectory") -> None:
        self.accounts: dict[UUID, Kept] = {}
        self._directory = directory

    def of(self, account_id: UUID) -> Kept:
        return self.accounts.setdefault(account_id, Kept())

    @asynccontextmanager
    async def account(self, account_id: UUID) -> AsyncIterator["FakeTransaction"]:
        kept = self.of(account_id)
        draft = Kept(
            letters=copy(kept.letters),
            numbers=copy(kept.numbers),
            versions=list(kept.versions),
            changed=list(kept.changed),
            frozen=list(kept.frozen),
        )
        yield FakeTransaction(draft, self._directory)
        self.accounts[account_id] = draft


class FakeTransaction:
    def __init__(self, kept: Kept, directory: "FakeDirectory") -> None:
        self._kept = kept
        self._directory = directory

    async def next_number(self, year: int) -> str:
        self._kept.numbers[year] = self._kept.numbers.get(year, 0) + 1
        return f"{year % 100:02d}-{self._kept.numbers[year]:05d}"

    async def add(self, letter: Letter, outline: Outline) -> None:
        self._kept.letters[letter.id] = (letter, outline)

    async def get(self, letter_id: UUID, *, lock: bool = False) -> Letter:
        found = await self.find(letter_id)
        if found is None:
            raise LetterUnknown
        return found

    async def find(self, letter_id: UUID) -> Letter | None:
        found = self._kept.letters.get(letter_id)
        return self._as_now(found[0]) if found else None

    async def numbered(self, number: str) -> Letter:
        for letter, _ in self._kept.letters.values():
            if letter.number == number:
                return self._as_now(letter)
        raise LetterUnknown

    async def save(self, letter: Letter, outline: Outline) -> None:
        standing, _ = self._kept.letters[letter.id]
        if standing.version != letter.version - 1:
            raise ChangedMeanwhile
        self._kept.letters[letter.id] = (letter, outline)

    async def tracking(self, letter_id: UUID) -> Tracking:
        return (await self.get(letter_id)).tracking

    async def save_tracking(self, letter_id: UUID, news: Tracking) -> None:
        letter, outline = self._kept.letters[letter_id]
        self._kept.letters[letter_id] = (replace(letter, tracking=news), outline)

    async def save_given_up(self, letter: Letter) -> None:
        _, outline = self._kept.letters[letter.id]
        self._kept.letters[letter.id] = (letter, outline)

    async def keep_version(self, letter: Letter, frozen: Frozen) -> None:
        self._kept.versions.append(frozen)

    async def tell_changed(self, letter: Letter, outline: Outline, content_hash: str) -> None:
        self._kept.changed.append((letter, content_hash))

    async def tell_frozen(self, letter: Letter, frozen: Frozen) -> None:
        self._kept.frozen.append(frozen)

    async def page(self, query: ListQuery) -> Page:
        everything = list(self._kept.letters.values())
        seen = [(one, out) for one, out in everything if _passes(one, out, query)]
        places = sorted(((_place(one, out, query.sort), one, out) for one, out in seen), key=_key)
        if query.descending:
            places.reverse()
        if query.after is not None:
            mark = _read(query.after, query.sort)
            places = [
                one for one in places if (one[0] < mark if query.descending else one[0] > mark)
            ]
        shown = places[: query.page_size]
        last = After(_text(shown[-1][0][0]), shown[-1][0][1]) if len(places) > len(shown) else None
        views: dict[View | None, Count] = {None: Count(len(everything))}
        for view in View:
            views[view] = Count(sum(one.tracking.view is view for one, _ in everything))
        authors = {one.author.profile_id: one.author for one, _ in everything}
        return Page(
            rows=tuple(_row(one, out) for _, one, out in shown),
            next_cursor=query.cursor_after(last) if last else "",
            matching=Count(len(seen)),
            views=views,
            authors=tuple(sorted(authors.values(), key=lambda one: one.name)),
        )

    async def alike(
        self, letter: Letter, *, sent_from: date, alone: bool = False
    ) -> Sequence[Letter]:
        kept = [self._as_now(one) for one, _ in self._kept.letters.values()]
        found = [one for one in kept if one.id != letter.id and one.frozen and one.recipient]
        return [
            one
            for one in sorted(found, key=lambda one: one.updated_at, reverse=True)
            if one.recipient == letter.recipient
            and reference_keys(one) & reference_keys(letter)
            and (one.tracking.sent_on or date.max) >= sent_from
        ]

    def _as_now(self, letter: Letter) -> Letter:
        if letter.recipient is None:
            return letter
        return replace(letter, recipient=self._directory.known[letter.recipient.body_id])


_Place = tuple[str | int, int]


def _key(row: tuple[_Place, Letter, Outline]) -> _Place:
    return row[0]


def _sequence(number: str) -> int:
    year, last = number.split("-")
    return int(year) * 10**10 + int(last)


def _place(letter: Letter, outline: Outline, sort: Sort) -> _Place:
    recipient = letter.written_to.name if letter.written_to else ""
    values: dict[Sort, str | int] = {
        Sort.NUMBER: _sequence(letter.number),
        Sort.POLICYHOLDER: folded(letter.policyholder.sort_text),
        Sort.RECIPIENT: folded(recipient),
        Sort.EFFECT: str(outline.last_covered_day or FAR),
        Sort.SENT: str(letter.tracking.sent_on or FAR),
        Sort.UPDATED: letter.updated_at.isoformat(),
    }
    return values[sort], _sequence(letter.number)


def _text(value: str | int) -> str:
    return str(value)


def _read(after: After, sort: Sort) -> _Place:
    value = int(after.value) if sort is Sort.NUMBER else after.value
    return value, after.sequence


def _passes(letter: Letter, outline: Outline, query: ListQuery) -> bool:
    filters = query.filters
    if query.view is not None and letter.tracking.view is not query.view:
        return False
    return (
        all_begin(filters.text, outline.search_words)
        and _texts(letter, filters)
        and _periods(letter, outline, filters)
        and _choices(letter, outline, filters)
    )


def _texts(letter: Letter, filters: Filters) -> bool:
    recipient = search_words(letter.written_to.name if letter.written_to else "")
    holder = search_words(*letter.policyholder.names)
    return (
        letter.number.startswith(filters.number)
        and all_begin(filters.policyholder, holder)
        and all_begin(filters.recipient, recipient)
    )


def _within(day: date | None, start: date | None, until: date | None) -> bool:
    if start is None and until is None:
        return True
    return day is not None and (start or date.min) <= day < (until or date.max)


def _periods(letter: Letter, outline: Outline, filters: Filters) -> bool:
    created = paris_date(letter.created_at)
    return (
        _within(outline.last_covered_day, filters.last_covered_from, filters.last_covered_until)
        and _within(letter.tracking.sent_on, filters.sent_from, filters.sent_until)
        and _within(created, filters.created_from, filters.created_until)
    )


def _choices(letter: Letter, outline: Outline, filters: Filters) -> bool:
    types = {contract.type for contract in letter.contracts}
    return (
        (filters.contract_type is None or filters.contract_type in types)
        and (filters.ground is None or filters.ground is letter.ground)
        and (not filters.states or outline.state in filters.states)
        and (not filters.tracking_states or letter.tracking.state in filters.tracking_states)
        and filters.author_profile_id in ("", letter.author.profile_id)
    )


def _row(letter: Letter, outline: Outline) -> LetterRow:
    return LetterRow(
        id=letter.id,
        number=letter.number,
        version=letter.version,
        policyholder=letter.policyholder.names,
        recipient=letter.written_to.name if letter.written_to else "",
        ground=letter.ground,
        contract_types=tuple(one.type for one in letter.contracts),
        contract_references=tuple(one.reference for one in letter.contracts),
        contract_labels=tuple(one.value("type_label") for one in letter.contracts),
        last_covered_day=outline.last_covered_day,
        new_start=outline.new_start,
        state=outline.state,
        tracking=letter.tracking,
        author=letter.author,
        client_reference=letter.extras.client_reference,
        created_at=letter.created_at,
        updated_at=letter.updated_at,
    )


class FakeDirectory:
    """``Directory`` in memory."""

    def __init__(self, *recipients: Recipient) -> None:
        self.known = {one.body_id: one for one in recipients}

    async def search(self, query: str, *, limit: int) -> tuple[list[Recipient], int]:
        if len("".join(words(query))) < 2:
            return [], 0
        found = [one for one in self.known.values() if all_begin(query, one.search_words)]
        found.sort(key=lambda one: rank(query, one))
        return found[:limit], len(found)

    async def get(self, recipient_id: UUID) -> Recipient:
        for one in self.known.values():
            if one.id == recipient_id:
                return one
        raise RecipientUnknown

    async def named(self, body_ids: Sequence[str]) -> dict[str, Recipient]:
        return {key: one for key, one in self.known.items() if key in body_ids}

    async def put(self, recipients: Sequence[Recipient]) -> None:
        self.known |= {one.body_id: one for one in recipients}


class FakeLetterheads:
    def __init__(self, letterhead: Letterhead = BERAUD) -> None:
        self.letterhead = letterhead
        self.asked: list[date] = []

    async def on(self, account_id: UUID, day: date) -> Letterhead:
        self.asked.append(day)
        return self.letterhead


class FakeTypesetter:
    """Prints the sheet's own text, so that a test may read it."""

    def __init__(self) -> None:
        self.printed: list[Sheet] = []

    def subject(self, sheet: Sheet) -> str:
        return f"subject {sheet.ground or ''}".strip()

    def preview(self, sheet: Sheet) -> Preview:
        return Preview(html=repr(sheet), title=sheet.number)

    async def typeset(self, sheet: Sheet) -> Printed:
        self.printed.append(sheet)
        return Printed(repr(sheet).encode(), 1)


class FakeFiles:
    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    async def put(self, data: bytes) -> str:
        name = hashlib.sha256(data).hexdigest()
        self.kept[name] = data
        return name

    async def get(self, sha256: str) -> bytes:
        return self.kept[sha256]
