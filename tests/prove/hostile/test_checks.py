"""Each check of cleanliness finds what it looks for: a dirty sample of each kind."""

import io

import pikepdf
import pytest

from kit.text import tidy
from tests.e2e.browser.papers import hostile as acting_pdf
from tests.e2e.browser.papers import paper
from tests.prove.hostile.checks.downloads import faults_of_name
from tests.prove.hostile.checks.letters import unsaid, words_of
from tests.prove.hostile.checks.mails import faults_of_mail
from tests.prove.hostile.checks.markup import MAIL, PAGE, faults_of_page, words_of_page
from tests.prove.hostile.checks.operators import faults_of_handing_over
from tests.prove.hostile.checks.pdfs import faults_of_pdf, says
from tests.prove.hostile.checks.sheets import faults_of_sheet
from tests.prove.hostile.checks.text import hidden
from tests.prove.hostile.checks.traces import faults_of_bytes, faults_of_log
from tests.prove.hostile.doors import at, nested
from tests.prove.hostile.texts import HOSTILE

CLEAN_PAGE = (
    "<!doctype html><html lang=fr><head><title>Préavis</title><link rel=stylesheet href=/s.css>"
    "<noscript><meta http-equiv=refresh content=30></noscript>"
    '<script src="/s.js" defer></script></head><body>'
    '<a href="/x?q=zqxjvk" aria-label="zqxjvk">{}</a>'
    '<input name="nom" value="zqxjvk"><p hx-get="/y" class="a">zqxjvk</p></body></html>'
)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_text_that_was_not_escaped_is_seen(name: str) -> None:
    text = HOSTILE[name].encode("utf-8", "replace").decode()
    made_by_a_text = {"markup", "end of script", "end of title", "local file", "local image",
                      "far image"}  # fmt: skip

    found = list(faults_of_page(CLEAN_PAGE.format(text)))

    assert not list(faults_of_page(CLEAN_PAGE.format("Hélène &lt;b zqxjvk&gt;")))
    if name in made_by_a_text:
        assert found


@pytest.mark.parametrize("name", ["htmx", "single quote"])
def test_a_text_that_left_its_attribute_is_seen(name: str) -> None:
    quote = HOSTILE[name][0]

    assert list(faults_of_page(f"<p>a</p><input value={quote}{HOSTILE[name]}{quote}>"))


@pytest.mark.parametrize(
    "html",
    [
        "<p onclick=x()>",
        "<p style=color:red>",
        "<a href=//evil.example>x</a>",
        "<a href=javascript:alert(1)>x</a>",
        "<a href=/zqxjvk>x</a>",
        "<form action=http://evil.example>",
        "<p hx-get=/x hx-vals=zqxjvk>",
        "<meta http-equiv=refresh content='0;url=//evil.example'>",
        "<meta http-equiv=set-cookie content=1>",
        "<iframe src=http://evil.example>",
        "<script>1</script>",
        "<base href=/>",
        "<p>gnp\u202eexe</p>",
        "<p title='a\u200bb'>",
        "<p id=zqxjvk>",
    ],
)
def test_what_no_page_of_ours_has_is_seen(html: str) -> None:
    assert list(faults_of_page(f"<!doctype html><title>x</title>{html}", PAGE))


def test_a_page_says_what_its_fields_hold() -> None:
    assert "7*7" in words_of_page("<p title='{{ 7*7 }}'>a</p>")
    assert "&lt;" in words_of_page("<p>&amp;lt;</p>")


OFFICE = "mailto:facturation@preavis.example"
CLEAN_MAIL = (
    "From: =?utf-8?q?Pr=C3=A9avis?= <ne-pas-repondre@preavis.example>\r\n"
    "To: a@b.example\r\nSubject: x\r\nDate: Sun, 22 Nov 2026 05:05:21 +0000\r\n"
    "Message-ID: <x@preavis.example>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/mixed; boundary="=1"\r\n\r\n'
    '--=1\r\nContent-Type: multipart/alternative; boundary="=2"\r\n\r\n'
    "--=2\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nBonjour\r\n"
    "--=2\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    "<!doctype html><title>x</title><p style='a:b'><a href='http://localhost:1/x'>zqxjvk</a>"
    f"<a href='{OFFICE}'>x</a></p>\r\n"
    "--=2--\r\n"
    "--=1\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
    'Content-Disposition: attachment; filename="26-00001-depot.pdf"\r\n\r\nJVBERg==\r\n--=1--\r\n'
)


