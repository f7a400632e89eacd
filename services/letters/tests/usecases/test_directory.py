"""Loading the directory from a file, on a fake."""

from services.letters.domain.directory_file import OPTIONAL, REQUIRED
from services.letters.tests.fakes import FakeDirectory
from services.letters.usecases.directory import (
    MOST_HITS,
    ImportReport,
    import_directory,
    search_recipients,
)

COLUMNS = (*REQUIRED, *OPTIONAL)


def line(body_id: str, name: str, **cells: str) -> str:
    usual = {
        "kind": "mutuelle",
        "siren": "732829320",
        "code_family": "M",
        "postal_lines": "SERVICE RÉSILIATIONS | 41 AVENUE DES TANNEURS",
        "postcode": "73000",
        "town": "CHAMBÉRY",
    }
    row = {**usual, "body_id": body_id, "name": name, **cells}
    return ";".join(row.get(column, "") for column in COLUMNS)


def a_file(*lines: str) -> str:
    return "\n".join([";".join(COLUMNS), *lines]) + "\n"


async def load(directory: FakeDirectory, text: str, *, dry_run: bool = False) -> ImportReport:
    return await import_directory(text.encode(), dry_run=dry_run, directory=directory)


async def test_bodies_are_created_updated_or_left_alone() -> None:
    directory = FakeDirectory()
    first = await load(directory, a_file(line("MU-1", "Val d’Ambre"), line("MU-2", "Solenne")))
    second = await load(
        directory, a_file(line("MU-1", "Val d’Ambre"), line("MU-2", "Solenne Mutuelle"))
    )

    assert (first.created, first.updated, first.unchanged) == (2, 0, 0)
    assert (second.created, second.updated, second.unchanged) == (0, 1, 1)
    assert directory.known["MU-2"].name == "Solenne Mutuelle"


async def test_a_body_keeps_its_id_from_one_file_to_the_next() -> None:
    directory = FakeDirectory()
    await load(directory, a_file(line("MU-1", "Val d’Ambre")))
    before = directory.known["MU-1"].id

    await load(directory, a_file(line("MU-1", "Ambre", open="no")))

    assert directory.known["MU-1"].id == before
    assert not directory.known["MU-1"].is_open


async def test_a_dry_run_reports_and_changes_nothing() -> None:
    directory = FakeDirectory()

    report = await load(directory, a_file(line("MU-1", "Val d’Ambre")), dry_run=True)

    assert report.created == 1
    assert directory.known == {}


async def test_one_wrong_cell_and_nothing_is_imported() -> None:
    directory = FakeDirectory()

    report = await load(
        directory, a_file(line("MU-1", "Val d’Ambre"), line("MU-2", "Solenne", postcode="7300"))
    )

    [wrong] = report.wrong
    assert (wrong.line, wrong.column, wrong.reason) == (3, "postcode", "postcode-five-digits")
    assert directory.known == {}


async def test_a_search_gives_eight_bodies_unless_told() -> None:
    directory = FakeDirectory()
    await load(directory, a_file(*(line(f"MU-{n}", f"Mutuelle {n:03d}") for n in range(60))))

    usual, total = await search_recipients("mutuelle", limit=0, directory=directory)
    most, _ = await search_recipients("mutuelle", limit=1000, directory=directory)

    assert (len(usual), len(most), total) == (8, MOST_HITS, 60)
