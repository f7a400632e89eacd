"""The staff member of the journeys."""

from typing import Final

STAFF_EMAIL: Final = "ines.maurel@preavis.example"
STAFF_PASSWORD: Final = "une-phrase-pour-les-essais"
