"""A sealed evidence sheet: found genuine as it is, and found out when one bit of it changes."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from asn1crypto import x509

from cli import verify
from cli.seal_check import examine, load_anchors
from cli.seal_refusals import NotGenuine
from services.dispatch.domain.evidence import Evidence
from services.dispatch.tests.seals import (
    NOON,
    a_sealed_sheet,
    a_small_pdf,
    an_authority,
    some_evidence,
)

pytestmark = pytest.mark.slow

PROOF = b"%PDF- a proof of deposit"


@dataclass(frozen=True)
class Sealed:
    """A sheet, the authority that vouches for it, and where its seal stands in the file."""

    pdf: bytes
    authority_pem: str

    @property
    def anchors(self) -> list[x509.Certificate]:
        return load_anchors(self.authority_pem.encode())

    @property
    def hole(self) -> range:
        """Positions of the seal's digits, with their brackets."""
        found = re.search(rb"/ByteRange \[0 (\d+) (\d+) ", self.pdf)
        assert found
        return range(int(found[1]), int(found[2]))


@pytest.fixture(scope="module")
def sealed() -> Sealed:
    authority = an_authority()
    return Sealed(a_sealed_sheet(authority), authority.certificate_pem)


def flipped(pdf: bytes, position: int, bit: int) -> bytes:
    changed = bytearray(pdf)
    changed[position] ^= 1 << bit
    return bytes(changed)


def is_genuine(pdf: bytes, anchors: list[x509.Certificate]) -> bool:
    try:
        return examine(pdf, anchors).issuer_trusted
    except NotGenuine:
        return False


def test_a_sealed_sheet_is_genuine_and_tells_what_it_proves(sealed: Sealed) -> None:
    sheet = examine(sealed.pdf, sealed.anchors)

    assert sheet.issuer_trusted
    assert sheet.time_stamped_at == NOON
    assert sheet.evidence.to_bytes() == some_evidence().to_bytes()
    assert sheet.sha256 == hashlib.sha256(sealed.pdf).hexdigest()


@pytest.mark.parametrize("extra", [b"\n", b"%", b"\x00", b"\n%%EOF\n"])
def test_nothing_can_follow_the_seal(sealed: Sealed, extra: bytes) -> None:
    with pytest.raises(NotGenuine) as refusal:
        examine(sealed.pdf + extra, sealed.anchors)

    assert refusal.value.code == "altered"


@pytest.mark.parametrize("cut", [1, 2, 100, 15_000])
def test_nothing_can_be_cut_off(sealed: Sealed, cut: int) -> None:
    assert not is_genuine(sealed.pdf[:-cut], sealed.anchors)


def test_a_seal_moved_to_another_file_is_found_out(sealed: Sealed) -> None:
    other = a_sealed_sheet(an_authority(), evidence=some_evidence(b"another proof").to_bytes())
    moved = other[: sealed.hole.start] + sealed.pdf[sealed.hole.start :]

    assert not is_genuine(moved, sealed.anchors)


def whose_table_is(said: bytes) -> bytes:
    """Return a file whose table of places is one folded stream that says this of itself."""
    head = b"%PDF-1.7\n1 0 obj\n<<" + said + b"/W[1 1 1]/Size 1/Length 1>>\nstream\nx\nendstream"
    return head + b"\nendobj\nstartxref\n9\n%%EOF\n"


@pytest.mark.parametrize(
    ("pdf", "code"),
    [
        (a_small_pdf(), "not-sealed"),
        (b"not a PDF", "altered"),
        (b"", "altered"),
        (whose_table_is(b"/Type/Other"), "altered"),
        (whose_table_is(b"/Type/XRef/Filter/FlateDecode"), "altered"),
        (whose_table_is(b"/Type/XRef/Filter/LZWDecode"), "altered"),
    ],
)
def test_what_was_never_sealed_says_so(sealed: Sealed, pdf: bytes, code: str) -> None:
    with pytest.raises(NotGenuine) as refusal:
        examine(pdf, sealed.anchors)

    assert refusal.value.code == code


def test_evidence_whose_chain_is_broken_is_found_out_even_when_sealed() -> None:
    authority = an_authority()
    broken = some_evidence().to_bytes().replace(b"SubmissionAcceptance", b"SubmissionRejectionn")
    pdf = a_sealed_sheet(authority, evidence=broken)

    with pytest.raises(NotGenuine) as refusal:
        examine(pdf, load_anchors(authority.certificate_pem.encode()))

    assert refusal.value.code == "evidence-altered"


@pytest.fixture
def files(sealed: Sealed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fiche.pdf").write_bytes(sealed.pdf)
    (tmp_path / "autorite.pem").write_text(sealed.authority_pem)
    (tmp_path / "autre.pem").write_text(an_authority("Autre").certificate_pem)
    (tmp_path / "depot.pdf").write_bytes(PROOF)
    (tmp_path / "depot-change.pdf").write_bytes(PROOF + b" ")
    (tmp_path / "alteree.pdf").write_bytes(flipped(sealed.pdf, 700, 0))
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["fiche.pdf", "--trust", "autorite.pem"], 0, "AUTHENTIQUE"),
        (["fiche.pdf", "--trust", "autre.pem", "--trust", "autorite.pem"], 0, "26-00001"),
        (["fiche.pdf", "--trust", "autre.pem"], 3, "ÉMETTEUR NON RECONNU"),
        (["fiche.pdf"], 3, "INTACT"),
        (["alteree.pdf", "--trust", "autorite.pem"], 1, "ALTÉRÉ"),
        (["absente.pdf", "--trust", "autorite.pem"], 2, "ILLISIBLE"),
        (["fiche.pdf", "--trust", "depot.pdf"], 2, "CERTIFICAT ILLISIBLE"),
        (
            ["fiche.pdf", "--trust", "autorite.pem", "--proof", "depot.pdf"],
            0,
            "PREUVE RECONNUE",
        ),
        (
            ["fiche.pdf", "--trust", "autorite.pem", "--proof", "depot-change.pdf"],
            1,
            "PREUVE INCONNUE",
        ),
        (["fiche.pdf", "--proof", "depot.pdf"], 3, "PREUVE RECONNUE"),
    ],
)
def test_the_command_says_in_french_what_it_found(
    files: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    found = verify.main(arguments)

    printed = capsys.readouterr()
    assert found == code
    assert said in printed.out + printed.err


def test_a_sheet_tells_its_place_in_the_accounts_chain(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verify.main(["fiche.pdf", "--trust", "autorite.pem"])

    printed = capsys.readouterr().out
    assert re.search(r"n° +7$", printed, re.MULTILINE)
    assert some_evidence().sha256 in printed  # what the next sheet must name
    assert "ab" * 32 in printed  # what the sheet before must print


def test_evidence_reads_back_what_it_wrote() -> None:
    evidence = some_evidence()

    assert Evidence.read(evidence.to_bytes()).head == evidence.head
