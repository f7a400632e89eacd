"""What letters and accounts say, in this service's own words."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from preavis.accounts.v1 import accounts_pb2
from preavis.letters.v1 import letters_pb2
from services.signature.domain.sheet import ContractLine, LetterIncomplete, mandate_sheet
from services.signature.peers import AccountsPeer, LettersPeer
from services.signature.tests.builders import ACCOUNT, LETTER, MONDAY, an_agency


def a_letter(**changes: Any) -> letters_pb2.Letter:
    letter = letters_pb2.Letter(
        letter_id=str(LETTER),
        number="26-00042",
        version=5,
        content_hash="a" * 64,
        ground="RIA",
        ground_label="Résiliation infra-annuelle",
        new_insurer_name="Solenne Mutuelle",
        policyholder=letters_pb2.Policyholder(
            kind=letters_pb2.POLICYHOLDER_KIND_PERSON,
            persons=[
                letters_pb2.Person(
                    title=letters_pb2.TITLE_MADAME,
                    first_name="Hélène",
                    last_name="Marchetti",
                    birth_name="Vasseur",
                    birth_day="1984-03-14",
                )
            ],
            address_lines=["8 rue du Vieux-Temple"],
            postcode="38000",
            town="Grenoble",
        ),
        recipient=letters_pb2.LetterRecipient(
            recipient_id="r1",
            name="Mutuelle Val d’Ambre",
            code_family=letters_pb2.CODE_FAMILY_MUTUALITE,
            postal_lines=["MUTUELLE VAL D’AMBRE", "73000 CHAMBÉRY"],
        ),
        contracts=[
            letters_pb2.Contract(
                contract_type="sante_individuelle",
                contract_type_label="Complémentaire santé individuelle",
                reference="VA-88-204417",
            )
        ],
    )
    letter.MergeFrom(letters_pb2.Letter(**changes))
    return letter


def letters_with(letter: letters_pb2.Letter) -> LettersPeer:
    async def get_letter(request: Any, timeout: float) -> Any:  # noqa: ASYNC109 - gRPC's
        assert (request.letter_id, timeout > 0) == (str(LETTER), True)
        return letters_pb2.GetLetterResponse(letter=letter)

    async def list_grounds(request: Any, timeout: float) -> Any:  # noqa: ASYNC109 - gRPC's
        article = letters_pb2.Article(citation="article L. 221-10-2 du code de la mutualité")
        return letters_pb2.ListGroundsResponse(
            grounds=[
                letters_pb2.Ground(code="ECHEANCE"),
                letters_pb2.Ground(code="RIA", articles=[article]),
            ]
        )

    stub: Any = SimpleNamespace(GetLetter=get_letter, ListGrounds=list_grounds)
    return LettersPeer(stub)


async def test_a_letter_is_read_with_the_articles_of_its_ground() -> None:
    facts = await letters_with(a_letter()).read(LETTER)

    assert (facts.number, facts.version, facts.content_hash) == ("26-00042", 5, "a" * 64)
    (who,) = facts.principals
    assert (who.title, who.name, who.birth_name) == ("madame", "Hélène Marchetti", "Vasseur")
    assert who.birth_day == date(1984, 3, 14)
    assert facts.address_lines == ["8 rue du Vieux-Temple", "38000 Grenoble"]
    assert (facts.recipient_town, facts.code_family) == ("73000 CHAMBÉRY", "mutualite")
    assert facts.contracts == [
        ContractLine(label="Complémentaire santé individuelle", reference="VA-88-204417")
    ]
    assert facts.articles == ["article L. 221-10-2 du code de la mutualité"]
    assert facts.agreed_start is None


@pytest.mark.parametrize(
    ("born", "told"), [("Marchetti", ""), ("March", "March"), ("Hélène", "Hélène"), ("", "")]
)
async def test_the_name_of_birth_is_told_when_it_is_another(born: str, told: str) -> None:
    letter = a_letter()
    letter.policyholder.persons[0].birth_name = born

    (who,) = (await letters_with(letter).read(LETTER)).principals

    assert who.birth_name == told


async def test_only_an_agreed_deferral_gives_the_mandate_a_date() -> None:
    wanted = a_letter(wanted_new_start="2027-01-01")
    agreed = a_letter(wanted_new_start="2027-01-01", deferral_agreed=True)

    assert (await letters_with(wanted).read(LETTER)).agreed_start is None
    assert (await letters_with(agreed).read(LETTER)).agreed_start == date(2027, 1, 1)


async def test_a_ground_the_agent_wrote_is_printed_in_the_agents_words() -> None:
    letter = a_letter(ground="CUSTOM", ground_label="Motif personnalisé")
    letter.contracts[0].fields["ground_text"] = "Le vélo a été vendu\nle 3 janvier"
    letter.contracts[0].fields["ground_article"] = "article 1210 du code civil"

    facts = await letters_with(letter).read(LETTER)

    assert facts.ground_label == "Le vélo a été vendu le 3 janvier, article 1210 du code civil"


async def test_a_company_is_named_with_its_representative() -> None:
    letter = a_letter()
    letter.policyholder.CopyFrom(
        letters_pb2.Policyholder(
            kind=letters_pb2.POLICYHOLDER_KIND_COMPANY,
            company=letters_pb2.Company(
                name="Aubertin SARL", siret="73282932000074", representative="Paul Aubertin"
            ),
        )
    )

    facts = await letters_with(letter).read(LETTER)

    assert facts.is_company
    assert facts.principals[0].representative == "Paul Aubertin"


async def test_a_letter_just_begun_is_read_and_makes_no_mandate_yet() -> None:
    bare = letters_pb2.Letter(letter_id=str(LETTER), number="26-00043", version=1)

    facts = await letters_with(bare).read(LETTER)

    with pytest.raises(LetterIncomplete):
        mandate_sheet(facts, an_agency(), made_on=MONDAY.date())


async def test_the_agency_is_named_as_its_letters_name_it() -> None:
    async def get_standing(request: Any, timeout: float) -> Any:  # noqa: ASYNC109 - gRPC's
        assert (request.account_id, request.on_day) == (str(ACCOUNT), "2026-11-23")
        return accounts_pb2.GetStandingResponse(
            letterhead=accounts_pb2.Letterhead(
                trade_name="Agence Béraud Assurances",
                address=accounts_pb2.PostalAddress(
                    street="12 place du Marché", postcode="38000", town="Grenoble"
                ),
                orias_number="07045812",
                representative_first_name="Pierre",
                representative_last_name="Béraud",
            )
        )

    stub: Any = SimpleNamespace(GetStanding=get_standing)

    agency = await AccountsPeer(stub).read(ACCOUNT, MONDAY)

    assert agency.address_lines == ["12 place du Marché", "38000 Grenoble"]
    assert agency.orias_number == "07\u00a0045\u00a0812"
    assert agency.representative == "Pierre Béraud"
