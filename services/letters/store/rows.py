"""The tables as rows, and the way between rows and the domain."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import BigInteger, Computed, DateTime, Text, cast, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.letters.domain.contract import Contract
from services.letters.domain.legal.codes import Ground
from services.letters.domain.letter import Author, Extras, Follows, Frozen, Letter, State
from services.letters.domain.listing import LetterRow
from services.letters.domain.outline import Outline
from services.letters.domain.policyholder import Policyholder
from services.letters.domain.recipient import Recipient
from services.letters.domain.tracking import Tracking
from services.letters.domain.words import folded, search_words

POLICYHOLDER_MARK: Final = "#"
RECIPIENT_MARK: Final = "@"
KIND_MARK: Final = "="
_POLICYHOLDER: Final = TypeAdapter(Policyholder)
_CONTRACTS: Final = TypeAdapter(tuple[Contract, ...])
_EXTRAS: Final = TypeAdapter(Extras)
_FOLLOWS: Final = TypeAdapter(Follows | None)
_FROZEN: Final = TypeAdapter(Frozen)
_TRACKING: Final = TypeAdapter(Tracking)
_RECIPIENT: Final = TypeAdapter(Recipient)


class _Base(DeclarativeBase):
    """Declares the rows of this service."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        int: BigInteger,
        str: Text,
    }


class RecipientRow(_Base):
    """A body of the directory."""

    __tablename__ = "recipient"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    body_id: Mapped[str]
    name: Mapped[str]
    is_open: Mapped[bool]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    search: Mapped[str] = mapped_column(TSVECTOR)
    updated_at: Mapped[datetime]


class LetterRowTable(_Base):
    """A letter: its content as a document, and the columns that lists sort and filter on."""

    __tablename__ = "letter"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    account_id: Mapped[UUID]
    sequence: Mapped[int]
    number: Mapped[str]
    version: Mapped[int]
    recipient_id: Mapped[UUID | None]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    frozen: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    tracking: Mapped[dict[str, Any]] = mapped_column(JSONB)
    author_id: Mapped[str]
    author_name: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    state: Mapped[str]
    view: Mapped[str]
    tracking_state: Mapped[str]
    ground: Mapped[str | None]
    last_covered_day: Mapped[date | None]
    new_start: Mapped[date | None]
    sent_on: Mapped[date | None]
    effect_day: Mapped[date] = mapped_column(Computed("the last day covered, or a far one"))
    sent_day: Mapped[date] = mapped_column(Computed("the day sent on, or a far one"))
    policyholder_sort: Mapped[str]
    recipient_sort: Mapped[str]


class WordRow(_Base):
    """A word that finds a letter: of any kind, of its policyholder (``#``), its recipient (``@``).

    A kind of contract (``=``) is one too. Words are looked up by comparison, not by text search:
    under row-level security Postgres uses an index only for operators known to leak nothing.
    """

    __tablename__ = "letter_word"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(primary_key=True)
    letter_id: Mapped[UUID] = mapped_column(primary_key=True)


def letter_columns(letter: Letter, outline: Outline) -> dict[str, Any]:
    """Return the columns that follow from a letter, its place in the account apart."""
    return {
        "version": letter.version,
        "recipient_id": letter.recipient.id if letter.recipient else None,
        "content": content_of(letter),
        "frozen": letter.frozen and _FROZEN.dump_python(letter.frozen, mode="json"),
        "updated_at": letter.updated_at,
        "state": outline.state.value,
        "ground": letter.ground and letter.ground.value,
        "last_covered_day": outline.last_covered_day,
        "new_start": outline.new_start,
        "policyholder_sort": folded(letter.policyholder.sort_text),
        "recipient_sort": folded(letter.written_to.name) if letter.written_to else "",
        "tracking": _TRACKING.dump_python(letter.tracking, mode="json"),
        **tracking_columns(letter.tracking),
    }


