"""``preavis verify FILE``: says offline whether an evidence sheet is exactly what was sealed.

Exit codes: 0 genuine; 1 altered, not sealed, or a proof that the sheet does not know; 2 wrong use
or unreadable file; 3 intact, but no given certificate vouches for the issuer.
"""

import argparse
import hashlib
import logging
import sys
import tomllib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from asn1crypto import x509

from cli.seal_check import SealedSheet, examine, load_anchors
from cli.seal_refusals import NotGenuine
from kit import french
from kit.days import paris_date

GENUINE, NOT_GENUINE, WRONG_USE, UNKNOWN_ISSUER = 0, 1, 2, 3
WORDS: Final = Path(__file__).with_name("verify.toml")


def main(arguments: Sequence[str] | None = None) -> int:
    """Check a file, print the verdict in French, and return the exit code."""
    chosen = _parser().parse_args(arguments)
    words = tomllib.loads(WORDS.read_text("utf-8"))
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # the verdict says it in French
    logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)
    pdf = _bytes_of(chosen.file, words)
    anchors = _anchors(chosen.trust, words)
    if pdf is None or anchors is None:
        return WRONG_USE
    try:
        sheet = examine(pdf, anchors)
    except NotGenuine as refusal:
        print(words["not_genuine"][refusal.code])
        return NOT_GENUINE
    code = _say_verdict(sheet, words)
    if chosen.proof:
        return _say_proof(sheet, chosen.proof, words) or code
    return code


def _say_verdict(sheet: SealedSheet, words: dict[str, Any]) -> int:
    verdict = words["genuine" if sheet.issuer_trusted else "unknown_issuer"]
    print(french.typography(verdict.format(sealed_by=sheet.sealed_by)))
    evidence = sheet.evidence
    facts = {
        "letter": evidence.letter.get("number", ""),
        "sealed_by": sheet.sealed_by,
        "time_stamped_at": _instant(sheet.time_stamped_at),
        "time_stamped_by": sheet.time_stamped_by,
        "events": str(len(evidence.events)),
        "proofs": str(len(evidence.proofs)),
        "head": evidence.head,
        "sheet": evidence.letter.get("sheet_number", ""),
        "evidence": evidence.sha256,
        "previous": evidence.letter.get("previous_evidence_sha256", ""),
        "sha256": sheet.sha256,
    }
    width = max(len(words["facts"][name]) for name in facts)
    for name, value in facts.items():
        print(f"  {words['facts'][name]:<{width}}  {value}")
    return GENUINE if sheet.issuer_trusted else UNKNOWN_ISSUER


def _say_proof(sheet: SealedSheet, path: Path, words: dict[str, Any]) -> int:
    """Tell whether a file is one of the proofs the sheet recorded; 0 when it is."""
    data = _bytes_of(path, words)
    if data is None:
        return WRONG_USE
    digest = hashlib.sha256(data).hexdigest()
    for proof in sheet.evidence.proofs:
        if proof.sha256 == digest:
            said = words["proof_matches"].format(
                path=path,
                kind=words["kinds"].get(proof.kind, proof.kind),
                fetched_at=_instant(proof.fetched_at),
            )
            print(french.typography(said))
            return GENUINE
    print(words["proof_unknown"].format(path=path))
    return NOT_GENUINE


def _bytes_of(path: Path, words: dict[str, Any]) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        print(words["unreadable"].format(path=path), file=sys.stderr)
        return None


def _anchors(paths: Sequence[Path], words: dict[str, Any]) -> list[x509.Certificate] | None:
    found: list[x509.Certificate] = []
    for path in paths:
        try:
            found += load_anchors(path.read_bytes())
        except (OSError, ValueError):
            print(words["trust_unreadable"].format(path=path), file=sys.stderr)
            return None
    return found


def _instant(at: datetime) -> str:
    return f"{french.plain_day(paris_date(at))}, {french.instant_hm(at)} (heure de Paris)"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="preavis verify", description="Vérifie hors ligne une fiche de preuve scellée."
    )
    parser.add_argument("file", type=Path, help="la fiche de preuve (PDF)")
    parser.add_argument(
        "--trust",
        type=Path,
        action="append",
        default=[],
        metavar="CERT.pem",
        help="certificats des autorités de confiance (sceau et horodatage) ; peut être répété",
    )
    parser.add_argument(
        "--proof",
        type=Path,
        metavar="PREUVE.pdf",
        help="une preuve de l’opérateur, à comparer à celles que la fiche a enregistrées",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
