"""The law's dates and its whole explained answers, for one core: a second of processor time."""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.ground import Ground
from bench.law import by_dateutil, sheet
from bench.sizes import Sizes
from bench.table import Line
from bench.timing import Round, in_turn
from services.letters.domain.legal import engine, infra_annual
from services.letters.domain.legal.codes import Ground as Basis
from services.letters.domain.legal.codes import PolicyholderKind
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.legal.evaluation import ContractFacts, Evaluation, Timing
from services.letters.domain.legal.sentences import Catalogue

NAME: Final = "law"
TODAY: Final = date(2026, 1, 1)
SUBSCRIBED: Final = date(2020, 3, 15)
STARTS: Final = [TODAY + timedelta(days=60 + n) for n in range(10 * 365)]
"""Ten years of wanted starts: every month end, three leap days."""
EXPLAINED_AS: Final = 25
"""An explained answer is heavier than a date by about as much: rounds of equal length."""


async def measure(sizes: Sizes, ground: Ground) -> AsyncIterator[Line]:
    """Compute dates alone, then explained answers of more contracts, then tables of them."""
    await ground.clear()  # pure code needs no server
    dates = sizes.evaluations
    yield (await in_turn(_rate(_end, dates), _rate(_naive_end, dates), rounds=sizes.rounds)).line(
        measure=NAME,
        what="end after a sending",
        size="1 contract",
        unit="/s",
        instead="dateutil, a month after",
    )
    yield (await in_turn(_rate(_plan, dates), _rate(_naive_plan, dates), rounds=sizes.rounds)).line(
        measure=NAME,
        what="sending for a start",
        size="1 contract",
        unit="/s",
        instead="dateutil, a month before",
    )
    catalogue = _catalogue()
    for contracts in sizes.contracts:
        answers = max(1, dates // EXPLAINED_AS // contracts)
        pair = await in_turn(
            _rate(_explained(catalogue, contracts), answers),
            _rate(_naive_letter, dates),
            rounds=sizes.rounds,
        )
        yield pair.line(
            measure=NAME,
            what="whole answer, explained",
            size=f"{contracts} in a letter",
            unit="/s",
            instead="dateutil and one sentence",
        )
    async for line in _sheets(sizes):
        yield line


async def _sheets(sizes: Sizes) -> AsyncIterator[Line]:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "contracts.csv"
        for rows in sizes.rows:
            sheet.write(file, rows)
            pair = await in_turn(sheet.by_command(file), sheet.by_script(file), rounds=sizes.rounds)
            yield pair.line(
                measure=NAME,
                what="table of contracts planned",
                size=f"{rows} rows",
                unit="s",
                instead="csv and dateutil",
            )


def _rate(work: Callable[[date], object], times: int) -> Round:
    """Return how many a second of this core's own time, whatever else the machine does."""

    async def measured() -> float:
        starts = [STARTS[n % len(STARTS)] for n in range(times)]
        before = time.process_time()
        for start in starts:
            work(start)
        return times / max(time.process_time() - before, 1e-9)

    return measured


def _end(start: date) -> object:
    return infra_annual.forward_effect(start)


def _plan(start: date) -> object:
    return infra_annual.plan_sending(
        start, Basis.HAMON, first_send_day=TODAY, first_subscription=SUBSCRIBED
    )


def _explained(catalogue: Catalogue, contracts: int) -> Callable[[date], object]:
    facts = [_contract() for _ in range(contracts)]

    def explained(start: date) -> object:
        answer = engine.evaluate(facts, Timing(first_send_day=TODAY, new_start=start))
        return _in_french(catalogue, answer, facts)

    return explained


def _contract() -> ContractFacts:
    return ContractFacts(
        contract_type=ContractType.AUTO,
        ground=Basis.HAMON,
        policyholder=PolicyholderKind.PERSON,
        first_subscription=SUBSCRIBED,
    )


def _in_french(
    catalogue: Catalogue, answer: Evaluation, facts: Sequence[ContractFacts]
) -> list[object]:
    """Write all that the page and ``/v1`` show of an answer."""
    return [
        catalogue.refusal(answer),
        *(catalogue.step(step) for step in answer.steps),
        *(catalogue.warning(code, answer, facts[0].ground) for code in answer.warnings),
        *(catalogue.article(article) for article in answer.legal_basis),
    ]


def _catalogue() -> Catalogue:
    folder = Path(__file__).parents[2] / "services" / "letters" / "templates" / "legal"
    texts = {
        name: (folder / f"{name}.toml").read_text("utf-8")
        for name in ("dates", "articles", "labels")
    }
    return Catalogue(**texts)


def _naive_end(start: date) -> object:
    return by_dateutil.end_after(start)


def _naive_plan(start: date) -> object:
    return by_dateutil.sending_for(start, TODAY, SUBSCRIBED)


def _naive_letter(start: date) -> object:
    return by_dateutil.letter_for(start, TODAY, SUBSCRIBED)
