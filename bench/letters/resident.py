"""What a process holds in memory, asked within it."""

import os
import subprocess

KIB_A_MIB = 1024


def resident_mib() -> float:
    """Return this process's resident memory, as ``ps`` counts it on Linux and macOS."""
    asked = ["ps", "-o", "rss=", "-p", str(os.getpid())]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout  # noqa: S603 - ours
    return int(said) / KIB_A_MIB
