import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from services.billing.domain import hold, top_up

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.mark.parametrize(
    ("name", "table"), [("hold", hold.NEXT), ("purchase (top_up)", top_up.NEXT)]
)
def test_the_diagram_is_the_table(name: str, table: Mapping[StrEnum, Any]) -> None:
    drawn = README.read_text("utf-8").split(f'state "{name}"')[1].split("}")[0]

    arrows = set(re.findall(r"(\w+) --> (\w+)", drawn))
    assert arrows == {(start.value, end.value) for start, ends in table.items() for end in ends}
