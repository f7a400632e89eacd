"""What the clients asked and were answered, line by line, as it happens."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4


class History:
    """A file of JSON lines; each is written before the next step is taken."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self.path = path
        self.acknowledged = 0

    def ask(
        self, act: str, *, account: str, subject: str, key: str, wanted: Mapping[str, Any]
    ) -> str:
        """Note what is wanted, before it is asked; return its name in this history."""
        name = uuid4().hex
        about = {"act": act, "account": account, "subject": subject, "key": key, "wanted": wanted}
        self._write(name, "asked", about)
        return name

    def acknowledge(self, name: str, answer: Mapping[str, Any]) -> None:
        """Note that it was done, and what was answered."""
        self.acknowledged += 1
        self._write(name, "acknowledged", {"answer": answer})

    def refuse(self, name: str, reason: str) -> None:
        """Note that it was refused for good."""
        self._write(name, "refused", {"answer": {"reason": reason}})

    def lose(self, name: str, why: str) -> None:
        """Note that no answer came, or none that settles it: it is asked again."""
        self._write(name, "lost", {"why": why})

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def _write(self, name: str, event: str, about: Mapping[str, Any]) -> None:
        line = {"id": name, "event": event, "at": datetime.now(UTC).isoformat(), **about}
        self._file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
        self._file.flush()
