import gzip
from collections.abc import Callable

import httpx
import pytest
from typing_extensions import override

from kit.errors import Kind, TurnedDown
from kit.http import MAX_ANSWER_BYTES, PartnerDown, PartnerHttp, PartnerRefused, PartnerUnclear

Handler = Callable[[httpx.Request], httpx.Response]


def partner(handler: Handler) -> PartnerHttp:
    return PartnerHttp(
        "https://api.example/v2/", partner="post", transport=httpx.MockTransport(handler)
    )


def answering(status: int, **rest: object) -> Handler:
    return lambda _: httpx.Response(status, **rest)  # type: ignore[arg-type]  # content, headers


def failing(error: type[httpx.HTTPError]) -> Handler:
    def fail(request: httpx.Request) -> httpx.Response:
        raise error("broken")

    return fail


async def test_a_path_is_read_under_the_base_address() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json={"ok": True})

    async with partner(answer) as http:
        found = await http.get("mail/12", params={"id_user": "3"})

    assert asked == ["https://api.example/v2/mail/12?id_user=3"]
    assert found.json() == {"ok": True}


async def test_a_form_with_a_file_leaves_in_one_piece() -> None:
    class Wire(httpx.AsyncBaseTransport):
        @override
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            assert isinstance(request.stream, httpx.AsyncByteStream)
            pieces.extend([piece async for piece in request.stream])
            return httpx.Response(200)

    pieces: list[bytes] = []
    file = ("lettre.pdf", b"%PDF" * 50_000, "application/pdf")
    async with PartnerHttp("https://api.example", partner="post", transport=Wire()) as http:
        await http.post("attachment/", data={"id_user": "3"}, files={"file": file})

    (body,) = pieces
    assert (b'name="id_user"' in body, file[1] in body) == (True, True)


async def test_a_compressed_answer_is_read_once() -> None:
    body = gzip.compress(b'{"a": 1}')
    headers = {"content-encoding": "gzip", "content-type": "application/json"}

    async with partner(answering(200, content=body, headers=headers)) as http:
        found = await http.get("x")

    assert found.json() == {"a": 1}


@pytest.mark.parametrize(
    ("handler", "refusal", "kind"),
    [
        (failing(httpx.ConnectError), PartnerDown, Kind.LATER),
        (failing(httpx.ConnectTimeout), PartnerDown, Kind.LATER),
        (answering(429), PartnerDown, Kind.LATER),
        (answering(503), PartnerDown, Kind.LATER),
        (failing(httpx.ReadTimeout), PartnerUnclear, Kind.LATER),
        (failing(httpx.WriteError), PartnerUnclear, Kind.LATER),
        (failing(httpx.RemoteProtocolError), PartnerUnclear, Kind.LATER),
        (answering(500), PartnerUnclear, Kind.LATER),
        (answering(502), PartnerUnclear, Kind.LATER),
        (answering(422, content=b"bad"), PartnerRefused, Kind.REFUSED),
        (answering(401), PartnerRefused, Kind.REFUSED),
    ],
)
async def test_each_failure_says_whether_the_request_may_be_sent_again(
    handler: Handler, refusal: type[TurnedDown], kind: Kind
) -> None:
    async with partner(handler) as http:
        with pytest.raises(refusal) as refused:
            await http.post("x")

    assert refused.value.kind is kind
    assert refused.value.facts["partner"] == "post"


async def test_a_refusal_keeps_the_partners_words() -> None:
    async with partner(answering(422, content=b'{"slug":"no"}')) as http:
        with pytest.raises(PartnerRefused) as refused:
            await http.post("x")

    assert (refused.value.status, refused.value.body) == (422, b'{"slug":"no"}')


async def test_a_redirect_is_not_followed() -> None:
    asked: list[str] = []

    def away(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(302, headers={"location": "https://api.example/elsewhere"})

    async with partner(away) as http:
        with pytest.raises(PartnerRefused):
            await http.get("x")

    assert len(asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/v2/x",
        "http://api.example/v2/x",
        "https://api.example:8443/x",
        "https://api.example@evil.example/x",
        "file:///etc/passwd",
    ],
)
async def test_another_host_is_never_called(url: str) -> None:
    async with partner(answering(200)) as http:
        with pytest.raises(PartnerRefused):
            await http.get(url)


async def test_an_address_of_the_partners_own_host_is() -> None:
    async with partner(answering(200, content=b"pdf")) as http:
        assert (await http.get("https://api.example/proofs/1")).content == b"pdf"


async def test_an_endless_answer_is_cut() -> None:
    async with partner(answering(200, content=b"x" * (MAX_ANSWER_BYTES + 1))) as http:
        with pytest.raises(PartnerUnclear):
            await http.get("x")


async def test_each_request_waits_its_turn() -> None:
    turns: list[int] = []

    async def pace() -> None:
        turns.append(1)

    http = PartnerHttp(
        "https://api.example",
        partner="post",
        pace=pace,
        transport=httpx.MockTransport(answering(200)),
    )
    async with http:
        await http.get("a")
        await http.get("b")

    assert len(turns) == 2
