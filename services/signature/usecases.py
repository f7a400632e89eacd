"""What agents do about a letter's mandate, and what dispatch asks of it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.clock import Clock
from kit.days import paris_date
from kit.failpoints import failpoint
from kit.ids import derived_id
from kit.text import tidy
from services.signature.domain.mandate import (
    Actor,
    Decision,
    LetterNow,
    Mandate,
    Scan,
    ScanAbsent,
)
from services.signature.domain.retention import Situation, retained_until
from services.signature.domain.sheet import LetterFacts, mandate_sheet
from services.signature.domain.warning import OptOutWarning
from services.signature.ports import (
    Agencies,
    Files,
    Letters,
    MandateBook,
    Store,
    Typesetter,
    Uploads,
)

FILENAME_LENGTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What dispatch learns: whether the letter may leave, why not, and what is attached."""

    mandate: Mandate
    obstacle: str
    attachment: bytes = b""

    @property
    def attachment_sha256(self) -> str:
        """The hash of the attachment, in hexadecimal; empty without one."""
        return hashlib.sha256(self.attachment).hexdigest() if self.attachment else ""


async def read_mandate(
    account_id: UUID, letter_id: UUID, *, store: Store, letters: Letters
) -> tuple[Mandate, bool]:
    """Return the mandate, and whether what stands was made for the letter as it is now."""
    letter = await letters.read(letter_id)
    async with store.account(account_id) as book:
        mandate = await book.load(letter_id)
    return mandate, mandate.matches(letter.content_hash)


async def render_mandate(
    account_id: UUID,
    letter_id: UUID,
    *,
    letters: Letters,
    agencies: Agencies,
    typesetter: Typesetter,
    clock: Clock,
) -> tuple[LetterFacts, bytes]:
    """Return the mandate prefilled from the letter, to be printed and signed by hand."""
    now = clock()
    letter = await letters.read(letter_id)
    agency = await agencies.read(account_id, now)
    sheet = mandate_sheet(letter, agency, made_on=paris_date(now))
    return letter, await typesetter.typeset(sheet)


async def upload_scan(
    account_id: UUID,
    letter_id: UUID,
    *,
    filename: str,
    data: bytes,
    key: str,
    store: Store,
    letters: Letters,
    uploads: Uploads,
    files: Files,
    clock: Clock,
) -> Mandate:
    """Keep a hand-signed mandate, to be looked at. The same key twice is the same upload."""
    letter = await letters.read(letter_id)
    upload = await uploads(data)
    now = clock()
    scan = Scan(
        id=derived_id(account_id, "UploadScan", letter_id, key or upload.sha256),
        sha256=upload.sha256,
        filename=tidy(filename)[:FILENAME_LENGTH],
        format=upload.kind.value,
        page_count=upload.page_count,
        byte_count=len(upload.data),
        uploaded_at=now,
        retained_until=retained_until(Situation.IN_PLACE, paris_date(now)),
    )
    await files.put(account_id, upload.data)
    failpoint("signature.scan.kept")
    async with store.account(account_id) as book:
        mandate = await book.load(letter_id)
        if not await book.has_scan(scan.id):
            mandate = await _receive(book, mandate, scan, _as_now(letter))
    await files.put(account_id, upload.data)  # an erasure may have run between the two: heal it
    return mandate


async def read_scan(
    account_id: UUID, letter_id: UUID, *, store: Store, files: Files
) -> tuple[Scan, bytes]:
    """Return the stored scan and its bytes. Raises ``ScanAbsent``."""
    async with store.account(account_id) as book:
        scan = (await book.load(letter_id)).scan
    if scan is None:
        raise ScanAbsent("no scan is stored")
    return scan, await files.get(account_id, scan.sha256)


async def validate_scan(
    account_id: UUID,
    letter_id: UUID,
    *,
    sha256: str,
    by: Actor,
    store: Store,
    letters: Letters,
    clock: Clock,
) -> Mandate:
    """Keep the scan that was looked at: it leaves with the letter."""
    letter = _as_now(await letters.read(letter_id))
    async with store.account(account_id) as book:
        before = await book.load(letter_id)
        mandate, decided = before.validate_scan(sha256, letter=letter, by=by, at=clock())
        if decided:
            await book.save(mandate)
            await book.record_decision(mandate, None)
            await book.announce(decided)
    failpoint("signature.mandate.decided")
    return mandate


