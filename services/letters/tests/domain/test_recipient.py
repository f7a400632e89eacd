from dataclasses import replace

import pytest

from services.letters.domain.recipient import (
    AddressScope,
    ElectronicAddress,
    PostalAddress,
    as_written_to,
    rank,
)
from services.letters.tests.builders import a_recipient

SPLIT = replace(
    a_recipient(),
    postal=(
        PostalAddress(
            scope=AddressScope.PERSON, lines=("1 rue A",), postcode="38000", town="Grenoble"
        ),
        PostalAddress(
            scope=AddressScope.COMPANY_GROUP, lines=("2 rue B",), postcode="69001", town="Lyon"
        ),
    ),
    electronic=(
        ElectronicAddress(scope=AddressScope.COMPANY_GROUP, email="groupes@val-dambre.example"),
    ),
)


@pytest.mark.parametrize(
    ("scope", "town", "email"),
    [
        (AddressScope.PERSON, "38000 Grenoble", ""),  # never the other scope's mailbox
        (AddressScope.COMPANY_GROUP, "69001 Lyon", "groupes@val-dambre.example"),
    ],
)
def test_each_contract_goes_to_the_address_kept_for_it(
    scope: AddressScope, town: str, email: str
) -> None:
    written_to = as_written_to(SPLIT, scope)

    assert written_to.postal_lines[-1] == town
    assert written_to.electronic_address == email


def test_a_general_address_serves_every_contract() -> None:
    for scope in AddressScope:
        written_to = as_written_to(a_recipient(), scope)
        assert written_to.postal_lines[0] == "Mutuelle Val d’Ambre"
        assert written_to.electronic_address == "resiliations@val-dambre.example"


def test_the_best_answers_come_first() -> None:
    query = "garan"
    begins = a_recipient(name="Garantie du Littoral")
    after_article = a_recipient(name="La Garancière, assurances mutuelles")
    inside = a_recipient(name="Mutuelle Garance Active")
    alias = a_recipient(name="MGA", aliases=("Garance",))
    town = a_recipient(name="Cap Émeraude", town="Garancières")
    closed = a_recipient(name="Garantie close", is_open=False)

    found = sorted(
        [town, alias, closed, inside, after_article, begins], key=lambda one: rank(query, one)
    )

    assert found == [begins, after_article, closed, inside, alias, town]
