"""What tests say of mandates, and nothing more than what matters."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from kit.ids import new_id
from services.signature.domain.mandate import Actor, LetterNow, Mandate, Scan
from services.signature.domain.sheet import Agency, ContractLine, LetterFacts, Principal

ACCOUNT = UUID("01900000-0000-7000-8000-00000000000a")
OTHER_ACCOUNT = UUID("01900000-0000-7000-8000-00000000000b")
LETTER = UUID("01900000-0000-7000-8000-000000000001")
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
PAUL = Actor(id=UUID("01900000-0000-7000-8000-0000000000cc"), name="Paul Béraud")
AS_WRITTEN = LetterNow(content_hash="a" * 64, version=3)
REWRITTEN = LetterNow(content_hash="b" * 64, version=4)
WARNING = "2026-11"


def a_scan(sha256: str = "1" * 64, **known: Any) -> Scan:
    scan = Scan(
        id=new_id(),
        sha256=sha256,
        filename="mandat signé.pdf",
        format="pdf",
        page_count=1,
        byte_count=4,
        uploaded_at=MONDAY,
        retained_until=date(2028, 11, 23),
    )
    return replace(scan, **known)


def a_mandate() -> Mandate:
    return Mandate.blank(ACCOUNT, LETTER)


def a_mandate_to_validate() -> Mandate:
    return a_mandate().receive_scan(a_scan(), letter=AS_WRITTEN, at=MONDAY)[0]


def a_scanned_mandate() -> Mandate:
    received = a_mandate_to_validate()
    return received.validate_scan("1" * 64, letter=AS_WRITTEN, by=PAUL, at=MONDAY)[0]


def an_opted_out_mandate() -> Mandate:
    return a_mandate().opt_out(WARNING, letter=AS_WRITTEN, by=PAUL, at=MONDAY)[0]


def a_letter(**known: Any) -> LetterFacts:
    letter = LetterFacts(
        number="26-00042",
        version=AS_WRITTEN.version,
        content_hash=AS_WRITTEN.content_hash,
        principals=[
            Principal(
                title="madame",
                name="Hélène Marchetti",
                birth_name="Vasseur",
                birth_day=date(1984, 3, 14),
            )
        ],
        address_lines=["8 rue du Vieux-Temple", "38000 Grenoble"],
        is_company=False,
        recipient="Mutuelle Val d'Ambre",
        recipient_town="73000 CHAMBÉRY",
        code_family="mutualite",
        contracts=[ContractLine(label="Complémentaire santé", reference="VA-88-204417")],
        ground="RIA",
        ground_label="Résiliation infra-annuelle",
        articles=["article L. 221-10-2 du code de la mutualité"],
        new_insurer="Solenne Mutuelle",
        agreed_start=None,
    )
    return replace(letter, **known)


def an_agency() -> Agency:
    return Agency(
        trade_name="Agence Béraud Assurances",
        address_lines=["12 place du Marché-aux-Herbes", "38000 Grenoble"],
        orias_number="07 045 812",
        representative="Pierre Béraud",
    )
