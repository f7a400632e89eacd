"""The warning that an agent accepts before leaving the mandate out."""

import hashlib
from dataclasses import dataclass

from kit.errors import Kind, TurnedDown


class WarningOutdated(TurnedDown):
    """The warning that was accepted is not the one in force."""

    kind = Kind.STALE
    reason = "mandate-warning-outdated"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOutWarning:
    """One version of the text. A text that changes gets a new version: it is what was accepted."""

    version: str
    text: str

    @property
    def sha256(self) -> str:
        """The hash recorded beside each acceptance, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def check(self, accepted_version: str) -> None:
        """Raise ``WarningOutdated`` unless this very text was accepted."""
        if accepted_version != self.version:
            raise WarningOutdated("another text was accepted")
