"""AR24 on the wire: the vendor's own vector, and the three forms of an answer."""

import base64
import json

import pytest
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from services.dispatch.partners.ar24_wire import (
    Cypher,
    Unreadable,
    _hex,
    from_wall_clock,
    wall_clock,
)
from tests.support.time import paris

KEY, DATE = "7X9gx9E3Qx4EiUdB63nc", "2021-05-26 14:00:00"
CYPHER = Cypher(KEY)


def sealed(plain: str) -> str:
    """Seal as the vendor does."""
    padder = padding.PKCS7(128).padder()
    aes = Cipher(
        algorithms.AES(_hex(DATE + KEY)[:32].encode()), modes.CBC(_hex(_hex(KEY))[:16].encode())
    ).encryptor()
    data = aes.update(padder.update(plain.encode()) + padder.finalize()) + aes.finalize()
    return base64.b64encode(data).decode()


def test_the_vendors_vector_signs() -> None:
    assert CYPHER.sign(DATE) == "bDop0cbjKpkySlpvnNGvBMg7PuYFFgPPqTTS2RAHoY0="


def test_the_vendors_vector_opens_though_its_json_is_loose() -> None:
    assert CYPHER.read(b"WwBOU6s8DaMWmYdctBJwfuoujFgVygBUjhsbdf8eWqQ=", DATE) == {
        "status": "SUCCESS"
    }


RESULT = {"id": "400001", "status": "sent", "note": "a, b: c"}


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"status": "SUCCESS", "result": RESULT}),
        json.dumps({"status": "SUCCESS", "result": sealed(json.dumps(RESULT))}),
        sealed(json.dumps({"status": "SUCCESS", "result": RESULT})),
    ],
    ids=["in clear", "sealed result", "sealed whole"],
)
def test_an_answer_is_read_in_each_of_its_three_forms(body: str) -> None:
    assert CYPHER.read(body.encode(), DATE) == {"status": "SUCCESS", "result": RESULT}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>502 Bad Gateway</html>",
        b"[1]",
        sealed("[1]").encode(),
        Cypher("another key").sign(DATE).encode(),
        json.dumps({"status": "SUCCESS", "result": "not sealed"}).encode(),
    ],
)
def test_what_is_no_answer_is_not_guessed(body: bytes) -> None:
    with pytest.raises(Unreadable):
        CYPHER.read(body, DATE)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2027-01-13 12:00:00", "Wed 2027-01-13 12:00"),
        ("2027-07-01 00:30:00", "Thu 2027-07-01 00:30"),
        ("", None),
        ("0000-00-00 00:00:00", None),
        (None, None),
    ],
)
def test_hours_without_a_zone_are_read_in_paris(text: str | None, instant: str | None) -> None:
    assert from_wall_clock(text) == (paris(instant) if instant else None)


def test_instants_are_written_in_paris() -> None:
    assert wall_clock(paris("Sun 2027-03-28 20:00")) == "2027-03-28 20:00:00"
