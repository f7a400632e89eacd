"""Deposits of the last evening of a year, whose news and proofs come in the next one.

Each counts for the Paris day of its deposit, in the statement and in the sheets, however late it
is heard of; what is written in January belongs to January's series.
"""

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import pytest

from kit.days import PARIS
from local.demo.partners import until
from tests.prove.races.agent import NOW, PRICE, Agent, Letter
from tests.prove.races.ground import REPEATS, Ground

pytestmark = [pytest.mark.servers, pytest.mark.prove, pytest.mark.timeout(600)]

EVENING = time(17, 30)  # before the cutoff of an account that never sent
LAST_MINUTES, FIRST_MINUTES = time(23, 50), time(0, 10)
AWAY: Final[dict[str, Any]] = {
    "outage": {},
    "lost": {},
}  # nobody is told of anything, and nobody can ask
CREDIT = 20_000
DEBIT = "Envoi déposé"  # how the statement calls a capture


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A letter that was handed over on the last day of the year."""

    letter: Letter
    day: date  # of its deposit, in Paris
    reference: str  # the operator's own


def at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, PARIS)


async def hand_over(ground: Ground, agent: Agent, deposit: datetime) -> list[Sent]:
    """Send letters that the operator has now, and deposits at that instant."""
    letters = await agent.several(REPEATS // 2)
    wait = (deposit - ground.now()).total_seconds()
    await ground.setting.outside.faults("ar24", {"held": {"seconds": wait}, "lost": {}})
    sent = []
    for letter in letters:
        await agent.finalise(letter, NOW)
        reference = await until_taken(agent, letter)
        sent.append(Sent(letter=letter, day=deposit.astimezone(PARIS).date(), reference=reference))
    return sent


async def until_taken(agent: Agent, letter: Letter) -> str:
    """Wait until the operator has a letter; return its number there."""

    async def look() -> str:
        return str((await agent.sending(letter))["operator_reference"] or "")

    return await until(look, what=f"{letter.number} at the operator")


async def until_deposited(ground: Ground, count: int) -> None:
    """Wait until the operator has deposited so many of these letters, and told nobody."""

    async def look() -> bool:
        return len(await ground.setting.outside.waiting_letters()) >= count

    await until(look, what="the deposits", patience_s=30)


async def statement(agent: Agent, year: int) -> list[dict[str, str]]:
    """Return the lines of a year, as the spreadsheet has them."""
    headers = {"Authorization": f"Bearer {agent.client.token}"}
    days = {"first": f"{year}-01-01", "last": f"{year}-12-31"}
    answer = await agent.client.http.get("/v1/credit/statement.csv", params=days, headers=headers)
    text = answer.raise_for_status().content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


async def sheets(ground: Ground, agent: Agent) -> list[int]:
    """Return the numbers of the account's chain, in order."""
    query = "SELECT number FROM evidence_sheet WHERE account_id = $1::uuid ORDER BY number"
    return [row["number"] for row in await ground.rows("dispatch", query, agent.client.account)]


async def debit_of(ground: Ground, letter: Letter) -> Any:
    """Return what billing says of a letter's money."""
    query = "SELECT state, captured_on FROM hold WHERE key = $1"
    (row,) = await ground.rows("billing", query, letter.hold_key())
    return row


async def receipts(ground: Ground, agent: Agent) -> list[str]:
    """Return the receipts of the account's purchases, oldest first."""
    query = "SELECT receipt_number FROM top_up WHERE account_id = $1::uuid ORDER BY created_at"
    return [row[0] for row in await ground.rows("billing", query, agent.client.account)]


