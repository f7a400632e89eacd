"""The mailbox catches everything, and shows it whole."""

import asyncio
from collections.abc import AsyncIterator
from email.message import EmailMessage

import aiosmtplib
import httpx
import pytest

from local.sandbox.testing import Running

pytestmark = pytest.mark.servers


def a_mail(subject: str = "Reçue : résiliation de Mme Vial") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Béraud Assurances via Préavis <ne-pas-repondre@preavis.example>"
    mail["To"] = "b.vial@mail.example"
    mail["Subject"] = subject
    mail["Reply-To"] = "contact@agence-beraud.example"
    mail["Message-ID"] = "<key-1@preavis.example>"
    mail.set_content("Bonjour,\n\nLisez http://127.0.0.1:8000/activation/abc-_1.\n")
    mail.add_alternative("<p>Bonjour <a href='https://x.example'>lien</a></p>", subtype="html")
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="reçu.pdf")
    return mail


async def send(sandbox: Running, mail: EmailMessage) -> None:
    await aiosmtplib.send(mail, hostname="127.0.0.1", port=sandbox.smtp_port)


async def test_a_mail_is_read_with_its_links_and_attachments(
    sandbox: Running, client: httpx.AsyncClient
) -> None:
    await send(sandbox, a_mail())

    mail = (await client.get("/sandbox/mails?to=vial&subject=reçue")).json()[0]

    assert mail["links"] == ["http://127.0.0.1:8000/activation/abc-_1"]
    assert mail["reply_to"] == "contact@agence-beraud.example"
    assert mail["attachments"][0]["name"] == "reçu.pdf"
    file = await client.get(f"/sandbox/mails/{mail['id']}/attachments/0")
    assert file.content == b"%PDF-1.7"
    assert (await client.get(f"/sandbox/mails?after={mail['id']}")).json() == []


async def test_a_person_reads_it_in_an_inert_frame(
    sandbox: Running, client: httpx.AsyncClient
) -> None:
    await send(sandbox, a_mail("<script>alert(1)</script>"))

    page = (await client.get("/courriels/1")).text
    frame = await client.get("/courriels/1/html")

    assert "&lt;script&gt;" in page
    assert "<script>" not in page
    assert "sandbox" in frame.headers["content-security-policy"]
    assert "default-src 'none'" in frame.headers["content-security-policy"]


async def test_a_server_that_is_down_is_told_before_anything_is_kept(
    sandbox: Running, client: httpx.AsyncClient
) -> None:
    await client.put("/sandbox/faults/mail", json={"outage": {"times": 1}})

    with pytest.raises(aiosmtplib.SMTPResponseException) as refusal:
        await send(sandbox, a_mail())
    await send(sandbox, a_mail())

    assert refusal.value.code == 421
    assert len((await client.get("/sandbox/mails")).json()) == 1


async def test_the_record_names_each_mail_once_per_delivery(
    sandbox: Running, client: httpx.AsyncClient
) -> None:
    await send(sandbox, a_mail())
    await send(sandbox, a_mail())

    effects = (await client.get("/sandbox/record?partner=mail")).json()["effects"]

    assert [effect["reference"] for effect in effects] == ["<key-1@preavis.example>"] * 2


async def test_what_a_head_cannot_say_well_is_kept_as_it_came(
    sandbox: Running, client: httpx.AsyncClient
) -> None:
    heads = (
        b"From: plain@x.example\r\nSubject: R\xc3\xa9sili\xc3\xa9e\r\n",  # as SMTPUTF8 allows
        b"From: =?utf-8?b?B\r\nSubject: =?nothing-known?b?w6k=?=\r\n",
        b"Subject: =?utf-8?q?en_deux?=\r\n =?utf-8?q?_lignes?=\r\n",
        b"",
    )
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=sandbox.smtp_port) as line:
        for head in heads:
            await line.sendmail("a@x.example", ["b@x.example"], head + b"\r\nUn texte.\r\n")

    mails = (await client.get("/sandbox/mails")).json()
    assert [mail["subject"] for mail in mails] == [
        "Résiliée",
        "=?nothing-known?b?w6k=?=",
        "en deux lignes",
        "",
    ]
    assert {mail["text"].strip() for mail in mails} == {"Un texte."}


class Line:
    """A conversation with the mail server, word for word."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def hear(self) -> str:
        answer = (await self._reader.readline()).decode()
        while answer[3] == "-":
            answer = (await self._reader.readline()).decode()
        return answer[:3]

    async def say(self, *lines: str) -> str:
        self._writer.write("".join(f"{line}\r\n" for line in lines).encode())
        return await self.hear()

    async def begin_mail(self) -> str:
        for line in ("MAIL FROM:<a@x.example> SIZE=12", "RCPT TO:<b@x.example>"):
            assert await self.say(line) == "250"
        return await self.say("DATA")

    def close(self) -> None:
        self._writer.close()


@pytest.fixture
async def line(sandbox: Running) -> AsyncIterator[Line]:
    line = Line(*await asyncio.open_connection("127.0.0.1", sandbox.smtp_port))
    assert await line.hear() == "220"
    assert await line.say("EHLO here") == "250"
    yield line
    line.close()


async def test_a_mail_ends_at_a_line_made_of_one_dot(line: Line, client: httpx.AsyncClient) -> None:
    bodies = (("Fin.", "..", "..deux", "a. ", "Fin."), (), ("Deux. .", "", "..."))
    for body in bodies:
        assert await line.begin_mail() == "354"
        assert await line.say("Subject: points", "", *body, ".") == "250"
    assert await line.begin_mail() == "354"
    assert await line.say(".") == "250"

    texts = [
        mail["text"].replace("\r\n", "|") for mail in (await client.get("/sandbox/mails")).json()
    ]
    assert texts == ["Fin.|.|.deux|a. |Fin.|", "", "Deux. .||..|", ""]


async def test_what_is_said_out_of_turn_is_refused(line: Line, client: httpx.AsyncClient) -> None:
    assert await line.say("DATA") == "503"
    assert await line.say("RCPT TO:<b@x.example>") == "503"
    assert await line.say("MAIL FROM:a@x.example") == "501"
    assert await line.say("MAIL FROM:<>") == "250"
    assert await line.say("MAIL FROM:<a@x.example>") == "503"
    assert await line.say("RCPT TO:<>") == "501"
    assert await line.say("RSET") == "250"
    assert await line.say("DATA") == "503"
    assert await line.say("NONSENSE") == "500"
    assert await line.begin_mail() == "354"
    assert await line.say("Subject: " + "x" * 1000, "", ".") == "500"
    assert await line.begin_mail() == "354"
    assert await line.say("Subject: dit", "", ".") == "250"
    assert await line.say("NOOP") == "250"
    assert await line.say("QUIT") == "221"

    assert [mail["subject"] for mail in (await client.get("/sandbox/mails")).json()] == ["dit"]


async def test_a_mail_that_is_too_big_is_not_kept(
    line: Line, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("local.sandbox.mailbox.smtp.MAX_BYTES", 1_000)
    assert await line.begin_mail() == "354"
    assert await line.say("Subject: gros", "", *["x" * 70] * 20, ".") == "552"

    assert (await client.get("/sandbox/mails")).json() == []


async def test_a_mail_whose_sender_went_away_is_not_kept(
    line: Line, client: httpx.AsyncClient
) -> None:
    assert await line.begin_mail() == "354"
    line.close()

    assert (await client.get("/sandbox/mails")).json() == []
