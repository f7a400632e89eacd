"""Requests drawn from what /v1 says of itself: each is answered, and as it says."""

import json
import os
import secrets
import time
from asyncio import gather
from dataclasses import replace
from pathlib import Path
from typing import Final

import httpx
import pytest

from tests.prove.fuzz.cases import SEED
from tests.prove.fuzz.rest.running import Scope, Target, run

pytestmark = [pytest.mark.servers, pytest.mark.prove, pytest.mark.timeout(3600)]
ONE_BY_ONE: Final = ("examples", "coverage", "fuzzing")
LEAST: Final = 10_000


async def test_what_is_asked_as_described_is_answered_as_described(
    target: Target, tmp_path: Path
) -> None:
    scope = Scope(phases=("examples", "fuzzing"), examples=3, seed=SEED, learning=False)

    found = await run(target, tmp_path, scope)

    assert not found.faults, found.told
    assert not found.untried
    assert found.selected == found.operations
    assert found.cases > 200


async def test_what_is_answered_otherwise_than_described_is_seen(
    target: Target, tmp_path: Path
) -> None:
    async with httpx.AsyncClient(base_url=target.url) as http:
        document = (await http.get("/v1/openapi.json")).json()
    wallet = document["components"]["schemas"]["Wallet"]
    wallet["properties"]["available_cents"] = {"type": "string"}
    del document["paths"]["/letters/{letter_id}/preflight"]["get"]["responses"]["404"]
    altered = tmp_path / "altered.json"
    altered.write_text(json.dumps(document))
    only = "^/(credit|letters/.letter_id./preflight)$"
    scope = Scope(
        phases=("fuzzing",), examples=8, seed=SEED, only=only, document=str(altered), learning=False
    )

    found = await run(replace(target, known={}), tmp_path / "run", scope)

    seen = "\n".join(found.faults)
    assert "GET /credit" in seen
    assert "GET /letters/{letter_id}/preflight" in seen


async def test_ten_thousand_requests_are_answered_as_described(
    target: Target, tmp_path: Path
) -> None:
    seed = int(os.environ.get("PREAVIS_PROVE_SEED", secrets.randbelow(10**6)))
    print(f"PREAVIS_PROVE_SEED={seed}", flush=True)
    scope = Scope(phases=ONE_BY_ONE, examples=105, seed=seed)
    parts = {
        "letters": replace(scope, only="^/letters"),
        "the rest": replace(scope, only="^/(?!letters)"),
        "one after another": replace(scope, phases=("stateful",)),
    }
    began = time.monotonic()

    found = await gather(*(run(target, tmp_path / name, part) for name, part in parts.items()))

    print(*(one.told[-2_500:] for one in found), sep="\n")
    assert not any(one.faults for one in found), "\n".join(one.told for one in found)
    cases, took = sum(one.cases for one in found), time.monotonic() - began
    print(f"{cases} requests, {found[0].operations} operations, seed {seed}, {took:.0f} s")
    assert not any(one.untried for one in found[:2])  # steps need not pass everywhere
    assert found[0].selected + found[1].selected == found[0].operations
    assert cases >= LEAST
