"""The register, through zeep and its WSDL, as a strict client reads it."""

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest
import zeep
from stdnum.fr import siren

from local.sandbox.registry.population import Population, State
from local.sandbox.testing import Running
from tests.support.time import SettableClock

pytestmark = pytest.mark.servers
NAMESPACE = "urn:gpsa:orias:ws.001"


def search(wsdl: Path, url: str, *numbers: dict[str, str], user: str = "orias-of-tests") -> Any:
    """Ask the register about some numbers."""
    client: Any = zeep.Client(str(wsdl))  # type: ignore[no-untyped-call] # half typed
    service = client.create_service(f"{{{NAMESPACE}}}intermediaryBinding", f"{url}/orias/service")
    asked = {"intermediary": list(numbers)}
    return service.intermediarySearch(user=user, intermediaries=asked)


@pytest.fixture
async def wsdl(client: httpx.AsyncClient, tmp_path: Path) -> Path:
    file = tmp_path / "orias.wsdl"
    file.write_text((await client.get("/orias/service?wsdl")).text)
    return file


async def ask(sandbox: Running, wsdl: Path, *numbers: dict[str, str], **more: str) -> Any:
    return await asyncio.to_thread(search, wsdl, sandbox.url, *numbers, **more)


async def test_a_registered_firm_is_found_by_either_number(sandbox: Running, wsdl: Path) -> None:
    found = await ask(sandbox, wsdl, {"registrationNumber": "07045812"}, {"siren": "000651406"})

    beraud, lazare = found["intermediary"] if isinstance(found, dict) else found
    assert beraud.informationBase.denomination == "BÉRAUD ASSURANCES"
    assert [each.status for each in beraud.registrations.registration] == ["INSCRIT", "INSCRIT"]
    assert lazare.informationBase.registrationNumber == "19003271"


async def test_a_stranger_comes_back_as_not_found(sandbox: Running, wsdl: Path) -> None:
    found = await ask(sandbox, wsdl, {"registrationNumber": "07000000"})

    assert found[0].informationBase.foundInRegistry is False
    assert found[0].registrations is None


async def test_a_registration_ends_with_february(
    sandbox: Running, wsdl: Path, clock: SettableClock
) -> None:
    clock.set("Sat 2026-02-28 23:59")
    before = await ask(sandbox, wsdl, {"registrationNumber": "15902268"})
    clock.set("Sun 2026-03-01 00:00")
    after = await ask(sandbox, wsdl, {"registrationNumber": "15902268"})

    ended = after[0].registrations.registration[0]
    assert before[0].registrations.registration[0].status == "INSCRIT"
    assert (ended.status, ended.deletionDate) == ("SUPPRIME", date(2026, 3, 1))


async def test_a_wrong_key_is_a_fault(sandbox: Running, wsdl: Path) -> None:
    with pytest.raises(zeep.exceptions.Fault, match="Utilisateur inconnu"):
        await ask(sandbox, wsdl, {"registrationNumber": "07045812"}, user="another")


@pytest.mark.parametrize("body", ["", "<a>", "<a/>", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'])
async def test_what_is_no_search_is_a_fault(client: httpx.AsyncClient, body: str) -> None:
    answer = await client.post("/orias/service", content=body)

    assert answer.status_code == 500
    assert "Fault" in answer.text


def test_the_population_is_large_always_the_same_and_evidently_fictional() -> None:
    first, second = Population().all(), Population().all()
    states = {each.state(date(2026, 11, 23)) for each in first}

    assert first == second
    assert len(first) > 300
    assert states == set(State)
    assert all(siren.is_valid(each.siren) and each.siren.startswith("000") for each in first)
    assert len({each.number for each in first}) == len(first)


async def test_a_person_finds_a_number_to_type(client: httpx.AsyncClient) -> None:
    page = (await client.get("/registre", params={"q": "lazare"})).text

    assert "19003271" in page
    assert "07045812" not in page
