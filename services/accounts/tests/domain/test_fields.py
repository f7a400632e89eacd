import pytest

from kit.errors import InvalidFields
from services.accounts.domain import fields
from services.accounts.domain.account import AccountKind, read_application
from services.accounts.domain.fields import Form, Read, Unfit
from services.accounts.tests.builders import TYPED


@pytest.mark.parametrize(
    ("reader", "typed", "kept"),
    [
        (fields.email, "Helene@Beraud.Example", "Helene@beraud.example"),
        (fields.phone, "04 65 71 12 34", "+33465711234"),
        (fields.phone, "04.65.71.12.34", "+33465711234"),
        (fields.phone, "+33 (0)4 65 71 12 34", "+33465711234"),
        (fields.phone, "06 39 98 12 34", "+33639981234"),
        (fields.phone, "0262 30 30 30", "+262262303030"),
        (fields.phone, "+32 2 555 12 12", "+3225551212"),
        (fields.postcode, "38 000", "38000"),
        (fields.postcode, "20090", "20090"),
        (fields.postcode, "97400", "97400"),
        (fields.postcode, "98000", "98000"),
        (fields.town, "Saint-Étienne-du-Rouvray", "Saint-Étienne-du-Rouvray"),
        (fields.town, "L'Haÿ-les-Roses", "L'Haÿ-les-Roses"),
        (fields.town, "Lyon CEDEX 03", "Lyon CEDEX 03"),
        (fields.town, "Y", "Y"),
        (fields.person_name, "D'Alençon-Béraud", "D'Alençon-Béraud"),
        (fields.orias_number, "07 045 812", "07045812"),
        (fields.siret, "732 829 320 00074", "73282932000074"),
        (fields.siret, "35600000049837", "35600000049837"),  # La Poste has its own key
    ],
)
def test_what_is_right_is_kept_in_one_form(reader: Read, typed: str, kept: str) -> None:
    assert reader(typed) == kept


@pytest.mark.parametrize(
    ("reader", "typed", "reason", "facts"),
    [
        (fields.email, "helene@", "email-invalid", {}),
        (fields.email, "a@b.example, c@d.example", "email-invalid", {}),
        (fields.email, "hélène@b.example", "email-invalid", {}),
        (fields.email, "gnp\u202e@b.example", "email-invalid", {}),
        (fields.phone, "04 65 71 12", "phone-invalid", {}),
        (fields.phone, "12 34 56 78 90", "phone-invalid", {}),
        (fields.phone, "bonjour", "phone-invalid", {}),
        (fields.postcode, "3800", "postcode-invalid", {}),
        (fields.postcode, "00123", "postcode-invalid", {}),
        (fields.postcode, "96000", "postcode-invalid", {}),
        (fields.postcode, "99999", "postcode-invalid", {}),
        (fields.postcode, "３８０００", "postcode-invalid", {}),
        (fields.town, "38000", "town-invalid", {}),
        (fields.town, "Grenoble\u202e", "town-invalid", {}),
        (fields.town, "A" * 33, "text-too-long", {"limit": "32"}),
        (fields.address_line, "A" * 39, "text-too-long", {"limit": "38"}),
        (fields.address_line, "--", "text-invalid", {}),
        (fields.trade_name, "Agence\x00", "text-invalid", {}),
        (fields.person_name, "R2D2", "name-invalid", {}),
        (fields.orias_number, "0704581", "orias-invalid", {"digits": "7", "expected": "8"}),
        (fields.orias_number, "0704581A", "orias-invalid", {"digits": "7", "expected": "8"}),
        (fields.siret, "7328293200007", "siret-invalid", {"digits": "13", "expected": "14"}),
        (fields.siret, "73282932000075", "siret-key-wrong", {}),
    ],
)
def test_what_is_wrong_says_how(
    reader: Read, typed: str, reason: str, facts: dict[str, str]
) -> None:
    with pytest.raises(Unfit) as unfit:
        reader(typed)

    assert (unfit.value.reason, unfit.value.facts) == (reason, facts)


def test_every_wrong_field_is_named_at_once() -> None:
    form = Form()
    typed = {**TYPED, "phone": "0", "address.postcode": "", "orias_number": "1", "siret": "2"}

    read_application(AccountKind.INTERMEDIARY, typed, form)
    with pytest.raises(InvalidFields) as refused:
        form.done()

    assert {error.field: error.reason for error in refused.value.errors} == {
        "phone": "phone-invalid",
        "address.postcode": "field-required",
        "orias_number": "orias-invalid",
        "siret": "siret-invalid",
    }


def test_only_an_intermediary_owes_an_orias_number() -> None:
    typed = {**TYPED, "orias_number": ""}
    form, other = Form(), Form()

    read_application(AccountKind.INSURER, typed, form)
    read_application(AccountKind.INTERMEDIARY, typed, other)

    form.done()
    with pytest.raises(InvalidFields):
        other.done()
