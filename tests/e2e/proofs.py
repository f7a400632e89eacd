"""Asking `preavis verify`, as anyone would."""

import subprocess
import sys
import tempfile
from pathlib import Path

from local.house import House


def verdict_on(sheet: bytes, house: House, *others: str) -> int:
    """Return the exit code of ``preavis verify`` on a sheet, trusting this house's authority."""
    root = house.plan.data_dir / "sandbox" / "pki" / "ca.pem"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "feuille.pdf"
        path.write_bytes(sheet)
        command = [sys.executable, "-m", "cli", "verify", str(path), "--trust", str(root), *others]
        return subprocess.run(command, check=False).returncode  # noqa: S603 - ours
