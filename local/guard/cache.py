"""What the guards found before, so that only what changed is looked at again."""

import json
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = ROOT / ".guard_cache"


def read(name: str, folder: Path = FOLDER) -> dict[str, Any]:
    """Return what was kept under a name, nothing when it cannot be read."""
    try:
        kept: dict[str, Any] = json.loads((folder / f"{name}.json").read_text())
    except (OSError, ValueError):
        return {}
    return kept


def write(name: str, kept: dict[str, Any], folder: Path = FOLDER) -> None:
    """Keep something; a folder that cannot be written costs time, and nothing else."""
    try:
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.json").write_text(json.dumps(kept))
    except OSError as error:
        print(f"  (nothing kept for the next time: {error})")