async def opt_out(
    account_id: UUID,
    letter_id: UUID,
    *,
    accepted_version: str,
    warning: OptOutWarning,
    by: Actor,
    store: Store,
    letters: Letters,
    clock: Clock,
) -> Mandate:
    """Record the choice not to attach a mandate, with the warning that was accepted."""
    warning.check(accepted_version)
    letter = _as_now(await letters.read(letter_id))
    now = clock()
    async with store.account(account_id) as book:
        before = await book.load(letter_id)
        mandate, decided = before.opt_out(warning.version, letter=letter, by=by, at=now)
        if decided:
            await _discard(book, before, now)
            await book.save(mandate)
            await book.record_decision(mandate, warning)
            await book.announce(decided)
    failpoint("signature.mandate.decided")
    return mandate


async def withdraw_decision(
    account_id: UUID, letter_id: UUID, *, store: Store, letters: Letters, clock: Clock
) -> Mandate:
    """Take back the decision or the scan, so that another can be made."""
    now = clock()
    await letters.read(letter_id)  # one that is not the account's is missing, like elsewhere
    async with store.account(account_id) as book:
        before = await book.load(letter_id)
        mandate, voided = before.withdraw(at=now)
        if voided:
            await _discard(book, before, now)
            await book.save(mandate)
            await book.announce(voided)
    return mandate


async def hear_of_letter(
    letter_id: UUID, letter: LetterNow, *, book: MandateBook, clock: Clock
) -> None:
    """Void what was made for another content of the letter."""
    now = clock()
    before = await book.load(letter_id)
    mandate, voided = before.hear_of_letter(letter, at=now)
    if voided:
        await _discard(book, before, now)
        await book.save(mandate)
        await book.announce(voided)


async def check_mandate(
    account_id: UUID,
    letter_id: UUID,
    *,
    content_hash: str,
    generation: int,
    store: Store,
    files: Files,
    typesetter: Typesetter,
    clock: Clock,
) -> Checked:
    """Say whether the frozen letter may leave with this decision, lock it, hand over the scan."""
    async with store.account(account_id) as book:
        before = await book.load(letter_id)
        obstacle = before.obstacle(content_hash)
        if obstacle:
            return Checked(mandate=before, obstacle=obstacle)
        mandate = before.lock(generation)
        if mandate != before:
            await book.save(mandate)
            if mandate.scan:
                last_day = retained_until(Situation.USED, paris_date(clock()))
                await book.keep_scan_until(mandate.scan, last_day)
    failpoint("signature.mandate.locked")
    if mandate.decision is not Decision.SCANNED or mandate.scan is None:
        return Checked(mandate=mandate, obstacle="")
    data = await files.get(account_id, mandate.scan.sha256)
    attachment = await typesetter.as_pdf(data, mandate.scan)
    return Checked(mandate=mandate, obstacle="", attachment=attachment)


async def release_mandate(
    account_id: UUID, letter_id: UUID, *, generation: int, store: Store
) -> Mandate:
    """Let go of the mandate for a generation that was given up."""
    async with store.account(account_id) as book:
        before = await book.load(letter_id)
        mandate = before.release(generation)
        if mandate != before:
            await book.save(mandate)
    return mandate


async def erase_scan(scan_id: UUID, *, book: MandateBook, clock: Clock) -> None:
    """Forget a scan whose time has come; a decision that rests on it goes with it."""
    now = clock()
    letter_id = await book.erase_scan(scan_id, at=now)
    if letter_id is None:
        return
    before = await book.load(letter_id)
    if before.scan is None or before.scan.id != scan_id or before.locked_by is not None:
        return
    mandate, voided = before.withdraw(at=now)
    if voided:
        await book.save(mandate)
        await book.announce(voided)


async def erase_file(account_id: UUID, sha256: str, *, store: Store, files: Files) -> None:
    """Erase a file that no scan needs any more."""
    async with store.account(account_id) as book:
        if not await book.needs_file(sha256):
            await files.erase(account_id, sha256)  # inside: uploads of these bytes wait


async def _receive(book: MandateBook, before: Mandate, scan: Scan, letter: LetterNow) -> Mandate:
    mandate, voided = before.receive_scan(scan, letter=letter, at=scan.uploaded_at)
    await _discard(book, before, scan.uploaded_at)
    await book.add_scan(mandate, scan)
    await book.save(mandate)
    if voided:
        await book.announce(voided)
    return mandate


async def _discard(book: MandateBook, before: Mandate, at: datetime) -> None:
    """Give the scan that was in place the short life of what nobody sent."""
    was_used = before.released_up_to > 0  # a generation locked it once: it is kept as proof
    if before.scan is not None and not was_used:
        last_day = retained_until(Situation.DISCARDED, paris_date(at))
        await book.keep_scan_until(before.scan, last_day)


def _as_now(letter: LetterFacts) -> LetterNow:
    return LetterNow(content_hash=letter.content_hash, version=letter.version)
