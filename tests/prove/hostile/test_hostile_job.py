"""What came out of the hostile job: letters, papers, e-mails, spreadsheets, and our own traces."""

import asyncio
import email
import email.policy
import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from functools import partial
from typing import Any, Final

import asyncpg
import httpx
import nats
import pytest
from sqlalchemy import make_url

from kit.days import paris_date
from kit.french import typography
from local.demo.partners import until
from local.plan import EVERYBODY, SERVICES
from tests.e2e.proofs import verdict_on
from tests.prove.hostile.cast import Member
from tests.prove.hostile.checks.downloads import faults_of_name
from tests.prove.hostile.checks.letters import unsaid, words_of
from tests.prove.hostile.checks.mails import faults_of_mail
from tests.prove.hostile.checks.operators import faults_of_handing_over
from tests.prove.hostile.checks.pdfs import faults_of_pdf, says
from tests.prove.hostile.checks.sheets import faults_of_sheet
from tests.prove.hostile.checks.traces import faults_of_bytes, faults_of_log
from tests.prove.hostile.directory import COLUMNS, IMPORT
from tests.prove.hostile.doors import Door
from tests.prove.hostile.job import Job
from tests.prove.hostile.texts import HOSTILE, MARK

pytestmark = [pytest.mark.prove, pytest.mark.servers, pytest.mark.timeout(600)]

ATTACHED: Final = {"evidence": ["preavis-evidence.json"]}


async def download(member: Member, path: str) -> httpx.Response:
    """Download by ``/v1``, under a name that is one."""
    answer = await member.door.ask("GET", path)
    assert answer.is_success, f"{path}: {answer.text[:300]}"
    faults = list(faults_of_name(answer.headers["content-disposition"]))
    assert not faults, faults
    return answer


async def test_each_text_was_refused_with_a_reason_or_carried(job: Job) -> None:
    for (door, path), reasons in sorted(job.record.refused.items()):
        print(f"  {door:32} {path:38} {', '.join(sorted(reasons))}")

    for path in ("persons.0.last_name", "town", "address_lines.0", "company.name"):
        assert job.record.carried["POST /letters", f"policyholder.{path}"] > 3, path
    for path in ("reference", "fields.ground_text", "fields.ground_article"):
        assert job.record.carried["POST …/contracts", path] > 3, path
    assert job.record.carried["PUT …/extras", "free_text"] > 10
    assert job.record.carried["POST /accounts", "trade_name"] == len(job.members)
    assert all(job.record.carried[IMPORT, column] > 10 for column in COLUMNS)


async def test_letters_and_mandates_hold_their_words_and_nothing_else(job: Job) -> None:
    found, said = [], 0
    for written in job.letters:
        at = f"/letters/{written.letter_id}"
        letter, mandate = [
            (await download(written.member, path)).content
            for path in (f"{at}/pdf", f"{at}/mandate/pdf")
        ]
        faults = [*faults_of_pdf(letter), *faults_of_pdf(mandate)]
        if HOSTILE["emoji"] not in written.kept.values():  # it spoils its font for who reads a PDF
            faults += unsaid(letter, written.kept)
            said += len(words_of(written.kept))
        found += [f"{written.name}: {one}" for one in faults]

    assert said > 10
    assert not found, "\n".join(found)


async def test_proofs_and_sheets_hold_nothing_that_acts(job: Job) -> None:
    found, sheets = [], {}
    for written in job.letters:
        path = f"/letters/{written.letter_id}/sending"
        sending = (await written.member.door.ask("GET", path)).json()
        for kind in (proof["kind"] for proof in sending["proofs"]):
            answer = await download(written.member, f"{path}/proofs/{kind}")
            faults = faults_of_pdf(answer.content, attached=ATTACHED.get(kind, []))
            found += [f"{written.name}, {kind}: {one}" for one in faults]
            if kind == "evidence":
                sheets[written.letter_id] = answer.content

    answered = {one.letter_id for one in job.letters} - {job.waiting.letter_id}
    assert sheets.keys() | {job.unread.letter_id} == answered
    assert not found, "\n".join(found)
    assert verdict_on(next(iter(sheets.values())), job.house) == 0


async def test_receipts_and_credit_notes_hold_nothing_that_acts(job: Job) -> None:
    found, names = [], {typography(member.trade_name) for member in job.members}
    await until(partial(_some_credit_note, job), what="a credit note")  # some letters bounced
    for member in job.members:
        top_ups = (await member.door.ask("GET", "/credit/top-ups")).json()["top_ups"]
        paths = [f"/credit/top-ups/{one['top_up_id']}/receipt" for one in top_ups]
        paths += [f"/credit/credit-notes/{one}" for one in await _credit_notes(member.door)]
        for path in paths:
            pdf = (await download(member, path)).content
            found += [f"{path}: {one}" for one in faults_of_pdf(pdf)]
            named = [one for one in names if says(pdf, one)]
            if named != [typography(member.trade_name)]:
                found.append(f"{path}, to {member.trade_name!r}, names {named}")

    assert not found, "\n".join(found)


