"""The registry and the hasher: fakes beside the adapters, on the sandbox's own protocol."""

import unicodedata
from collections.abc import AsyncIterator
from datetime import date

import httpx
import pytest

from kit.errors import Kind, TurnedDown
from kit.http import PartnerHttp
from local.sandbox.testing import Running, sandbox_server
from services.accounts.domain.registration import INSURANCE
from services.accounts.domain.registration import RegistrationStatus as Status
from services.accounts.partners.argon import Argon
from services.accounts.partners.orias import Orias
from services.accounts.ports import Hasher, Registry
from services.accounts.tests.builders import BROKER
from services.accounts.tests.contracts.conftest import FAKE_AND_REAL
from services.accounts.tests.fakes import FakeHasher, FakeRegistry


@pytest.fixture(scope="module")
async def sandbox(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with sandbox_server(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
async def orias(sandbox: Running) -> AsyncIterator[Orias]:
    async with PartnerHttp(f"{sandbox.url}/orias/service", partner="orias") as http:
        yield Orias(http, user=sandbox.settings.orias_key.get_secret_value())


@pytest.fixture(params=FAKE_AND_REAL)
def registry(request: pytest.FixtureRequest) -> Registry:
    if request.param == "fake":
        return FakeRegistry(BROKER)
    found: Orias = request.getfixturevalue("orias")
    return found


async def test_a_broker_in_force_is_found(registry: Registry) -> None:
    answer = await registry.look_up("07045812")

    assert answer.found
    assert answer.denomination == "BÉRAUD ASSURANCES"
    assert answer.status("") is Status.REGISTERED
    assert any(entry.category in INSURANCE and entry.registered_on for entry in answer.entries)


@pytest.mark.servers
async def test_the_sandbox_knows_the_unknown_and_the_expired(
    sandbox: Running, orias: Orias
) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        page = await client.get(f"{sandbox.url}/sandbox/intermediaries?state=expired")
    expired = await orias.look_up(page.json()[0]["number"])
    unknown = await orias.look_up("99999999")

    assert expired.status("") is Status.LAPSED
    assert unknown.status("") is Status.UNKNOWN


@pytest.mark.servers
async def test_a_wrong_key_is_no_answer_about_anybody(sandbox: Running) -> None:
    async with PartnerHttp(f"{sandbox.url}/orias/service", partner="orias") as http:
        with pytest.raises(TurnedDown) as refused:
            await Orias(http, user="wrong").look_up("07045812")

    assert refused.value.kind is Kind.LATER


ANSWER = """<?xml version="1.0"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/">
<e:Body><r:intermediarySearchResponse xmlns:r="urn:gpsa:orias:ws.001"><intermediaries>
<intermediary><informationBase><siren>732829320</siren><registrationNumber>{number}
</registrationNumber><denomination>X</denomination><foundInRegistry>{found}</foundInRegistry>
</informationBase>{registrations}</intermediary></intermediaries>
</r:intermediarySearchResponse></e:Body></e:Envelope>"""
ONE = """<registrations><registration><categoryName>coa</categoryName><status>INSCRIT</status>
<registrationDate>01/02/2013</registrationDate></registration><registration>
<categoryName>AGA</categoryName><status>RADIE</status><registrationDate>2014-01-01T00:00:00+01:00
</registrationDate><deletionDate>?</deletionDate></registration></registrations>"""


def answering(content: str, status: int = 200) -> Orias:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, text=content))
    return Orias(
        PartnerHttp("https://orias.example/ws", partner="orias", transport=transport), user="k"
    )


async def test_days_are_read_in_both_notations_and_only_inscrit_is_in_force() -> None:
    content = ANSWER.format(number="13000001", found="true", registrations=ONE)

    answer = await answering(content).look_up("13000001")

    assert [(e.category, e.in_force, e.registered_on) for e in answer.entries] == [
        ("COA", True, date(2013, 2, 1)),
        ("AGA", False, date(2014, 1, 1)),
    ]


BOMB = '<!DOCTYPE a [<!ENTITY b "{}">]><a>&b;</a>'


@pytest.mark.parametrize(
    ("content", "status"),
    [
        ("<html>maintenance</html>", 200),
        ("not xml", 200),
        ("", 200),
        (ANSWER.format(number="99999999", found="true", registrations=ONE), 200),
        (ANSWER.format(number="13000001", found="maybe", registrations=""), 200),
        (BOMB.format("x" * 1000), 200),
        ("<fault/>", 500),
        ("", 503),
    ],
)
async def test_a_registry_that_errs_says_nothing(content: str, status: int) -> None:
    with pytest.raises(TurnedDown) as refused:
        await answering(content, status).look_up("13000001")

    assert refused.value.kind is Kind.LATER


@pytest.fixture(params=[FakeHasher, Argon])
def hasher(request: pytest.FixtureRequest) -> Hasher:
    made: Hasher = request.param()
    return made


async def test_only_the_same_password_matches(hasher: Hasher) -> None:
    hashed = await hasher.hash("Tramway-vert-38!")

    assert "Tramway" not in hashed
    assert await hasher.matches(hashed, "Tramway-vert-38!")
    assert not await hasher.matches(hashed, "Tramway-vert-38")
    assert not await hasher.matches(None, "Tramway-vert-38!")
    assert not hasher.is_outdated(hashed)


async def test_an_accent_is_one_however_it_is_sent() -> None:
    hasher = Argon()
    hashed = await hasher.hash(unicodedata.normalize("NFC", "Forêt-dorée-38!"))

    assert await hasher.matches(hashed, unicodedata.normalize("NFD", "Forêt-dorée-38!"))


async def test_nobodys_password_is_checked_at_the_cost_of_somebodys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hasher, checked = Argon(), list[str]()

    def check(password_hash: str, _: str) -> bool:
        checked.append(password_hash)
        return True

    monkeypatch.setattr(hasher, "_check", check)

    assert not await hasher.matches(None, "Tramway-vert-38!")

    assert [hasher.is_outdated(one) for one in checked] == [False]


async def test_weaker_hashes_are_outdated() -> None:
    weak = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21l$x4RJlwPpQUPiHpqXnVnVhg"

    assert Argon().is_outdated(weak)
