"""Mandates: what was decided, and the warning."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from services.gateway.api.shape import Asked, Day, Shape, Text, example


class Scan(Shape):
    """A hand-signed mandate, as uploaded."""

    sha256: str = Field(description="Names the scan when it is validated.")
    filename: str
    format: Literal["pdf", "png", "jpeg"] | None
    page_count: int
    byte_count: int
    uploaded_at: datetime | None
    retained_until: Day


class Mandate(Shape):
    """What was decided about a letter's mandate."""

    letter_id: str
    decision: Literal["none", "scan_to_validate", "scanned", "opted_out"] | None = Field(
        description="`scan_to_validate` until the scan was looked at."
    )
    still_matches: bool = Field(description="Made for the letter as it is now.")
    scan: Scan | None
    decided_at: datetime | None
    decided_by: Text = Field(description="Who decided, by name.")
    warning_version: Text = Field(description="The warning accepted, when left out.")
    locked: bool = Field(description="A sending uses it.")
    version: int


class OptOutWarning(Shape):
    """What must be accepted before the mandate is left out."""

    version: str
    text: str = Field(description="In French, to be shown whole.")


class MandateAndWarning(Shape):
    """The mandate, and the warning in force."""

    mandate: Mandate
    warning: OptOutWarning


class ScanValidation(Asked):
    """The scan that was looked at."""

    model_config = example(sha256="5e" * 32)

    sha256: str = Field(description="As the scan's `sha256`.", pattern=r"^[0-9a-f]{64}$")


class OptOut(Asked):
    """The warning that was shown and accepted."""

    model_config = example(warning_version="2026-11")

    warning_version: str = Field(description="The `version` of the warning that was read.")
