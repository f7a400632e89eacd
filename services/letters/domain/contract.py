"""One contract of a letter: its type, its reference and the values its ground asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from services.letters.domain.legal.codes import Ground
from services.letters.domain.legal.contract_types import ContractType

LONGEST_REFERENCE: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A contract to end. ``fields`` holds canonical values: ISO days, ``true``/``false``, text.

    Values that the form gives to the whole letter (new insurer, wanted start) are the same in
    each contract of a letter; ``letter.py`` sees to it.
    """

    id: UUID
    type: ContractType
    ground: Ground
    reference: str
    fields: Mapping[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """Return a field's value, empty when it was not given."""
        return self.fields.get(name, "")
