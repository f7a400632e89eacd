"""Our other services, in this service's own words."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from kit.days import paris_date
from kit.french import NO_BREAK
from preavis.accounts.v1 import accounts_pb2
from preavis.letters.v1 import letters_pb2
from services.signature.domain.sheet import Agency, ContractLine, LetterFacts, Principal

if TYPE_CHECKING:  # these names exist for the type checker alone
    from preavis.accounts.v1.accounts_pb2_grpc import AccountsServiceAsyncStub
    from preavis.letters.v1.letters_pb2_grpc import LettersServiceAsyncStub

TIMEOUT_S: Final = 5.0
CUSTOM: Final = "CUSTOM"  # the ground that the agent writes
_FAMILIES: Final = {
    letters_pb2.CODE_FAMILY_ASSURANCES: "assurances",
    letters_pb2.CODE_FAMILY_SECURITE_SOCIALE: "securite_sociale",
    letters_pb2.CODE_FAMILY_MUTUALITE: "mutualite",
}
_TITLES: Final = {letters_pb2.TITLE_MADAME: "madame", letters_pb2.TITLE_MONSIEUR: "monsieur"}


class LettersPeer:
    """The letters service, asked on behalf of whoever calls us."""

    def __init__(self, stub: "LettersServiceAsyncStub") -> None:
        self._stub = stub

    async def read(self, letter_id: UUID) -> LetterFacts:
        """Return the letter as it is now, with the articles its ground rests on."""
        answer = await self._stub.GetLetter(
            letters_pb2.GetLetterRequest(letter_id=str(letter_id)), timeout=TIMEOUT_S
        )
        return _facts(answer.letter, await self._articles(answer.letter))

    async def _articles(self, letter: letters_pb2.Letter) -> list[str]:
        if not letter.contracts or not letter.ground:
            return []
        answer = await self._stub.ListGrounds(
            letters_pb2.ListGroundsRequest(
                contract_type=letter.contracts[0].contract_type,
                policyholder_kind=letter.policyholder.kind,
                recipient_id=letter.recipient.recipient_id,
                code_family=letter.recipient.code_family,
            ),
            timeout=TIMEOUT_S,
        )
        return [
            article.citation
            for ground in answer.grounds
            if ground.code == letter.ground
            for article in ground.articles
        ]


class AccountsPeer:
    """The accounts service, asked on behalf of whoever calls us."""

    def __init__(self, stub: "AccountsServiceAsyncStub") -> None:
        self._stub = stub

    async def read(self, account_id: UUID, on: datetime) -> Agency:
        """Return the agency as its letters print it that day."""
        answer = await self._stub.GetStanding(
            accounts_pb2.GetStandingRequest(
                account_id=str(account_id), on_day=paris_date(on).isoformat()
            ),
            timeout=TIMEOUT_S,
        )
        head = answer.letterhead
        streets = [line for line in (head.address.street, head.address.complement) if line]
        return Agency(
            trade_name=head.trade_name,
            address_lines=[*streets, f"{head.address.postcode} {head.address.town}"],
            orias_number=grouped_orias(head.orias_number),
            representative=f"{head.representative_first_name} {head.representative_last_name}",
        )


def grouped_orias(number: str) -> str:
    """Return ``07 045 812`` for ``07045812``, its spaces not breaking."""
    return NO_BREAK.join(part for part in (number[:2], number[2:5], number[5:]) if part)


def _facts(letter: letters_pb2.Letter, articles: list[str]) -> LetterFacts:
    holder = letter.policyholder
    lines = list(letter.recipient.postal_lines)
    return LetterFacts(
        number=letter.number,
        version=letter.version,
        content_hash=letter.content_hash,
        principals=_principals(holder),
        address_lines=[*holder.address_lines, f"{holder.postcode} {holder.town}".strip()],
        is_company=holder.kind == letters_pb2.POLICYHOLDER_KIND_COMPANY,
        recipient=letter.recipient.name,
        recipient_town=lines[-1] if lines else "",
        code_family=_FAMILIES.get(letter.recipient.code_family, "assurances"),
        contracts=[
            ContractLine(label=contract.contract_type_label, reference=contract.reference)
            for contract in letter.contracts
        ],
        ground=letter.ground,
        ground_label=_ground_label(letter),
        articles=articles,
        new_insurer=letter.new_insurer_name,
        agreed_start=_day(letter.wanted_new_start) if letter.deferral_agreed else None,
    )


def _ground_label(letter: letters_pb2.Letter) -> str:
    """Return the ground's name; of a ground the agent wrote, its words and its article."""
    if letter.ground != CUSTOM or not letter.contracts:
        return letter.ground_label
    fields = letter.contracts[0].fields
    written = [fields.get("ground_text", ""), fields.get("ground_article", "")]
    return ", ".join(" ".join(part.split()) for part in written if part) or letter.ground_label


def _principals(holder: letters_pb2.Policyholder) -> list[Principal]:
    if holder.kind == letters_pb2.POLICYHOLDER_KIND_COMPANY:
        company = holder.company
        return [
            Principal(
                title="",
                name=company.name,
                siret=company.siret,
                representative=company.representative,
            )
        ]
    return [
        Principal(
            title=_TITLES.get(person.title, ""),
            name=f"{person.first_name} {person.last_name}".strip(),
            birth_name="" if person.birth_name == person.last_name else person.birth_name,
            birth_day=_day(person.birth_day),
        )
        for person in holder.persons
    ]


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
