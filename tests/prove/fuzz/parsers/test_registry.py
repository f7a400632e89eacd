"""The registry's SOAP answers: what it says of one number, or nothing about anybody."""

from contextlib import suppress
from typing import Final

import httpx
import pytest
from hypothesis import given

from kit.http import PartnerHttp, PartnerUnclear
from services.accounts.domain.registration import RegistryAnswer
from services.accounts.partners.orias import Orias
from services.accounts.tests.contracts.test_partners import ANSWER, ONE
from tests.prove.fuzz.cases import fuzzed
from tests.prove.fuzz.spoiling import spoilt

pytestmark = pytest.mark.slow

NUMBER: Final = "13000001"
GOOD: Final = ANSWER.format(number=NUMBER, found="true", registrations=ONE)
SECRET: Final = "what a file of ours holds"
LAUGHS: Final = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12)
)  # a billion of them, and more
WORDS: Final = (
    b"\0", b"\xff\xfe", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"&lt;", b"&a;", b"&#0;",
    b"&#x110000;",
    b'<?xml version="1.0" encoding="utf-7"?>', b'<?xml version="1.0" encoding="UTF-16"?>',
    b"<?xml-stylesheet href='x'?>", b"<intermediary>", b"</informationBase>", b"99999999999-01-01",
    b"2013-02-30", b"0000-00-00", b"<a>" * 3000, b"INSCRIT", b"e:Fault",
)  # fmt: skip


async def asked(content: bytes) -> RegistryAnswer:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=content))
    http = PartnerHttp("https://orias.example/ws", partner="orias", transport=transport)
    return await Orias(http, user="k").look_up(NUMBER)


@given(content=spoilt([GOOD.encode(), GOOD.encode("utf-16"), GOOD.encode("latin-1")], WORDS))
@fuzzed(300)
async def test_an_answer_is_read_or_the_registry_said_nothing(content: bytes) -> None:
    with suppress(PartnerUnclear):
        assert isinstance(await asked(content), RegistryAnswer)


@pytest.mark.parametrize(
    "prologue",
    [
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file://{secret}">]>',
        '<!DOCTYPE a [<!ENTITY % p SYSTEM "file://{secret}"><!ENTITY x "%p;">]>',
        '<!DOCTYPE a SYSTEM "file://{secret}">',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>',
        f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}<!ENTITY x "&l11;">]>',
        f'<!DOCTYPE a [<!ENTITY x "{"ha" * 100_000}">]>',
    ],
)
@pytest.mark.timeout(10)
async def test_no_entity_is_ever_followed(
    prologue: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    secret = tmp_path_factory.mktemp("secret") / "secret"
    secret.write_text(SECRET)
    told = GOOD.replace('<?xml version="1.0"?>', prologue.format(secret=secret), 1)

    for place in ("<denomination>&x;", "<denomination>X&x;Y", f"<denomination>{'&x;' * 1000}"):
        with pytest.raises(PartnerUnclear):
            await asked(told.replace("<denomination>X", place).encode())
