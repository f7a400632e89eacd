"""`preavis verify` and `preavis legal check`: any file gets a verdict, never a traceback."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest
from asn1crypto import x509
from hypothesis import given

from cli import verify
from cli.legal import command
from cli.seal_check import examine, load_anchors
from cli.seal_refusals import NotGenuine
from services.dispatch.domain.evidence import Evidence, EvidenceAltered
from services.dispatch.tests.seals import a_sealed_sheet, a_small_pdf, an_authority, some_evidence
from tests.house.source import ROOT
from tests.prove.fuzz.cases import fuzzed
from tests.prove.fuzz.spoiling import spoilt
from tests.prove.fuzz.values import anything_like, json_values

pytestmark = pytest.mark.slow

AUTHORITY: Final = an_authority()
ANCHORS: Final[list[x509.Certificate]] = load_anchors(AUTHORITY.certificate_pem.encode())
SHEET: Final = a_sealed_sheet(AUTHORITY)
EVIDENCE: Final = some_evidence().to_bytes()
VECTORS: Final[list[dict[str, Any]]] = json.loads(
    (ROOT / "docs/law/legal-vectors.json").read_text("utf-8")
)["vectors"]
WORDS: Final = (
    b"/ByteRange [0 1 2 3]", b"/ByteRange [0 99999999999 1 1]", b"<", b">", b"3080", b"308006",
    b"\0", b"%%EOF", b"/Type /Sig", b"startxref\n0\n%%EOF", b"/Prev 0", b"<< /Length 99999999 >>",
    b"[" * 3000,
)  # fmt: skip


@given(pdf=spoilt([SHEET, a_small_pdf()], WORDS))
@fuzzed(120)
def test_any_file_is_the_sheet_or_not_genuine(pdf: bytes) -> None:
    with suppress(NotGenuine):
        examine(pdf, ANCHORS)
        assert pdf == SHEET


@given(
    bundle=spoilt([AUTHORITY.certificate_pem.encode()], [b"-----BEGIN CERTIFICATE-----", b"\x30"])
)
@fuzzed(40)
def test_any_bundle_holds_certificates_or_none(bundle: bytes) -> None:
    try:
        anchors = load_anchors(bundle)
    except ValueError:
        return

    with suppress(NotGenuine):
        examine(SHEET, anchors)


@given(data=spoilt([EVIDENCE], [b"[" * 5000, b"9" * 5000, b"NaN", b"1.0", b"\\ud800", b'"at":"']))
@fuzzed(200)
def test_any_evidence_is_canonical_or_altered(data: bytes) -> None:
    with suppress(EvidenceAltered):
        assert Evidence.read(data).to_bytes() == data


@given(evidence=anything_like(json.loads(EVIDENCE), ["\ud800", "2027-01-13", ""]))
@fuzzed(200)
def test_any_json_is_evidence_or_altered(evidence: object) -> None:
    with suppress(EvidenceAltered):
        Evidence.read(json.dumps(evidence, sort_keys=True, separators=(",", ":")).encode())


@given(file=anything_like({"vectors": VECTORS[::9]}, ["RIA", "auto", "2027-02-30"]) | json_values())
@fuzzed(150)
def test_any_vectors_pass_fail_or_are_unreadable(
    file: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert checked(json.dumps(file).encode(), tmp_path_factory.getbasetemp()) in {0, 1, 2}


@given(data=spoilt([json.dumps({"vectors": VECTORS[:1]}).encode()], [b"[" * 5000, b"\xff", b"NaN"]))
@fuzzed(100)
def test_any_bytes_pass_fail_or_are_unreadable(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert checked(data, tmp_path_factory.getbasetemp()) in {0, 1, 2}


def checked(data: bytes, folder: Path) -> int:
    path = folder / "vectors.json"
    path.write_bytes(data)
    return command.main(["check", str(path)])


@pytest.mark.parametrize("name", ["folder", "absent"])
def test_what_is_no_file_is_told(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()

    assert verify.main([str(tmp_path / name)]) == verify.WRONG_USE
    assert command.main(["check", str(tmp_path / name)]) == 2
