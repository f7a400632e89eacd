"""The glossary binds: a word it forbids appears in no domain, proto or event."""

import re
from collections.abc import Iterator

import pytest

from tests.house.source import ROOT, SERVICES, identifiers, python_files, words

_TICKED = re.compile(r"`([^`]+)`")


def forbidden() -> Iterator[str]:
    """Read the third column, *Never*, of every table of the glossary."""
    for line in (ROOT / "docs/glossary.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) >= 6 and not cells[1].startswith("---"):
            yield from (words(word) for word in _TICKED.findall(cells[3]))


def spoken() -> Iterator[tuple[str, str]]:
    """Yield (where, words) for each identifier of the domains and each name of the protos."""
    for service in SERVICES:
        for path in python_files(f"services/{service}/domain"):
            for name in identifiers(path):
                if name.isupper():
                    continue  # codes of grounds and contract types: the law's own words
                yield str(path.relative_to(ROOT)), words(name)
    for path in (ROOT / "proto").rglob("*.proto"):
        code = re.sub(r"//.*", "", path.read_text())
        for name in re.findall(r"[A-Za-z_][A-Za-z0-9_]*", code):
            yield str(path.relative_to(ROOT)), words(name)


@pytest.fixture(scope="module")
def vocabulary() -> list[tuple[str, str]]:
    return sorted(set(spoken()))


def test_the_glossary_forbids_something() -> None:
    assert len(set(forbidden())) > 20


def test_no_forbidden_word_is_spoken(vocabulary: list[tuple[str, str]]) -> None:
    never = [re.compile(rf"\b{re.escape(word)}\b") for word in sorted(set(forbidden()))]

    spoken_anyway = [
        f"{where}: {name!r} says {word.pattern}"
        for where, name in vocabulary
        for word in never
        if word.search(name)
    ]

    assert not spoken_anyway
