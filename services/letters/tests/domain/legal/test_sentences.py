"""The French catalogues are complete, and read as French."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.letters.domain.legal import (
    events,
    ground_rows,
    grounds,
    never_agreed,
    questions,
    senders,
    withdrawal,
)
from services.letters.domain.legal.answers import steps
from services.letters.domain.legal.articles import Article
from services.letters.domain.legal.codes import Ground, Refusal, WarningCode
from services.letters.domain.legal.contract_types import ContractType, Section
from services.letters.domain.legal.evaluation import Step, StepKind
from services.letters.tests.domain.legal.legal_words import TEMPLATES, catalogue

LEGAL = Path(grounds.__file__).parent


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((TEMPLATES / f"{name}.toml").read_text(encoding="utf-8"))


def _cited() -> set[Article]:
    rows = ground_rows.GROUNDS
    tables: list[Mapping[Any, tuple[Article, ...]]] = [
        table for row in rows for table in (row.basis, row.group_basis)
    ]
    tables += [
        grounds.ONLINE_TERMINATION,
        steps.PRESUMPTION,
        withdrawal.BASIS,
        withdrawal.ELSEWHERE,
    ]
    cited = {article for table in tables for articles in table.values() for article in articles}
    cited |= {*never_agreed.PRESCRIPTION, *never_agreed.SUSPENSION, *never_agreed.OUTCOME}
    return cited | set(steps.DEPOSIT)


@pytest.mark.parametrize("article", sorted(_cited()), ids=lambda article: article.key)
def test_every_cited_article_is_told_with_its_date_of_force(article: Article) -> None:
    words = catalogue().article(article)

    assert words.title.startswith("Art. ")
    assert len(words.paraphrase) > 40
    assert words.since is not None


def test_every_refusal_and_warning_has_its_sentence_and_no_other_does() -> None:
    dates = _table("dates")

    assert set(dates["refusal"]) == {str(code) for code in Refusal}
    assert set(dates["warning"]) == {str(code) for code in WarningCode}
    assert set(dates["kind"]) == {str(kind) for kind in StepKind}


def test_every_sentence_of_the_catalogue_is_used_and_every_used_one_exists() -> None:
    sentences = set(_table("dates")["sentence"])
    source = "".join(path.read_text(encoding="utf-8") for path in LEGAL.glob("answers/*.py"))
    used = {
        name
        for name in sentences
        if f'"{name}"' in source or re.sub(r"_(hamon|ria)$", "_", name) in source
    }
    used |= {f"event_{ground.lower()}" for ground in events.RULES}

    assert used == sentences


def test_every_catalogue_entry_has_its_label() -> None:
    words = catalogue()

    assert all(words.contract_type(contract_type).label for contract_type in ContractType)
    assert all(words.ground(ground).help for ground in Ground)
    assert all(words.section(section) for section in Section)
    assert words.document("mandate").help


def test_every_field_of_every_form_has_its_label() -> None:
    words = catalogue()
    for contract_type in ContractType:
        for ground in Ground:
            for field in questions.fields_for(contract_type, ground):
                assert words.field(field.code).label
                assert all(words.choice(field.code, value) for value in field.choices)


def test_each_ground_that_asks_for_a_day_names_its_own_event() -> None:
    words = catalogue()
    asking = [
        ground
        for ground in Ground
        if any(one.code == "event_day" for one in questions.QUESTIONS.get(ground, ()))
    ]

    told = {ground: words.field("event_day", ground) for ground in asking}

    assert len(asking) == 13
    assert all(one.help and one.label.startswith("Date d") for one in told.values())
    assert words.field("event_day").label not in {one.label for one in told.values()}
    assert told[Ground.VENTE_VEHICULE].label == "Date de la vente"


def test_no_words_are_kept_for_a_question_that_its_ground_does_not_ask() -> None:
    own = _table("labels")["ground_field"]

    for ground, fields in own.items():
        asked = {
            field.code
            for contract_type in ContractType
            for field in questions.fields_for(contract_type, Ground(ground))
        }
        assert set(fields) <= asked, ground


def test_every_paper_and_every_regime_has_its_words() -> None:
    words = catalogue()

    assert all(words.document(code).label for row in ground_rows.GROUNDS for code in row.documents)


def test_days_and_counts_read_as_french() -> None:
    step = Step(
        kind=StepKind.END,
        sentence="end_tolerance_ria",
        facts={"computed": date(2027, 3, 1), "gap_days": 2, "tolerance_days": 3},
    )

    said = catalogue().step(step).sentence

    assert "le 1er\u00a0mars\u00a02027, soit deux jours d’écart" in said
    assert "admet trois jours" in said


def test_the_end_and_the_start_carry_the_hours_of_the_guide() -> None:
    words = catalogue()
    some_day = date(2027, 1, 1)
    end = words.step(Step(kind=StepKind.END, sentence="end_month", day=some_day))
    start = words.step(Step(kind=StepKind.START, sentence="start_next_day", day=some_day))
    open_end = words.step(Step(kind=StepKind.END, sentence="end_on_receipt"))

    assert open_end.hour == ""
    assert (end.hour, start.hour) == ("à 24\u00a0h\u00a000", "à 00\u00a0h\u00a000")


def test_a_refused_sender_is_told_why() -> None:
    option = senders.options(Ground.RIA, ContractType.SANTE_INDIVIDUELLE)[1]

    assert option.refusal is not None
    assert "Préavis n’est pas assureur" in catalogue().refused(option.refusal, {})