def content_of(letter: Letter) -> dict[str, Any]:
    """Return what a letter says, as a document."""
    return {
        "policyholder": _POLICYHOLDER.dump_python(letter.policyholder, mode="json"),
        "contracts": _CONTRACTS.dump_python(letter.contracts, mode="json"),
        "extras": _EXTRAS.dump_python(letter.extras, mode="json"),
        "follows": _FOLLOWS.dump_python(letter.follows, mode="json"),
        "recipient_name": letter.written_to.name if letter.written_to else "",
        "thawed_up_to": letter.thawed_up_to,
    }


def tracking_columns(news: Tracking) -> dict[str, Any]:
    """Return the columns that follow from the sending's last news, beside their document."""
    return {"tracking_state": news.state.value, "view": news.view.value, "sent_on": news.sent_on}


def tracking_document(news: Tracking) -> str:
    """Return the sending's last news as a JSON document."""
    return _TRACKING.dump_json(news).decode()


def tracking_of(row: Mapping[str, Any]) -> Tracking:
    """Return the sending's last news that a row holds."""
    return _TRACKING.validate_python(row["tracking"])


def frozen_document(frozen: Frozen) -> str:
    """Return a frozen version as a JSON document."""
    return _FROZEN.dump_json(frozen).decode()


def letter_of(row: Mapping[str, Any]) -> Letter:
    """Return the letter a row holds, with the directory's entry as it is now."""
    content = row["content"]
    return Letter(
        id=row["id"],
        account_id=row["account_id"],
        number=row["number"],
        version=row["version"],
        author=Author(profile_id=row["author_id"], name=row["author_name"]),
        policyholder=_POLICYHOLDER.validate_python(content["policyholder"], strict=False),
        recipient=_RECIPIENT.validate_python(row["recipient"]) if row["recipient"] else None,
        contracts=_CONTRACTS.validate_python(content["contracts"], strict=False),
        extras=_EXTRAS.validate_python(content["extras"], strict=False),
        follows=_FOLLOWS.validate_python(content.get("follows")),
        frozen=_FROZEN.validate_python(row["frozen"]) if row["frozen"] else None,
        thawed_up_to=content.get("thawed_up_to", 0),
        tracking=tracking_of(row),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def list_row_of(row: LetterRowTable) -> LetterRow:
    """Return what the list shows of a letter."""
    contracts = _CONTRACTS.validate_python(row.content["contracts"])
    policyholder = _POLICYHOLDER.validate_python(row.content["policyholder"])
    return LetterRow(
        id=row.id,
        number=row.number,
        version=row.version,
        policyholder=policyholder.names,
        recipient=row.content["recipient_name"],
        ground=Ground(row.ground) if row.ground else None,
        contract_types=tuple(contract.type for contract in contracts),
        contract_references=tuple(contract.reference for contract in contracts),
        contract_labels=tuple(contract.value("type_label") for contract in contracts),
        last_covered_day=row.last_covered_day,
        new_start=row.new_start,
        state=State(row.state),
        tracking=_TRACKING.validate_python(row.tracking),
        author=Author(profile_id=row.author_id, name=row.author_name),
        client_reference=row.content["extras"]["client_reference"],
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def recipient_of(row: RecipientRow) -> Recipient:
    """Return the body a row holds."""
    return _RECIPIENT.validate_python(row.content)


def recipient_columns(recipient: Recipient) -> dict[str, Any]:
    """Return the columns of a body."""
    return {
        "id": recipient.id,
        "body_id": recipient.body_id,
        "name": recipient.name,
        "is_open": recipient.is_open,
        "content": _RECIPIENT.dump_python(recipient, mode="json"),
        "search": lexemes(recipient.search_words),
        "updated_at": func.now(),
    }


def letter_words(letter: Letter, outline: Outline) -> list[str]:
    """Return the words that find a letter."""
    recipient = letter.written_to.name if letter.written_to else ""
    return sorted(
        outline.search_words
        | {POLICYHOLDER_MARK + word for word in search_words(*letter.policyholder.names)}
        | {RECIPIENT_MARK + word for word in search_words(recipient)}
        | {KIND_MARK + contract.type.value for contract in letter.contracts}
    )


def lexemes(words: Iterable[str]) -> Any:  # noqa: ANN401 - an SQL expression
    """Return the words as a search vector."""
    return func.array_to_tsvector(cast(sorted(words), ARRAY(Text)))
