"""E-mails as the server took them: their headers are ours alone, their parts hold no surprise."""

import email
import email.policy
import re
from collections.abc import Iterator
from email.header import decode_header, make_header
from email.message import EmailMessage
from typing import Final

from tests.prove.hostile.checks.markup import MAIL, faults_of_page
from tests.prove.hostile.checks.text import OUR_OWN, hidden

OURS: Final = "ne-pas-repondre@preavis.example"
ONCE: Final = ("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version")
HEADERS: Final = {*ONCE, "Reply-To", "Content-Type", "Content-Transfer-Encoding"}
_FILE_NAME: Final = re.compile(r"[A-Za-z0-9.-]{1,60}\.pdf")
_LONGEST_LINE: Final = 78


def faults_of_mail(raw: bytes) -> Iterator[str]:
    """Yield what is wrong with one of our e-mails."""
    head, separator, _ = raw.partition(b"\r\n\r\n")
    if not separator or not head.isascii():
        yield "a header that is not ASCII"
    yield from _faults_of_lines(head)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    yield from _faults_of_headers(message)
    plain = email.message_from_bytes(raw)
    for name in ("From", "Subject"):
        shown = str(make_header(decode_header(plain[name]))).replace("\r\n", "")
        if marks := hidden(shown):
            yield f"{name}: {marks}"
    yield from _faults_of_parts(message)


def _faults_of_lines(head: bytes) -> Iterator[str]:
    for line in head.split(b"\r\n"):
        name = line.partition(b":")[0].decode("latin-1")
        if not line.startswith((b" ", b"\t")) and name not in HEADERS:
            yield f"a header nobody set: {line[:60]!r}"
        if len(line) > _LONGEST_LINE or b"\n" in line or b"\r" in line:
            yield f"a line that servers would cut: {line[:60]!r}"
        if not line.strip():
            yield "an empty line among the headers"


def _faults_of_headers(message: EmailMessage) -> Iterator[str]:
    for name in ONCE:
        if len(message.get_all(name, [])) != 1:
            yield f"{name} {len(message.get_all(name, []))} times"
    for name in ("From", "To", "Reply-To"):
        addresses = [one.addr_spec for header in message.get_all(name, [])
                     for one in header.addresses]  # fmt: skip
        if name in message and len(addresses) != 1:
            yield f"{name} names {addresses}"
        if name == "From" and addresses != [OURS]:
            yield f"From is {addresses}"
        if any(header.defects for header in message.get_all(name, [])):
            yield f"{name} cannot be read: {message[name].defects}"


def _faults_of_parts(message: EmailMessage) -> Iterator[str]:
    kinds = [part.get_content_type() for part in message.walk() if not part.is_multipart()]
    if kinds[:2] != ["text/plain", "text/html"] or {*kinds[2:]} - {"application/pdf"}:
        yield f"parts nobody made: {kinds}"
    for part in message.iter_attachments():
        if not _FILE_NAME.fullmatch(part.get_filename() or ""):
            yield f"a file named {part.get_filename()!r}"
    text = message.get_body(("plain",))
    html = message.get_body(("html",))
    if text is not None and (marks := hidden(text.get_content(), allowed=OUR_OWN)):
        yield f"in its text: {marks}"
    if html is not None:
        yield from (f"in its HTML: {one}" for one in faults_of_page(html.get_content(), MAIL))