async def test_a_deposit_counts_for_its_own_year_however_late_its_proof(ground: Ground) -> None:
    eve = date(ground.today().year, 12, 31)
    ground.jump(at(eve, time(16)))
    await ground.quiet()
    agent = await ground.newcomer()
    await agent.buy(CREDIT)
    ground.jump(at(eve, EVENING))
    new_year = eve + timedelta(days=1)
    waiting = len(await ground.setting.outside.waiting_letters())
    december = await hand_over(ground, agent, at(eve, LAST_MINUTES))
    january = await hand_over(ground, agent, at(new_year, FIRST_MINUTES))
    await ground.setting.outside.faults("ar24", AWAY)

    ground.jump(at(eve, LAST_MINUTES))
    await until_deposited(ground, waiting + len(december))
    late = await agent.begin_purchase(CREDIT)
    await ground.setting.outside.faults("stripe", AWAY)
    await agent.pay(late)  # in December too; nobody hears of it this year
    ground.jump(at(new_year, FIRST_MINUTES))
    await until_deposited(ground, waiting + len(december) + len(january))

    ground.jump(at(new_year + timedelta(days=1), time(9)))
    for partner in ("ar24", "stripe"):
        await ground.setting.outside.faults(partner, {})
    await agent.client.read(f"/credit/top-ups/{late['top_up_id']}", refresh="true")
    await ground.quiet()

    for one in (*december, *january):
        sending, debit = await agent.sending(one.letter), await debit_of(ground, one.letter)
        assert (sending["state"], sending["deposit_day"]) == ("deposited", one.day.isoformat())
        assert (debit["state"], debit["captured_on"]) == ("captured", one.day)
        (proof,) = sending["proofs"]
        assert proof["kind"] == "deposit"
        stamped = datetime.fromisoformat(proof["stamped_at"]).astimezone(PARIS)
        stored = datetime.fromisoformat(proof["stored_at"]).astimezone(PARIS)
        assert stamped.date() == one.day
        assert stored.year == new_year.year
    await check_statement(agent, eve, december, january)
    assert [one[:8] for one in await receipts(ground, agent)] == [
        f"RC-{eve.year}-", f"RC-{new_year.year}-"
    ]  # fmt: skip
    await answer_and_bounce(ground, agent, december, january)
    assert await ground.broken() == []


async def check_statement(
    agent: Agent, eve: date, december: list[Sent], january: list[Sent]
) -> None:
    """Each debit is written once, in January, and counts for the day of its deposit."""
    before, after = await statement(agent, eve.year), await statement(agent, eve.year + 1)
    assert [line["Cause"] for line in before if line["Mouvement"] == DEBIT] == []
    debits = {line["Cause"]: line["Compte pour le"] for line in after if line["Mouvement"] == DEBIT}
    sent = (*december, *january)
    assert debits == {one.letter.number: f"{one.day:%d/%m/%Y}" for one in sent}
    assert len(after) == len(sent) + 1  # and the purchase heard of in January
    assert before[0]["Crédit après"] == cents(CREDIT - len(sent) * PRICE)  # as it closed the year
    assert after[0]["Crédit après"] == cents(2 * CREDIT - len(sent) * PRICE)


def cents(amount: int) -> str:
    return f"{amount / 100:.2f}".replace(".", ",")


async def answer_and_bounce(
    ground: Ground, agent: Agent, december: list[Sent], january: list[Sent]
) -> None:
    """Sheets follow each other across the years; what is given back is a paper of January."""
    assert await sheets(ground, agent) == []
    for one in (*december[1:], *january):
        await ground.setting.outside.decide(one.reference, "accept")
    await ground.setting.outside.decide(december[0].reference, "bounce")
    await ground.quiet()
    await ground.setting.outside.advance(ground.now() + timedelta(minutes=30))
    await ground.quiet()

    assert await sheets(ground, agent) == list(range(1, len(december) + len(january) + 1))
    year = january[0].day.year
    (note,) = [line["Avoir"] for line in await statement(agent, year) if line["Avoir"]]
    assert note.startswith(f"AV-{year}-")
    debit = await debit_of(ground, december[0].letter)
    assert (debit["state"], debit["captured_on"]) == ("reversed", december[0].day)
    fresh = await agent.ready()
    assert fresh.number.startswith(f"{year % 100:02d}-")
    assert december[0].letter.number.startswith(f"{(year - 1) % 100:02d}-")
