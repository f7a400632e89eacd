"""What agents and dispatch can do about a mandate, on fakes."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from kit.errors import ChangedMeanwhile
from kit.failpoints import Crashed, crash_at
from kit.uploads import UploadNotADocument
from services.signature import usecases
from services.signature.domain.mandate import (
    Decision,
    LetterChangedSince,
    LetterNow,
    Mandate,
    MandateDecided,
    MandateLocked,
    MandateVoided,
    ScanAbsent,
)
from services.signature.domain.warning import OptOutWarning, WarningOutdated
from services.signature.tests.builders import ACCOUNT, LETTER, MONDAY, OTHER_ACCOUNT, PAUL, a_letter
from services.signature.tests.fakes import (
    FakeAgencies,
    FakeFiles,
    FakeLetters,
    FakeStore,
    FakeTypesetter,
    Shelf,
    fake_uploads,
)
from tests.support.time import SettableClock

PDF = b"%PDF-signed"
WARNING = OptOutWarning(version="2026-11", text="Vous envoyez sans mandat.")


@dataclass
class Desk:
    """The service on fakes."""

    store: FakeStore = field(default_factory=FakeStore)
    letters: FakeLetters = field(default_factory=FakeLetters)
    files: FakeFiles = field(default_factory=FakeFiles)
    typesetter: FakeTypesetter = field(default_factory=FakeTypesetter)
    clock: SettableClock = field(default_factory=lambda: SettableClock(MONDAY))

    @property
    def shelf(self) -> Shelf:
        return self.store.shelf(ACCOUNT)

    async def upload(
        self, data: bytes = PDF, key: str = "k1", filename: str = "scan.pdf"
    ) -> Mandate:
        return await usecases.upload_scan(
            ACCOUNT,
            LETTER,
            filename=filename,
            data=data,
            key=key,
            store=self.store,
            letters=self.letters,
            uploads=fake_uploads,
            files=self.files,
            clock=self.clock,
        )

    async def validate(self, sha256: str) -> Mandate:
        return await usecases.validate_scan(
            ACCOUNT,
            LETTER,
            sha256=sha256,
            by=PAUL,
            store=self.store,
            letters=self.letters,
            clock=self.clock,
        )

    async def opt_out(self, version: str = "2026-11") -> Mandate:
        return await usecases.opt_out(
            ACCOUNT,
            LETTER,
            accepted_version=version,
            warning=WARNING,
            by=PAUL,
            store=self.store,
            letters=self.letters,
            clock=self.clock,
        )

    async def withdraw(self) -> Mandate:
        return await usecases.withdraw_decision(
            ACCOUNT, LETTER, store=self.store, letters=self.letters, clock=self.clock
        )

    async def hear(self, letter: LetterNow) -> None:
        async with self.store.account(ACCOUNT) as book:
            await usecases.hear_of_letter(LETTER, letter, book=book, clock=self.clock)

    async def check(self, content_hash: str = "a" * 64, generation: int = 1) -> usecases.Checked:
        return await usecases.check_mandate(
            ACCOUNT,
            LETTER,
            content_hash=content_hash,
            generation=generation,
            store=self.store,
            files=self.files,
            typesetter=self.typesetter,
            clock=self.clock,
        )

    async def scanned(self, data: bytes = PDF) -> Mandate:
        received = await self.upload(data)
        assert received.scan is not None
        return await self.validate(received.scan.sha256)


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_a_scan_is_uploaded_looked_at_and_leaves_with_the_letter(desk: Desk) -> None:
    received = await desk.upload()
    scan, data = await usecases.read_scan(ACCOUNT, LETTER, store=desk.store, files=desk.files)
    decided = await desk.validate(scan.sha256)
    checked = await desk.check()

    assert received.decision is Decision.SCAN_TO_VALIDATE
    assert data == PDF
    assert decided.decision is Decision.SCANNED
    assert (checked.obstacle, checked.attachment) == ("", PDF)
    assert desk.shelf.facts == [MandateDecided(mandate=decided)]
    assert [mandate.decision for mandate, _ in desk.shelf.decisions] == [Decision.SCANNED]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("fdp.\u202eexe\u2066", "fdp.exe"), ("a\r\nb\u200b.pdf", "a b.pdf"), ("\u202e", "")],
)
async def test_a_scan_keeps_its_name_as_it_prints(desk: Desk, typed: str, kept: str) -> None:
    scan = (await desk.upload(filename=typed)).scan

    assert scan is not None
    assert scan.filename == kept


async def test_a_photograph_is_attached_as_a_page(desk: Desk) -> None:
    await desk.scanned(b"\x89PNG-photo")

    assert (await desk.check()).attachment == b"%PDF-of-\x89PNG-photo"


async def test_uploading_twice_with_one_key_is_one_upload(desk: Desk) -> None:
    first = await desk.upload()
    again = await desk.upload()

    assert again == first
    assert len(desk.shelf.scans) == 1


async def test_a_late_repeat_does_not_bring_a_withdrawn_scan_back(desk: Desk) -> None:
    await desk.upload()
    await desk.withdraw()

    assert (await desk.upload()).decision is Decision.NONE


async def test_a_new_scan_replaces_the_decision_and_says_so(desk: Desk) -> None:
    await desk.scanned()

    replaced = await desk.upload(b"%PDF-better", key="k2")

    assert replaced.decision is Decision.SCAN_TO_VALIDATE
    assert isinstance(desk.shelf.facts[-1], MandateVoided)


async def test_what_is_no_document_is_not_kept(desk: Desk) -> None:
    with pytest.raises(UploadNotADocument):
        await desk.upload(b"MZ")

    assert not desk.files.kept
    assert not desk.shelf.scans


async def test_a_crash_between_file_and_row_is_healed_by_the_repeat(desk: Desk) -> None:
    with crash_at("signature.scan.kept"), pytest.raises(Crashed):
        await desk.upload()

    assert (await desk.upload()).decision is Decision.SCAN_TO_VALIDATE


async def test_a_letter_rewritten_before_validation_asks_again(desk: Desk) -> None:
    received = await desk.upload()
    assert received.scan is not None
    desk.letters.letter = a_letter(content_hash="b" * 64, version=4)

    with pytest.raises(LetterChangedSince):
        await desk.validate(received.scan.sha256)


async def test_leaving_the_mandate_out_records_the_text_that_was_accepted(desk: Desk) -> None:
    mandate = await desk.opt_out()
    again = await desk.opt_out()

    assert mandate.decision is Decision.OPTED_OUT
    assert again == mandate
    assert desk.shelf.decisions == [(mandate, WARNING)]
    assert (await desk.check()).attachment == b""


async def test_an_older_warning_cannot_be_accepted(desk: Desk) -> None:
    with pytest.raises(WarningOutdated):
        await desk.opt_out("2025-01")

    assert not desk.shelf.decisions


async def test_the_page_asks_again_when_the_letter_changed(desk: Desk) -> None:
    await desk.scanned()
    await desk.hear(LetterNow(content_hash="b" * 64, version=4))
    desk.letters.letter = a_letter(content_hash="b" * 64, version=4)

    mandate, matches = await usecases.read_mandate(
        ACCOUNT, LETTER, store=desk.store, letters=desk.letters
    )

    assert (mandate.decision, matches) == (Decision.NONE, False)
    assert isinstance(desk.shelf.facts[-1], MandateVoided)


async def test_before_the_news_comes_the_page_already_sees_the_mismatch(desk: Desk) -> None:
    await desk.scanned()
    desk.letters.letter = a_letter(content_hash="b" * 64, version=4)

    mandate, matches = await usecases.read_mandate(
        ACCOUNT, LETTER, store=desk.store, letters=desk.letters
    )

    assert (mandate.decision, matches) == (Decision.SCANNED, False)


async def test_a_mandate_made_for_another_content_does_not_let_the_letter_leave(
    desk: Desk,
) -> None:
    await desk.scanned()

    checked = await desk.check(content_hash="b" * 64)

    assert checked.obstacle == "mandate-letter-changed"
    assert checked.mandate.locked_by is None


async def test_checking_twice_gives_the_same_attachment_once_locked(desk: Desk) -> None:
    await desk.scanned()
    with crash_at("signature.mandate.locked"), pytest.raises(Crashed):
        await desk.check()

    first, second = await desk.check(), await desk.check()

    assert first == second
    assert first.mandate.locked_by == 1
    with pytest.raises(MandateLocked):
        await desk.withdraw()


async def test_a_released_mandate_can_be_decided_again(desk: Desk) -> None:
    await desk.scanned()
    await desk.check()

    released = await usecases.release_mandate(ACCOUNT, LETTER, generation=1, store=desk.store)

    assert released.locked_by is None
    assert (await desk.withdraw()).decision is Decision.NONE


async def test_another_account_sees_nothing_of_it(desk: Desk) -> None:
    await desk.scanned()

    with pytest.raises(ScanAbsent):
        await usecases.read_scan(OTHER_ACCOUNT, LETTER, store=desk.store, files=desk.files)


async def test_the_prefilled_mandate_is_made_from_the_letter_on_a_paris_day(desk: Desk) -> None:
    desk.clock.set("Mon 2026-11-23 23:30")

    letter, pdf = await usecases.render_mandate(
        ACCOUNT,
        LETTER,
        letters=desk.letters,
        agencies=FakeAgencies(),
        typesetter=desk.typesetter,
        clock=desk.clock,
    )

    assert pdf == b"%PDF-prefilled"
    assert desk.typesetter.sheets[0].letter == letter
    assert desk.typesetter.sheets[0].made_on.isoformat() == "2026-11-23"


@pytest.mark.parametrize(("sent", "days"), [(True, 7 * 365), (False, 60)])
async def test_a_scan_lives_long_only_when_a_sending_used_it(
    desk: Desk, sent: bool, days: int
) -> None:
    await desk.scanned()
    if sent:
        await desk.check()
        await usecases.release_mandate(ACCOUNT, LETTER, generation=1, store=desk.store)
    await desk.withdraw()

    (kept,) = desk.shelf.scans.values()
    assert (kept.scan.retained_until - MONDAY.date()).days - days in range(3)  # leap days


async def test_a_scan_whose_time_has_come_is_erased_with_its_file(desk: Desk) -> None:
    received = await desk.upload()
    assert received.scan is not None
    async with desk.store.account(ACCOUNT) as book:
        await usecases.erase_scan(received.scan.id, book=book, clock=desk.clock)
        await usecases.erase_scan(received.scan.id, book=book, clock=desk.clock)
    (sha256,) = desk.shelf.files_to_erase
    await usecases.erase_file(ACCOUNT, sha256, store=desk.store, files=desk.files)

    assert not desk.files.kept
    with pytest.raises(ScanAbsent):
        await usecases.read_scan(ACCOUNT, LETTER, store=desk.store, files=desk.files)


async def test_a_file_that_another_scan_needs_is_kept(desk: Desk) -> None:
    first = await desk.upload(key="k1")
    desk.clock.advance(timedelta(days=1))
    await desk.upload(key="k2")
    assert first.scan is not None
    async with desk.store.account(ACCOUNT) as book:
        await usecases.erase_scan(first.scan.id, book=book, clock=desk.clock)

    await usecases.erase_file(ACCOUNT, first.scan.sha256, store=desk.store, files=desk.files)

    assert desk.files.kept


async def test_two_changes_at_once_do_not_both_stand(desk: Desk) -> None:
    mandate = await desk.opt_out()

    async with desk.store.account(ACCOUNT) as book:
        await book.save(replace(mandate, version=mandate.version + 1))
        with pytest.raises(ChangedMeanwhile):
            await book.save(replace(mandate, version=mandate.version + 1))