async def _some_credit_note(job: Job) -> bool:
    return any([await _credit_notes(member.door) for member in job.members])


async def _credit_notes(door: Door) -> set[str]:
    """Return the credit notes of an account: each had a letter that bounced."""
    entries = (await door.ask("GET", "/credit/entries")).json()["entries"]
    return {one["credit_note_number"] for one in entries} - {None, ""}


async def test_no_cell_of_a_spreadsheet_starts_a_formula(job: Job) -> None:
    found, lines, today = [], 0, paris_date(await job.outside.now())
    days = {"first": f"{today - timedelta(days=7)}", "last": f"{today}"}
    for member in job.members:
        answer = await member.door.ask("GET", "/credit/statement.csv", query=days)
        assert answer.is_success, answer.text
        found += list(faults_of_sheet(answer.content))
        found += list(faults_of_name(answer.headers["content-disposition"]))
        lines += answer.content.count(b"\n")

    assert lines > len(job.letters)
    assert not found, "\n".join(found)


async def test_e_mails_have_our_headers_alone(job: Job) -> None:
    file = job.house.plan.data_dir / "sandbox" / "sandbox.sqlite3"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        mails = [raw for (raw,) in connection.execute("SELECT raw FROM mail ORDER BY id")]
    ours = [raw for raw in mails if b"ne-pas-repondre@" in raw.partition(b"\r\n\r\n")[0]]

    found = [f"{raw[:300]!r}: {one}" for raw in ours for one in faults_of_mail(raw)]

    assert len(ours) > 3 * len(job.letters)
    assert sum(MARK in _text_of(raw) for raw in ours) > len(job.letters)
    assert not found, "\n".join(found[:10])


def _text_of(raw: bytes) -> str:
    message: Any = email.message_from_bytes(raw, policy=email.policy.default)
    return str(message.get_body(("plain",)).get_content())


async def test_every_mail_that_was_queued_has_left(job: Job) -> None:
    async def all_left() -> bool:
        waiting = await _rows(job, "SELECT key FROM outgoing_mail WHERE sent_at IS NULL")
        return not any(waiting.values())

    await until(all_left, what="the last e-mail to leave")


async def test_the_operator_was_given_plain_lines(job: Job) -> None:
    found = []
    for written in job.letters:
        there = await job.at_the_operator(written)
        letter = (await written.member.door.ask("GET", f"/letters/{written.letter_id}")).json()
        faults = faults_of_handing_over(there, recipient=letter["recipient"]["name"])
        found += [f"{written.name}: {one}" for one in faults]

    assert not found, "\n".join(found)


async def test_facts_on_their_way_name_nobody(job: Job) -> None:
    found, count = [], 0
    outboxes = await _rows(job, "SELECT payload, headers::text, subject FROM outbox")
    for service, rows in outboxes.items():
        for payload, headers, subject in rows:
            count += 1
            for data in (payload, headers.encode(), subject.encode()):
                found += [f"{service}: {one}" for one in faults_of_bytes(data, job.persons)]
    async for subject, data in _streamed(job):
        found += [f"{subject}: {one}" for one in faults_of_bytes(data, job.persons)]
    dead = await _rows(job, "SELECT count(*) FROM dead_letter")

    assert count > 5 * len(job.letters)
    assert not found, "\n".join(found[:10])
    assert {rows[0][0] for rows in dead.values()} == {0}


async def _rows(job: Job, query: str) -> dict[str, list[Any]]:
    plain = make_url(job.house.plan.postgres_url).set(drivername="postgresql")
    found = {}
    for service in SERVICES:
        connection = await asyncpg.connect(
            plain.render_as_string(hide_password=False), database=service
        )
        found[service] = [tuple(row) for row in await connection.fetch(query)]
        await connection.close()
    return found


async def _streamed(job: Job) -> Any:
    """Yield every message that the broker keeps: its subject and headers, and its body."""
    connection = await nats.connect(job.house.plan.nats_url)
    jetstream = connection.jetstream()
    for stream in await jetstream.streams_info():
        name = str(stream.config.name)
        for number in range(stream.state.first_seq, stream.state.last_seq + 1):
            message = await jetstream.get_msg(name, number)
            yield message.subject, json.dumps([message.subject, message.headers]).encode()
            yield message.subject, message.data or b""
    await connection.close()


async def test_logs_are_whole_and_name_nobody(job: Job) -> None:
    folder = job.house.plan.data_dir / "logs"
    found = [
        f"{service}: {one}"
        for service in EVERYBODY
        for one in faults_of_log((folder / f"{service}.log").read_bytes(), job.persons)
    ]
    found += list(faults_of_bytes((folder / "sandbox.log").read_bytes()))

    assert not found, "\n".join(found[:20])


async def test_metrics_name_nobody(job: Job) -> None:
    async with httpx.AsyncClient() as client:
        answers = await asyncio.gather(
            *(
                client.get(f"http://127.0.0.1:{job.house.plan.ports[f'{one}-metrics']}/metrics")
                for one in EVERYBODY
            )
        )
    for answer in answers:
        assert b"preavis_" in answer.content
        assert not list(faults_of_bytes(answer.content, job.persons))
