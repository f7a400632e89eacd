import asyncio
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from uuid import uuid4

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import text

from kit.db import Database
from kit.mail import Attachment, BadMail, Mail, MailSender, queue

ACCOUNT = uuid4()
A_FILE = Attachment(name="preuve.pdf", media_type="application/pdf", data=b"%PDF" * 99)
NOWHERE = Database("postgresql://nobody@localhost/none", "postgresql://nobody@localhost/none")


def a_mail(**changes: object) -> Mail:
    values: dict[str, object] = {
        "to": "agence@beraud.example",
        "subject": "Reçue : résiliation de Mme Vial",
        "text": "Bonjour, reçue à 9 h 12.",
        "html": "<p>Bonjour, reçue à 9 h 12.</p>",
    }
    return Mail(**{**values, **changes})  # type: ignore[arg-type]  # the builder's own values


class Mailbox:
    """A real SMTP server that keeps what it takes, or answers as told."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answer = "250 OK"
        self.came = asyncio.Event()
        self.left = asyncio.Event()
        self.calls: set[object] = set()  # one a connection

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.calls.add(session)
        if self.answer.startswith("250"):
            found = message_from_bytes(envelope.content, policy=policy.default)  # type: ignore[arg-type]  # bytes here
            assert isinstance(found, EmailMessage)
            self.mails.append(found)
            self.came.set()
        return self.answer

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - same
        self.left.set()
        return "221 Bye"

    def answering(self, loop: asyncio.AbstractEventLoop) -> SMTP:
        self.last = SMTP(self, loop=loop)
        return self.last


@pytest.fixture
async def mailbox() -> AsyncIterator[tuple[Mailbox, str]]:
    box = Mailbox()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: box.answering(loop), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield box, f"smtp://127.0.0.1:{port}"
    server.close()
    await server.wait_closed()


def sender(db: Database, url: str, *, environment: str = "test") -> MailSender:
    return MailSender(
        db, service="sample", smtp_url=url, mail_from="no-reply@preavis.example",
        environment=environment,
    )  # fmt: skip


@pytest.fixture
async def empty(db: Database) -> Database:
    async with db.worker() as session:
        await session.execute(text("DELETE FROM outgoing_mail"))
    return db


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Bonjour\r\nBcc: tous@evil.example"},
        {"subject": "Bonjour\nBcc: x"},
        {"subject": "Bonjour\u2028x"},
        {"from_name": "Agence\r\nX: y"},
        {"from_name": "\u202eecnega"},
        {"to": "a@b.example\r\nBcc: c@d.example"},
        {"to": "a@b.example, c@d.example"},
        {"to": "nobody"},
        {"to": "a..b@c.example"},
        {"to": "hélène@c.example"},
        {"to": "gnp\u202e@c.example"},
        {"reply_to": "a@b.example>\nX: y"},
        {"attachments": [Attachment(name="a\n.pdf", media_type="application/pdf", data=b"")]},
    ],
)
def test_no_header_can_be_slipped_in(changes: dict[str, object]) -> None:
    with pytest.raises(BadMail):
        a_mail(**changes)


@pytest.mark.parametrize(
    "name",
    [
        "=?utf-8?q?=0D=0ABcc:_x=40evil.example?=",
        "=?utf-8?b?DQoNCkJvbmpvdXI=?= Vial",
        "=?utf-8?q?x=40evil.example?= via",
        "Béraud, <x@evil.example>",
        'Béraud" <x@evil.example>, "',
        "(Béraud) x@evil.example: tous;",
        "\\",
        "👩 " * 30,
        "W" * 200,
        "Béraud " * 20 + "<x@evil.example>",
    ],
)
def test_no_name_is_read_as_anything_but_a_name(name: str) -> None:
    raw = (
        sender(NOWHERE, "smtp://localhost:1")
        .compose(a_mail(from_name=name, subject=name), key="m1")
        .as_bytes()
    )

    raw.decode("ascii")
    head, _, body = raw.partition(b"\r\n\r\n")
    assert max(map(len, head.splitlines())) <= 78
    got = message_from_bytes(raw, policy=policy.default)
    assert len(got.keys()) == len(set(got.keys()))
    assert {"Bcc", "X-Evil"}.isdisjoint(got.keys())
    assert body.count(b"Content-Type: text/plain") == 1
    assert [one.addr_spec for one in got["From"].addresses] == ["no-reply@preavis.example"]
    plain = message_from_bytes(raw)
    assert str(make_header(decode_header(plain["Subject"]))) == name
    shown = str(make_header(decode_header(plain["From"])))
    assert shown.replace("\r\n", "") == f"{name} <no-reply@preavis.example>"


def test_no_text_ends_its_own_part() -> None:
    writer = sender(NOWHERE, "smtp://localhost:1")
    edges = [
        part.get_boundary() or ""
        for part in writer.compose(a_mail(attachments=(A_FILE,)), key="m1").walk()
        if part.is_multipart()
    ]
    words = "\n".join(
        f"--{edge}\nContent-Type: text/html\n\n<b>x</b>\n--{edge}--" for edge in edges
    )

    raw = writer.compose(a_mail(text=words, html=words, attachments=(A_FILE,)), key="m1").as_bytes()

    assert edges[0] != edges[1]
    assert all(raw.count(f"--{edge}".encode()) == 3 for edge in edges)  # two parts each
    got = message_from_bytes(raw, policy=policy.default)
    kinds = [part.get_content_type() for part in got.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "application/pdf"]
    plain = got.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().splitlines() == words.splitlines()


def test_a_file_whose_kind_hides_a_header_is_refused() -> None:
    file = Attachment(name="a.pdf", media_type="application/pdf\r\nBcc: x", data=b"%PDF")

    with pytest.raises(ValueError, match="one line"):
        sender(NOWHERE, "smtp://localhost:1").compose(a_mail(attachments=(file,)), key="m1")


def test_a_domain_with_accents_travels_in_ascii() -> None:
    mail = a_mail(to="agence@béraud.example", reply_to="a@é.example")

    got = sender(NOWHERE, "smtp://localhost:1").compose(mail, key="m1")

    assert (got["To"], got["Reply-To"]) == ("agence@xn--braud-bsa.example", "a@xn--9ca.example")


def test_french_spaces_are_allowed_in_a_subject() -> None:
    assert a_mail(subject="Reçue\u00a0: « a\u202f»").subject


def test_the_queue_keeps_all_of_it() -> None:
    file = Attachment(name="preuve.pdf", media_type="application/pdf", data=b"\x00\xff")
    mail = a_mail(attachments=(file,), reply_to="a@b.example", from_name="Agence Béraud")

    assert Mail.from_json(mail.to_json()) == mail


@pytest.mark.servers
async def test_an_e_mail_leaves_once_its_transaction_has_committed(
    empty: Database, mailbox: tuple[Mailbox, str]
) -> None:
    box, url = mailbox
    file = Attachment(name="preuve reçue.pdf", media_type="application/pdf", data=b"%PDF")
    mail = a_mail(
        attachments=(file,), from_name="Agence « Béraud » via Préavis", reply_to="a@b.example"
    )

    async with empty.account(ACCOUNT) as session:
        await queue(session, mail, key="m1", account_id=ACCOUNT)
        await queue(session, mail, key="m1", account_id=ACCOUNT)
        assert await sender(empty, url).send_one() is False  # not committed yet
    while await sender(empty, url).send_one():
        pass

    assert len(box.mails) == 1
    got = box.mails[0]
    assert got["Subject"] == mail.subject
    assert got["From"].addresses[0].display_name == mail.from_name
    assert got["From"].addresses[0].addr_spec == "no-reply@preavis.example"
    assert got["Reply-To"] == "a@b.example"
    text_part = got.get_body(("plain",))
    assert text_part is not None
    assert text_part.get_content().strip() == mail.text
    assert [a.get_filename() for a in got.iter_attachments()] == ["preuve reçue.pdf"]
    async with empty.worker() as session:
        kept = (await session.execute(text("SELECT mail, sent_at FROM outgoing_mail"))).one()
    assert kept.mail is None  # nobody's words stay once they have left
    assert kept.sent_at is not None


@pytest.mark.servers
async def test_an_abandoned_transaction_sends_nothing(
    empty: Database, mailbox: tuple[Mailbox, str]
) -> None:
    async def queue_then_fail() -> None:
        async with empty.account(ACCOUNT) as session:
            await queue(session, a_mail(), key="m1", account_id=ACCOUNT)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await queue_then_fail()
    assert await sender(empty, mailbox[1]).send_one() is False


@pytest.mark.servers
async def test_a_demonstration_says_so(empty: Database, mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    async with empty.across_accounts("test") as session:
        await queue(session, a_mail(), key="m1", account_id=None)

    await sender(empty, url, environment="demo").send_one()

    assert box.mails[0]["Subject"].startswith("[Démonstration] Reçue")


@pytest.mark.servers
@pytest.mark.parametrize(
    ("answer", "kept"),
    [("451 later", True), ("421 busy", True), ("550 no such mailbox", False)],
)
async def test_what_is_refused_for_now_is_kept_and_for_good_is_not(
    empty: Database, mailbox: tuple[Mailbox, str], answer: str, kept: bool
) -> None:
    box, url = mailbox
    box.answer = answer
    async with empty.across_accounts("test") as session:
        await queue(session, a_mail(), key="m1", account_id=None)

    await sender(empty, url).send_one()

    async with empty.worker() as session:
        row = (await session.execute(text("SELECT mail, sent_at FROM outgoing_mail"))).one()
    assert (row.mail is not None) is kept
    assert row.sent_at is None


@pytest.mark.servers
async def test_a_server_that_is_down_loses_nothing(
    empty: Database, mailbox: tuple[Mailbox, str]
) -> None:
    box, url = mailbox
    async with empty.across_accounts("test") as session:
        await queue(session, a_mail(), key="m1", account_id=None)

    await sender(empty, "smtp://127.0.0.1:1").send_one()
    async with empty.worker() as session:
        await session.execute(text("UPDATE outgoing_mail SET next_attempt_at = now()"))
    await sender(empty, url).send_one()

    assert len(box.mails) == 1


async def queue_some(db: Database, *keys: str) -> None:
    async with db.across_accounts("test") as session:
        for key in keys:
            await queue(session, a_mail(), key=key, account_id=None)


@pytest.mark.servers
async def test_e_mails_that_follow_each_other_share_a_connection(
    empty: Database, mailbox: tuple[Mailbox, str]
) -> None:
    box, url = mailbox
    one = sender(empty, url)
    await queue_some(empty, "m1", "m2", "m3")

    while await one.send_one():
        pass

    assert (len(box.mails), len(box.calls)) == (3, 1)


@pytest.mark.servers
async def test_a_connection_that_the_server_ended_meanwhile_is_opened_anew(
    empty: Database, mailbox: tuple[Mailbox, str]
) -> None:
    box, url = mailbox
    one = sender(empty, url)
    await queue_some(empty, "m1", "m2")

    await one.send_one()
    assert box.last.transport is not None
    box.last.transport.close()
    await one.send_one()

    assert (len(box.mails), len(box.calls)) == (2, 2)


@pytest.mark.servers
async def test_the_connection_is_closed_when_nothing_follows(
    empty: Database, mailbox: tuple[Mailbox, str]
) -> None:
    box, url = mailbox
    stop = asyncio.Event()
    one = MailSender(
        empty, service="sample", smtp_url=url, mail_from="a@b.example", environment="test",
        poll_s=0.01,
    )  # fmt: skip
    await queue_some(empty, "m1")
    loop = asyncio.create_task(one.run(stop))

    await asyncio.wait_for(box.came.wait(), 5)
    await asyncio.wait_for(box.left.wait(), 5)
    stop.set()
    await asyncio.wait_for(loop, 5)


@pytest.mark.servers
async def test_the_loop_sends_at_once_and_stops_when_told(
    empty: Database, mailbox: tuple[Mailbox, str]
) -> None:
    box, url = mailbox
    stop = asyncio.Event()
    loop = asyncio.create_task(sender(empty, url).run(stop))

    async with empty.across_accounts("test") as session:
        await queue(session, a_mail(), key="m1", account_id=None)
    await asyncio.wait_for(box.came.wait(), 5)
    stop.set()
    await asyncio.wait_for(loop, 5)


def test_the_same_key_gives_the_same_message_id() -> None:
    made = MailSender.compose
    one = sender(None, "smtp://x:25")  # type: ignore[arg-type]  # composing needs no database

    first = made(one, a_mail(), key="k")["Message-ID"]

    assert first == made(one, a_mail(), key="k")["Message-ID"]
    assert first != made(one, a_mail(), key="other")["Message-ID"]
