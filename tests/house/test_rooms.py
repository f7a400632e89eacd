"""The rooms have the names the map gives them, and no file outgrows its reader."""

from tests.house.source import ROOT, SERVICES, python_files, tracked

ROOMS = {
    "domain", "usecases", "ports", "store", "partners", "peers", "servicer", "consumers", "due",
    "settings", "main", "migrations", "templates", "tests", "README", "pyproject",
}  # fmt: skip
LONGEST_FILE = 400
VAGUE = {"utils", "helpers", "common", "manager", "base", "core", "misc"}


def test_every_service_has_the_same_rooms_under_the_same_names() -> None:
    for service in SERVICES:
        folder = ROOT / "services" / service
        found = {path.stem for path in folder.iterdir() if not path.name.startswith("__")}

        assert found <= ROOMS, f"{service} has rooms the map does not know: {found - ROOMS}"
        missing = {"README", "domain", "usecases", "servicer", "settings", "main"} - found
        assert not missing, f"{service} lacks {missing}"


def test_no_hand_written_file_outgrows_four_hundred_lines() -> None:
    grown = {
        str(path.relative_to(ROOT)): lines
        for path in python_files()
        if (lines := path.read_text().count("\n")) > LONGEST_FILE
    }

    assert not grown


def test_no_python_file_hides_behind_a_vague_name() -> None:
    vague = [p for p in python_files("kit", "services", "cli", "local") if p.stem in VAGUE]

    assert not vague


def test_every_service_lists_what_it_needs() -> None:
    for service in (*SERVICES, "gateway"):
        assert (ROOT / "services" / service / "pyproject.toml") in tracked(), service
