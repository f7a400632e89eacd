"""The vendor's vector, both ways: the adapter of dispatch is checked on the same one."""

import pytest

from local.sandbox.operator import crypto

KEY = "7X9gx9E3Qx4EiUdB63nc"
DATE = "2021-05-26 14:00:00"


def test_the_signature_is_the_vendors() -> None:
    assert crypto.signature(DATE, KEY) == "bDop0cbjKpkySlpvnNGvBMg7PuYFFgPPqTTS2RAHoY0="


def test_the_vendors_answer_opens() -> None:
    answer = "WwBOU6s8DaMWmYdctBJwfuoujFgVygBUjhsbdf8eWqQ="

    assert crypto.decrypt(answer, DATE, KEY) == b'{status: "SUCCESS"}'


def test_what_is_encrypted_comes_back() -> None:
    sealed = crypto.encrypt("« préavis »".encode(), DATE, KEY)

    assert crypto.decrypt(sealed, DATE, KEY).decode() == "« préavis »"


@pytest.mark.parametrize("text", ["", "not base64!", "AAAA", "WwBOU6s8DaMWmYdctBJwfg=="])
def test_what_was_not_encrypted_for_this_date_is_unreadable(text: str) -> None:
    with pytest.raises(crypto.Unreadable):
        crypto.decrypt(text, "2021-05-26 14:00:01", KEY)
