"""What the repository holds is source that we wrote, and nothing that should not be public."""

import re
from pathlib import Path

import pytest

from tests.house.source import ROOT, tracked

BINARY = {".woff", ".woff2", ".ttf", ".otf", ".pdf", ".zip", ".gz", ".whl", ".so", ".exe"}
SECRET = re.compile(
    r"BEGIN (RSA |EC |OPENSSH )?PRIVATE KEY-----\n[A-Za-z0-9+/]{20}"
    r"|sk_live_[A-Za-z0-9]|AKIA[0-9A-Z]{16}"
)
HOST = re.compile(r'"resolved": *"https?:|--(extra-)?index-url|registry *= *"https?:')


def texts() -> list[tuple[Path, str]]:
    found = []
    for path in tracked():
        try:
            found.append((path.relative_to(ROOT), path.read_text()))
        except UnicodeDecodeError:
            continue
    return found


def test_no_binary_or_font_is_committed() -> None:
    assert not [path for path in tracked() if path.suffix in BINARY]


def test_the_only_images_are_the_screenshots_of_the_documentation() -> None:
    images = [p.relative_to(ROOT) for p in tracked() if p.suffix in {".png", ".jpg", ".gif"}]

    assert all(path.is_relative_to("docs") for path in images)


@pytest.mark.parametrize("pattern", [SECRET, HOST], ids=["secrets", "package hosts"])
def test_nothing_private_is_committed(pattern: re.Pattern[str]) -> None:
    here = Path("tests/house/test_repository.py")

    assert not [str(path) for path, text in texts() if path != here and pattern.search(text)]


def test_no_lock_names_a_package_host() -> None:
    assert not [path for path in tracked() if path.name == "uv.lock"]


def test_shell_scripts_stop_at_the_first_error() -> None:
    scripts = [p for p in tracked() if p.suffix == ".sh" or p == ROOT / ".ci/run"]

    assert scripts
    assert all("set -eu" in path.read_text() for path in scripts)
