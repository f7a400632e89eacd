"""A secret put anywhere is found, and what is none is looked at once."""

import base64
import random
from pathlib import Path

import pytest

from local.guard import leaks

CHANCE = random.Random(20261122)  # noqa: S311 - the same letters at each run
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def some(count: int, among: str = LETTERS) -> str:
    return "".join(CHANCE.choice(among) for _ in range(count))


PLANTED = {
    "a cloud's key": "AKIA" + some(16, LETTERS[:26]),
    "a card company's key": "sk_" + "live_" + some(24),
    "a forge's token": "ghp_" + some(36),
    "a registry's token": "pypi-" + "AgEIcHlwaS5vcmc" + some(80),
    "a private key": "-----BEGIN " + "PRIVATE KEY-----\n" + some(60),
    "a session of somebody": "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxIn0." + some(43),
    "a password in an address": "postgres://preavis:" + some(14) + "@db.internal/billing",
    "a key of ours": f'PRIVATE_KEY = "{base64.b64encode(CHANCE.randbytes(32)).decode()}"',
    "a random hexadecimal word": f'TOKEN = "{CHANCE.randbytes(20).hex()}"',
}


@pytest.mark.parametrize("what", PLANTED)
@pytest.mark.parametrize("name", ["settings.py", "values.yaml", "README.md", "run.sh", ".env"])
def test_a_planted_secret_is_found(tmp_path: Path, what: str, name: str) -> None:
    file = tmp_path / name
    file.write_text(f"# plain text\n{PLANTED[what]}\n# the end\n")

    (leak, *_) = leaks.look([file], folder=tmp_path / "cache")

    assert leak.line == 2


def test_plain_code_holds_no_secret(tmp_path: Path) -> None:
    file = tmp_path / "plain.py"
    file.write_text(
        'PATH = "services/accounts/usecases/entering.py"\n'
        'ID = "01900000-0000-7000-8000-00000000000a"\n'
        'password = read("password")\nMONTHS = ("janvier", "février")\n'
    )

    assert leaks.look([file], folder=tmp_path / "cache") == []


def test_a_file_is_looked_at_again_only_when_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    really = leaks.leaks_in

    def noted(path: Path) -> list[leaks.Leak]:
        looked.append(path.name)
        return really(path)

    monkeypatch.setattr(leaks, "leaks_in", noted)
    first, second = tmp_path / "a.py", tmp_path / "b.py"
    first.write_text(PLANTED["a cloud's key"])
    second.write_text("B = 1\n")

    found = [leaks.look([first, second], folder=tmp_path / "c") for _ in range(2)]
    second.write_text(PLANTED["a forge's token"])
    found.append(leaks.look([first, second], folder=tmp_path / "c"))

    assert looked == ["a.py", "b.py", "b.py"]
    assert [[Path(leak.file).name for leak in leaks] for leaks in found] == [
        ["a.py"],
        ["a.py"],
        ["a.py", "b.py"],
    ]


def test_each_thing_that_may_stay_says_why() -> None:
    assert leaks.known()
    assert all(leaks.known().values())
