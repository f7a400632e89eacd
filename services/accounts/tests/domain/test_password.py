import pytest

from services.accounts.domain.fields import Unfit
from services.accounts.domain.password import check

ABOUT = ("helene@beraud.example", "Agence Béraud Assurances", "Béraud")


@pytest.mark.parametrize(
    "password",
    [
        "Tramway-vert-38!",
        "xK9#mQ2$vL7p",
        "quatre chats dorment sur un tapis bleu",
        "Ωmega-très-long9",
        "a1B" * 4 + "-zyxw",
    ],
)
def test_a_good_password_is_taken(password: str) -> None:
    assert check(password, about=ABOUT)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("Court-1!", "password-too-short"),
        ("x" * 201, "text-too-long"),
        ("toutenminuscule", "password-too-plain"),
        ("minuscules1234", "password-too-plain"),
        ("Motdepasse1234!", "password-guessable"),
        ("M0td3p4ss3-2026", "password-guessable"),
        ("Azerty123456!", "password-guessable"),
        ("Beraud-Assurances1", "password-guessable"),
        ("Helene-Beraud-1", "password-guessable"),
        ("Aa1!Aa1!Aa1!Aa1!", "password-guessable"),
        ("aaaaaaaaaaaaaaaaaaaaaaaa", "password-guessable"),
    ],
)
def test_a_weak_password_is_turned_down_for_its_reason(password: str, reason: str) -> None:
    with pytest.raises(Unfit) as unfit:
        check(password, about=ABOUT)

    assert unfit.value.reason == reason


def test_two_ways_to_type_an_accent_are_one_password() -> None:
    assert check("Éclair-violet-7", about=()) == check("E\u0301clair-violet-7", about=())
