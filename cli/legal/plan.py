"""``preavis legal plan``: when one contract may end, or each contract of a CSV file."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from kit.clock import Clock, system_clock
from kit.errors import TurnedDown
from kit.sheets import Cell, Cents, Table, read_table, sheet
from preavis.letters.v1 import letters_pb2 as pb
from services.letters.domain.calculator.columns import question
from services.letters.domain.calculator.plan import plan
from services.letters.domain.leaving import leaving_day
from services.letters.partners.typesetter import TEMPLATES, catalogue
from services.letters.servicer.answers import Answers
from services.letters.servicer.plans import Plans
from services.letters.servicer.words import Words
from services.letters.usecases.calculator import plan_rows

MOST_ROWS: Final = 100_000
_REFUSED: Final = 1
_UNREADABLE: Final = 2
_OPTIONS: Final = {
    "type": ("contract_type", "auto, sante_individuelle... or its French name"),
    "ground": ("ground", "HAMON, RIA, ECHEANCE...; else the best one offered"),
    "holder": ("policyholder_kind", "PERSON (else) or COMPANY"),
    "family": ("code_family", "ASSURANCES (else), MUTUALITE or SECURITE_SOCIALE"),
    "first-subscription": ("first_subscription", "day the contract was first taken out"),
    "anniversary": ("anniversary", "first day of the contract's next period"),
    "notice-months": ("notice_months", "notice of the contract"),
    "new-start": ("new_start", "first day of the new contract"),
    "send-day": ("send_day", "a sending day that is fixed"),
    "premium": ("yearly_premium", "yearly premium in euros, for the sums"),
}
HEADER: Final = (
    "answer", "reason", "sentence", "ground_kept", "send_day", "latest_safe_send_day",
    "latest_send_day", "presumed_receipt_day", "last_covered_day", "new_contract_start",
    "ends_from", "ends_until", "nearest_possible_day", "cover", "cover_days", "cover_premium",
    "refund", "warnings", "articles",
)  # fmt: skip


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    planning = commands.add_parser("plan", help="plan the end of one contract, or of a CSV of them")
    planning.add_argument("file", type=Path, nargs="?", help="CSV; docs/law/README.md says how")
    planning.add_argument("--out", type=Path, help="where the answers to a file go; else printed")
    planning.add_argument("--today", type=date.fromisoformat, help="first day a letter may leave")
    planning.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE")
    for option, (column, meaning) in _OPTIONS.items():
        planning.add_argument(f"--{option}", dest=column, help=meaning)


def run(asked: argparse.Namespace, clock: Clock = system_clock) -> int:
    """Return 0 when all is planned, 1 when something is refused, 2 when nothing can be read."""
    first = asked.today or leaving_day(clock())
    desk = _Desk(first)
    try:
        return desk.table(asked.file, asked.out) if asked.file else desk.one(_cells(asked))
    except (OSError, TurnedDown) as problem:
        print(f"preavis legal plan: {problem}", file=sys.stderr)
        return _UNREADABLE


def _cells(asked: argparse.Namespace) -> dict[str, str]:
    named = {column: getattr(asked, column) or "" for column, _ in _OPTIONS.values()}
    return named | dict(one.split("=", 1) if "=" in one else (one, "oui") for one in asked.set)


class _Desk:
    """The engine and its French words, in this process."""

    def __init__(self, first_send_day: date) -> None:
        self._first = first_send_day
        self._words = Words(
            catalogue(),
            (TEMPLATES / "drafts.toml").read_text("utf-8"),
            (TEMPLATES / "legal/columns.toml").read_text("utf-8"),
        )
        self._plans = Plans(self._words, Answers(self._words))

    def one(self, cells: Mapping[str, str]) -> int:
        """Print the whole plan of one contract, step by step."""
        asked = question(cells, self._words.names, first_send_day=self._first)
        message = self._plans.plan(plan(asked), asked)
        print(*_told(message), sep="\n")
        return 0 if message.evaluation.ok else _REFUSED

    def table(self, file: Path, out: Path | None) -> int:
        """Write the table with its answers; each wrong row says what is wrong with it."""
        table = read_table(file.read_bytes(), most_rows=MOST_ROWS)
        answers = self._answers(table)
        rows = [
            (*row, *[""] * (len(table.header) - len(row)), *_row(answer))
            for row, answer in zip(table.rows, answers, strict=True)
        ]
        written = sheet((*table.header, *HEADER), rows)
        if out:
            out.write_bytes(written)
        else:
            sys.stdout.write(written.decode("utf-8-sig"))
        wrong = sum(bool(one.mistakes) or one.HasField("refusal") for one in answers)
        print(f"{len(answers) - wrong} planned, {wrong} not", file=sys.stderr)
        return _REFUSED if wrong else 0

    def _answers(self, table: Table) -> list[pb.PlannedRow]:
        cells = (table.cells(row) for row in table.rows)
        found = plan_rows(cells, self._words.names, first_send_day=self._first, clock=system_clock)
        return [self._plans.row(one) for one in found]


def _told(of: pb.TerminationPlan) -> Iterator[str]:
    answer = of.evaluation
    if not answer.ok:
        yield f"Refusé : {answer.refusal.sentence}"
    for step in answer.steps:
        day = f" {step.day}" if step.day else ""
        yield f"{step.label} :{day} {step.sentence}{_cited(step.articles)}"
    if of.ends_from:
        yield f"Peut finir à partir du {of.ends_from}."
    for sentence in of.cover.sentences:
        yield f"{sentence}{_cited(of.cover.articles)}"
    if of.HasField("refund"):
        yield f"{of.refund.sentence}{_cited(of.refund.articles)}"
    for warning in answer.warnings:
        yield f"Attention : {warning.sentence}{_cited(warning.articles)}"


def _cited(articles: Iterable[pb.Article]) -> str:
    found = [one.citation for one in articles]
    return f" [{' ; '.join(found)}]" if found else ""


def _row(of: pb.PlannedRow) -> Iterator[Cell]:
    refused = of.HasField("refusal")
    yield "unreadable" if of.mistakes else "refused" if refused else "planned"
    yield " ".join(f"{one.column}:{one.reason}" for one in of.mistakes) or of.refusal.reason
    yield of.refusal.sentence
    yield of.ground
    yield from (of.send_day, of.latest_safe_send_day, of.latest_send_day, of.presumed_receipt_day)
    yield from (of.last_covered_day, of.new_start, of.ends_from, of.ends_until)
    yield of.refusal.nearest_possible_day
    kind = pb.CoverBetween.Kind.Name(of.cover.kind).removeprefix("KIND_").lower()
    yield kind if of.HasField("cover") else ""
    yield str(of.cover.days) if of.HasField("cover") else ""
    yield Cents(of.cover.premium_cents) if of.cover.premium_cents else ""
    yield Cents(of.refund.amount_cents) if of.HasField("refund") else ""
    yield " ".join(one.code for one in of.warnings)
    yield " ; ".join(of.articles)
