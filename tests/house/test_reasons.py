"""Each refusal says something in French, and says it under one stable name."""

import re
import tomllib
from collections import defaultdict
from typing import Any

from tests.house.source import ROOT, class_attributes

CATALOGUE = ROOT / "services/gateway/wording/reasons.toml"


def sentences() -> dict[str, Any]:
    return tomllib.loads(CATALOGUE.read_text())


def known(catalogue: dict[str, Any]) -> set[str]:
    """Keys of the catalogue, whether it is flat or grouped in sections."""
    keys: set[str] = set()
    for key, value in catalogue.items():
        if isinstance(value, dict) and not {"title", "detail", "sentence"} & value.keys():
            keys |= known(value)
        else:
            keys.add(key)
    return keys


def test_every_reason_has_its_french_sentence() -> None:
    raised = {reason for _, _, reason in class_attributes("reason")}

    assert raised
    assert not raised - known(sentences())


def test_reasons_are_kebab_case() -> None:
    assert not [
        r
        for _, _, r in class_attributes("reason")
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", r)
    ]


def test_two_services_do_not_use_one_reason_for_two_things() -> None:
    rooms = defaultdict(set)
    for path, name, reason in class_attributes("reason"):
        rooms[reason].add((path.relative_to(ROOT).parts[1], name))

    shared = {reason: where for reason, where in rooms.items() if len({r for r, _ in where}) > 1}
    different = {r: w for r, w in shared.items() if len({name for _, name in w}) > 1}
    assert not different
