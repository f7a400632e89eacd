"""Looks for secrets in every file that git keeps, or would keep.

The patterns and the measure of chance are those of ``detect-secrets``. A file is looked at once for
each content it has: what was found is kept by the hash of its bytes.
"""

import hashlib
import json
import subprocess
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from detect_secrets.core.scan import scan_file
from detect_secrets.settings import transient_settings

from local.guard import cache
from local.guard.cache import ROOT

KNOWN: Final = Path(__file__).with_name("known.toml")
NOT_OURS: Final = (".lock", "package-lock.json", ".png", ".svg", "guard/known.toml")
GENERATED: Final = "preavis/"
WORKERS: Final = 2
WORTH_WORKERS: Final = 60  # files: below, starting processes costs more than it saves
DETECTORS: Final[list[dict[str, Any]]] = [
    # `password = "..."` in Python is ruff's S105 to S107: here it would only be noise
    {"name": name}
    for name in (
        "ArtifactoryDetector", "AWSKeyDetector", "AzureStorageKeyDetector", "BasicAuthDetector",
        "CloudantDetector", "DiscordBotTokenDetector", "GitHubTokenDetector", "GitLabTokenDetector",
        "IbmCloudIamDetector", "IbmCosHmacDetector", "JwtTokenDetector", "MailchimpDetector",
        "NpmDetector", "OpenAIDetector", "PrivateKeyDetector", "PypiTokenDetector",
        "SendGridDetector", "SlackDetector", "SoftlayerDetector", "SquareOAuthDetector",
        "StripeDetector", "TelegramBotTokenDetector", "TwilioKeyDetector",
    )
] + [
    {"name": "Base64HighEntropyString", "limit": 4.5},
    {"name": "HexHighEntropyString", "limit": 3.0},
]  # fmt: skip
_SETTINGS: Final = hashlib.sha256(json.dumps(DETECTORS).encode()).hexdigest()


@dataclass(frozen=True, slots=True, order=True)
class Leak:
    """Something that looks like a secret; ``digest`` names it without saying it."""

    file: str
    line: int
    kind: str
    digest: str


def leaks_in(path: Path) -> list[Leak]:
    """Look at one file."""
    with transient_settings({"plugins_used": DETECTORS}):
        found = list(scan_file(str(path)))
    name = str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
    return sorted(Leak(name, one.line_number, one.type, one.secret_hash) for one in found)


def look(paths: Sequence[Path], *, folder: Path = cache.FOLDER) -> list[Leak]:
    """Look at many files, again only at those whose bytes are new."""
    kept = cache.read("leaks", folder)
    seen: dict[str, list[dict[str, Any]]] = kept.get("seen", {})
    if kept.get("settings") != _SETTINGS:
        seen = {}
    marks = {path: _mark(path) for path in paths}
    new = [path for path, mark in marks.items() if mark not in seen]
    for path, found in zip(new, _look_at(new), strict=True):
        seen[marks[path]] = [asdict(leak) for leak in found]
    known = {mark: seen[mark] for mark in marks.values()}
    cache.write("leaks", {"settings": _SETTINGS, "seen": known}, folder)
    return sorted(Leak(**leak) for found in known.values() for leak in found)


def _look_at(paths: Sequence[Path]) -> Iterable[list[Leak]]:
    if len(paths) < WORTH_WORKERS:
        return map(leaks_in, paths)
    with ProcessPoolExecutor(WORKERS) as pool:
        return list(pool.map(leaks_in, paths, chunksize=20))


def _mark(path: Path) -> str:
    """Name a file's content where it is: the same bytes elsewhere are looked at again."""
    return hashlib.sha256(f"{path}\0".encode() + path.read_bytes()).hexdigest()


def tracked() -> Iterator[Path]:
    """Yield each file that git keeps, or would keep, and that people wrote."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    for name in sorted(set(listed)):
        if not name.endswith(NOT_OURS) and not name.startswith(GENERATED):
            path = ROOT / name
            if path.is_file():
                yield path


def known(file: Path = KNOWN) -> dict[tuple[str, str], str]:
    """Return why each thing that looks like a secret and is none may stay."""
    listed = tomllib.loads(file.read_text())["looks-secret"]
    return {(one["file"], one["digest"]): one["why"] for one in listed}


def main() -> int:
    """Say what was found; return an exit code."""
    paths, allowed = list(tracked()), known()
    found = look(paths)
    here = {(leak.file, leak.digest) for leak in found}
    leaks = [leak for leak in found if (leak.file, leak.digest) not in allowed]
    for leak in leaks:
        print(f"{leak.file}:{leak.line}: {leak.kind} (digest {leak.digest})")
    gone = sorted(set(allowed) - here)
    for file, digest in gone:
        print(f"{KNOWN.name}: {file} holds {digest} no more: take the entry out")
    if leaks:
        print("Is it a secret? Change it where it is used, then take it out. If not: known.toml.")
    else:
        print(f"secrets: none in {len(paths)} files")
    return 1 if leaks or gone else 0
