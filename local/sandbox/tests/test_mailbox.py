"""The mailbox catches everything, and shows it whole."""

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
