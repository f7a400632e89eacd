"""The process that reads files people send, but for the reading: it tells what it may do."""

import os
import resource
from pathlib import Path

from kit import upload_reader


def tell(data: bytes, *, max_pages: int) -> tuple[str, int, bytes]:
    """Refuse any file, and say where and as what it would have been read."""
    own = {"LC_CTYPE"}  # what Python itself sets, where no language is
    raise upload_reader.Refused(
        "upload-damaged",
        environment=" ".join(sorted(os.environ.keys() - own)),
        processor=f"{resource.getrlimit(resource.RLIMIT_CPU)[1]} s",
        memory=f"{resource.getrlimit(resource.RLIMIT_AS)[1] >> 20} MB",
        written=f"{resource.getrlimit(resource.RLIMIT_FSIZE)[1]} bytes",
        place=str(Path.cwd()),
    )


if __name__ == "__main__":
    upload_reader._examine = tell
    upload_reader.main()
