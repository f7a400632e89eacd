"""A legal vector as typed values, and the engine's values as the schema writes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import Enum
from typing import Any, Final

from services.letters.domain.legal.codes import Ground
from services.letters.domain.legal.contract_types import ContractType

Answer = Mapping[str, Any]

_TYPE_NAMES: Final = {"habitation": "habitation_proprietaire", "voyage": "voyage_temporaire"}
"""The schema's wider names, read as one of ours."""


@dataclass(frozen=True, slots=True)
class Vector:
    """One vector: a function, its inputs, and the answer expected of it."""

    raw: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Return the name printed with a failure."""
        return str(self.raw.get("id", "?"))

    @property
    def function(self) -> str:
        """Return the name of the function it exercises."""
        return str(self.raw.get("function", ""))

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Return the inputs as the file has them."""
        inputs: Mapping[str, Any] = self.raw["inputs"]
        return inputs

    @property
    def expected(self) -> Mapping[str, Any]:
        """Return the keys to compare, and only those."""
        expected: Mapping[str, Any] = self.raw["expected"]
        return expected

    @property
    def ground(self) -> Ground:
        """Return the ground. Raises ``ValueError`` if it is unknown or absent."""
        return Ground(self.raw["ground"])

    @property
    def contract_type(self) -> ContractType:
        """Return the contract type. Raises ``ValueError`` if it is unknown or absent."""
        name = str(self.raw["contract_type"])
        return ContractType(_TYPE_NAMES.get(name, name))

    def day(self, key: str) -> date:
        """Return a day among the inputs."""
        return date.fromisoformat(self.inputs[key])

    def maybe_day(self, key: str) -> date | None:
        """Return a day among the inputs, ``None`` when absent or null."""
        return self.day(key) if self.inputs.get(key) else None

    def instant(self, key: str) -> datetime:
        """Return an aware instant among the inputs."""
        return datetime.fromisoformat(self.inputs[key])


def answer(value: Any, *properties: str) -> dict[str, Any]:  # noqa: ANN401 - any result dataclass
    """Return a result dataclass as the schema writes it; ``ok`` says that nothing refuses."""
    names = [field.name for field in fields(value)] + list(properties)
    told = {name: written(getattr(value, name)) for name in names}
    return {"ok": told.get("refusal") is None, **told}


def written(value: Any) -> Any:  # noqa: ANN401 - JSON values
    """Return a value as JSON has it: ISO days, codes, lists."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [written(item) for item in value]
    return value