@pytest.mark.parametrize(
    ("clean", "dirty"),
    [
        ("Subject: x", "Subject: x\r\nBcc: c@d.example"),
        ("Subject: x", "Subject: x\r\nX-Mailer: y"),
        ("Subject: x", "Subject: x\r\nSubject: y"),
        ("Subject: x", "Subject: x\r\n \r\nBcc: c@d.example"),
        ("Subject: x", "Subject: x\nBcc: c@d.example"),
        ("Subject: x", "Subject: Reçue"),
        ("Subject: x", "Subject: =?utf-8?q?a=E2=80=AEb?="),
        ("Subject: x", "Subject: " + "x" * 100),
        ("To: a@b.example", "To: a@b.example, c@d.example"),
        ("From: =?utf-8?q?Pr=C3=A9avis?= <", "From: c@d.example, x <"),
        ("From: =?utf-8?q?Pr=C3=A9avis?= <", "From: c@d.example via =?utf-8?q?Pr=C3=A9avis?= <"),
        ("26-00001-depot.pdf", "../../etc/passwd"),
        ("26-00001-depot.pdf", "depot.pdf.exe"),
        ("application/pdf", "text/html"),
        ("Bonjour", "Bonjour gnp\u202eexe"),
        ("zqxjvk</a>", "</a><img src=http://evil.example/x>"),
        ("http://localhost:1/x", "http://evil.example"),
        ("http://localhost:1/x", "mailto:x@evil.example"),
        (OFFICE, f"{OFFICE}?bcc=x@evil.example"),
    ],
)
def test_a_dirty_e_mail_is_seen(clean: str, dirty: str) -> None:
    assert not list(faults_of_mail(CLEAN_MAIL.encode()))
    assert list(faults_of_mail(CLEAN_MAIL.replace(clean, dirty, 1).encode()))


def with_link() -> bytes:
    """Return a PDF with a link to elsewhere."""
    document = pikepdf.open(io.BytesIO(paper("zqxjvk")))
    action = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("http://evil.example"))
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action
    )
    document.pages[0].Annots = pikepdf.Array([document.make_indirect(note)])
    return _saved(document)


def with_file() -> bytes:
    """Return a PDF that carries a file."""
    document = pikepdf.open(io.BytesIO(paper("zqxjvk")))
    document.attachments["passwd"] = b"root:x:0:0"
    return _saved(document)


def with_reversed_title() -> bytes:
    """Return a PDF whose title turns the direction of writing."""
    document = pikepdf.open(io.BytesIO(paper("zqxjvk")))
    document.docinfo["/Title"] = "gnp\u202eexe"
    return _saved(document)


def _saved(document: pikepdf.Pdf) -> bytes:
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


@pytest.mark.parametrize("dirty", [acting_pdf, with_link, with_file, with_reversed_title])
def test_a_pdf_that_acts_or_hides_is_seen(dirty: object) -> None:
    assert callable(dirty)
    assert list(faults_of_pdf(dirty()))


def test_a_clean_pdf_says_its_words_in_their_order() -> None:
    pdf = paper("Mme <b zqxjvk> Marchetti")

    assert not list(faults_of_pdf(pdf))
    assert says(pdf, "Mme <b zqxjvk> Marchetti")
    assert not says(pdf, "Marchetti Mme")


def test_a_letter_that_does_not_say_what_was_typed_is_seen() -> None:
    name, reason = (
        {"policyholder.persons.0.last_name": "N'zqxjvk"},
        {"fields.ground_text": "l'eau ?"},
    )
    letter, respelt = paper("Mme N'zqxjvk, pour l’eau ?"), paper("Mme N’zqxjvk, pour l'eau ?")

    assert not list(unsaid(letter, name | reason))
    assert len(list(unsaid(respelt, name | reason))) == 2
    assert list(unsaid(letter, {"reference": "zqxjvk-1"}))
    assert words_of({"phone": "1", "reference": HOSTILE["long"]}) == {}


