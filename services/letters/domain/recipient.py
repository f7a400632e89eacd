"""A body that letters are written to: its directory entry, and its address for a contract."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

from kit.errors import Kind, TurnedDown
from services.letters.domain.legal.codes import CodeFamily
from services.letters.domain.words import search_words, words


class RecipientKind(StrEnum):
    """What the body is."""

    INSURER = "insurer"
    MUTUELLE = "mutuelle"
    INSTITUTION = "institution"
    BANK = "bank"
    MANAGER = "manager"
    MEDIATOR = "mediator"  # of consumers: a contract never agreed to may be referred to it


class AddressScope(StrEnum):
    """Which contracts an address serves (shared contact register of the RIA guide)."""

    ANY = "any"
    PERSON = "person"
    COMPANY_GROUP = "company_group"


_ARTICLES: Final = frozenset({"la", "le", "les", "l"})
_Scoped = TypeVar("_Scoped", "PostalAddress", "ElectronicAddress")


class RecipientUnknown(TurnedDown):
    """No body of the directory has this id."""

    kind = Kind.MISSING
    reason = "recipient-unknown"


class RecipientClosed(TurnedDown):
    """The body was closed in the directory: nothing may be sent there."""

    reason = "recipient-closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostalAddress:
    """Up to four lines between the name and the town, for the contracts of ``scope``."""

    scope: AddressScope
    lines: tuple[str, ...]
    postcode: str
    town: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectronicAddress:
    """Where an electronic registered letter goes, for the contracts of ``scope``."""

    scope: AddressScope
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterContact:
    """Whom to call at the body, for the contracts of ``scope``."""

    scope: AddressScope
    name: str
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One body of the directory. ``families`` empty: it serves every family of contracts."""

    id: UUID
    body_id: str
    name: str
    kind: RecipientKind
    siren: str
    code_family: CodeFamily
    postal: tuple[PostalAddress, ...]
    electronic: tuple[ElectronicAddress, ...] = ()
    identified: bool = False
    contacts: tuple[RegisterContact, ...] = ()
    families: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    is_open: bool = True

    @property
    def search_words(self) -> frozenset[str]:
        """What the type-ahead may find it by."""
        towns = [address.town for address in self.postal]
        return search_words(self.name, *self.aliases, *towns, self.siren, self.body_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRecipient:
    """The body as it stands in one letter: its name, and the addresses for that letter's contracts.

    ``postal_lines`` is the whole address as printed, name first, postcode and town last.
    """

    recipient_id: UUID
    body_id: str
    name: str
    code_family: CodeFamily
    siren: str
    postal_lines: tuple[str, ...]
    electronic_address: str
    identified: bool
    families: tuple[str, ...] = ()


def as_written_to(recipient: Recipient, scope: AddressScope) -> LetterRecipient:
    """Return the body with the addresses that serve ``scope``; the general one by default."""
    postal = _serving(recipient.postal, scope) or recipient.postal[0]
    electronic = _serving(recipient.electronic, scope)
    return LetterRecipient(
        recipient_id=recipient.id,
        body_id=recipient.body_id,
        name=recipient.name,
        code_family=recipient.code_family,
        siren=recipient.siren,
        postal_lines=(recipient.name, *postal.lines, f"{postal.postcode} {postal.town}"),
        electronic_address=electronic.email if electronic else "",
        identified=recipient.identified,
        families=recipient.families,
    )


def rank(query: str, recipient: Recipient) -> tuple[int, int, int, str]:
    """Return how well the body answers the query: the smallest comes first.

    A name that begins as typed wins, its article apart, then a name with all the words, an alias,
    and what matches elsewhere (town, SIREN); among equals an open body, then the shortest name.
    """
    asked, name = words(query), words(recipient.name)
    if _begins(name, asked) or _begins(_without_article(name), asked):
        place = 0
    elif _all_in(asked, recipient.name):
        place = 1
    elif any(_all_in(asked, alias) for alias in recipient.aliases):
        place = 2
    else:
        place = 3
    return (place, 0 if recipient.is_open else 1, len(recipient.name), recipient.name)


def _begins(name: tuple[str, ...], asked: tuple[str, ...]) -> bool:
    return " ".join(name).startswith(" ".join(asked))


def _without_article(name: tuple[str, ...]) -> tuple[str, ...]:
    return name[1:] if name[:1] and name[0] in _ARTICLES else name


def _all_in(asked: tuple[str, ...], text: str) -> bool:
    found = search_words(text)
    return all(any(word.startswith(one) for word in found) for one in asked)


def _serving(addresses: tuple[_Scoped, ...], scope: AddressScope) -> _Scoped | None:
    """Return the address kept for this scope, else the general one; never another scope's."""
    for wanted in (scope, AddressScope.ANY):
        for address in addresses:
            if address.scope is wanted:
                return address
    return None
