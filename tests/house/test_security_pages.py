"""What the security pages say is where they say it."""

import re
from collections import Counter

import pytest

from tests.house.source import ROOT

LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
NAMED = re.compile(r"`((?:tests|kit|services|local|docs|cli)/[\w./*-]+\.(?:py|md|toml))`")
ASVS = ROOT / "docs/security/asvs.md"
PAGES = ("SECURITY.md", "docs/security/asvs.md", "README.md", "CONTRIBUTING.md")
STATES = ("met", "partly", "no", "–")
LEVEL_2 = 253  # requirements of levels 1 and 2 in version 5.0.0


@pytest.mark.parametrize("page", PAGES)
def test_a_link_of_a_page_leads_somewhere(page: str) -> None:
    path = ROOT / page
    lost = [to for to in LINK.findall(path.read_text()) if not (path.parent / to).exists()]

    assert not lost


@pytest.mark.parametrize("page", PAGES[:2])
def test_a_file_that_a_security_page_names_is_there(page: str) -> None:
    missing = [
        name for name in NAMED.findall((ROOT / page).read_text()) if not (ROOT / name).exists()
    ]

    assert not missing


def requirements() -> dict[str, list[tuple[str, str]]]:
    """Read the tables: chapter -> (requirement, state)."""
    found: dict[str, list[tuple[str, str]]] = {}
    chapter = ""
    for line in ASVS.read_text().splitlines():
        if line.startswith("## V"):
            chapter = line.split()[1]
        cells = [cell.strip() for cell in line.split("|")]
        if chapter and len(cells) == 6 and cells[1][:1].isdigit():
            found.setdefault(chapter, []).extend(
                (one.strip(), cells[3]) for one in cells[1].split(",")
            )
    return found


def test_each_requirement_is_answered_once_in_its_chapter() -> None:
    found = requirements()
    ids = [one for rows in found.values() for one, _ in rows]

    assert len(ids) == len(set(ids)) == LEVEL_2
    assert all(
        one.split(".")[0] == chapter[1:] for chapter, rows in found.items() for one, _ in rows
    )
    assert {state for rows in found.values() for _, state in rows} <= set(STATES)


def test_the_count_at_the_top_is_the_tables() -> None:
    counted = {
        chapter: tuple(Counter(state for _, state in rows)[state] for state in STATES)
        for chapter, rows in requirements().items()
    }
    said = {
        cells[1].split()[0]: tuple(int(cell) for cell in cells[2:6])
        for line in ASVS.read_text().splitlines()
        if re.match(r"\| (V\d+|\*\*all)", line)
        and len(cells := [c.strip() for c in line.split("|")]) == 7
    }
    total = tuple(sum(column) for column in zip(*counted.values(), strict=True))

    assert said == {**counted, "**all**": total}