@pytest.mark.parametrize("dirty", [{"to_company": "zqxjvk & fils"}, {"ref_client": "26\u202e1"}])
def test_what_the_operator_should_not_have_is_seen(dirty: dict[str, str]) -> None:
    there = {"to_company": "zqxjvk", "ref_client": "26-00001", "price_ht": "3.99", "send_fail": 0}

    assert not list(faults_of_handing_over(there, recipient="zqxjvk"))
    assert list(faults_of_handing_over(there | dirty, recipient="zqxjvk"))


@pytest.mark.parametrize("cell", ["=1+1", " =1+1", "+1", "-cmd", "@SUM(1)", "\t=1", "a\u202eb"])
def test_a_cell_that_is_no_text_is_seen(cell: str) -> None:
    assert not list(faults_of_sheet("Jour;Somme\r\n'=1+1;-5,40\r\n".encode("utf-8-sig")))
    assert list(faults_of_sheet(f'Jour\r\n"{cell}"\r\n'.encode()))


@pytest.mark.parametrize(
    "header",
    [
        "attachment; filename*=UTF-8''a/b.pdf",
        "attachment; filename=a.pdf",
        "attachment; filename*=UTF-8''a.pdf\r\nX: y",
        "attachment; filename*=UTF-8''a%0Db.pdf",
        "attachment; filename*=UTF-8''gnp%E2%80%AEexe",
        "attachment; filename*=UTF-8''",
        "attachment; filename*=UTF-8''" + "a" * 300,
    ],
)
def test_a_name_that_is_not_one_is_seen(header: str) -> None:
    assert not list(faults_of_name("inline; filename*=UTF-8''a%2Fb%20%C3%A9.pdf"))
    assert list(faults_of_name(header))


EVENT = b'{"event": "rpc", "level": "info", "timestamp": "2026-11-22T05:00:00Z"}\n'


@pytest.mark.parametrize(
    "line", [b"forged", b'{"event": "x"}', b'["x"]', EVENT.replace(b"rpc", b"ZQXJVK"),
             EVENT.replace(b"rpc", b"marchetti")],
)  # fmt: skip
def test_a_line_that_is_forged_or_names_somebody_is_seen(line: bytes) -> None:
    assert not list(faults_of_log(EVENT * 2, ["Marchetti"]))
    assert list(faults_of_log(EVENT + line, ["Marchetti"]))


def test_a_fact_that_names_somebody_is_seen() -> None:
    assert list(faults_of_bytes(b"\x0a\x09Marchetti\x12", ["Marchetti"]))
    assert not list(faults_of_bytes(b"\x0a\x24\xff\x00", ["Marchetti"]))


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_hidden_is_left_of_a_text_that_was_tidied(name: str) -> None:
    dirty = {"right to left", "zero width", "formula after tab", "header", "lone line feed",
             "line separator", "log line", "emoji", "nothing to see", "control", "nul",
             "half a character"}  # fmt: skip

    assert bool(hidden(HOSTILE[name])) is (name in dirty)
    assert not hidden(tidy(HOSTILE[name]))


def test_the_mail_check_reads_a_page_as_mail() -> None:
    assert not list(faults_of_page("<title>x</title><p style='a:b'>x</p>", MAIL))


def test_paths_lead_into_json_and_back() -> None:
    flat = {"a": "1", "b.c": "2", "d.0.e": "3", "d.1.e": "4", "f.0": "5", "f.1": "6"}

    made = nested(flat, {"d": [{"g": "7"}]})

    assert made == {
        "a": "1", "b": {"c": "2"}, "d": [{"g": "7", "e": "3"}, {"e": "4"}], "f": ["5", "6"],
    }  # fmt: skip
    assert {path: at(made, path) for path in flat} == flat
    assert [at(made, path) for path in ("x.y", "d.2.e", "d.1.g")] == ["", "", ""]
