"""The recipients' directory: found as one types, loaded from a file."""

from dataclasses import dataclass
from uuid import UUID

from services.letters.domain.directory_file import BadCell, read_directory
from services.letters.domain.recipient import Recipient
from services.letters.ports import Directory

MOST_HITS = 50
USUAL_HITS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What a directory file would do, or did: nothing at all while a cell is wrong."""

    created: int
    updated: int
    unchanged: int
    wrong: tuple[BadCell, ...]


async def search_recipients(
    query: str, *, limit: int, directory: Directory
) -> tuple[list[Recipient], int]:
    """Return the best answers to what was typed, and how many there are in all."""
    return await directory.search(query, limit=min(limit or USUAL_HITS, MOST_HITS))


async def get_recipient(recipient_id: UUID, *, directory: Directory) -> Recipient:
    """Return one body. Raises ``RecipientUnknown``."""
    return await directory.get(recipient_id)


async def import_directory(data: bytes, *, dry_run: bool, directory: Directory) -> ImportReport:
    """Create and update the bodies of a file, all or nothing; ``dry_run`` only reports.

    A file with one wrong cell changes nothing: an address half right must not be written to.
    """
    bodies, wrong = read_directory(data)
    known = await directory.named([body.body_id for body in bodies])
    fresh = [body for body in bodies if body.body_id not in known]
    changed = [body for body in bodies if known.get(body.body_id, body) != body]
    if not wrong and not dry_run:
        await directory.put([*fresh, *changed])
    return ImportReport(
        created=len(fresh),
        updated=len(changed),
        unchanged=len(bodies) - len(fresh) - len(changed),
        wrong=tuple(wrong),
    )
