"""The proofs of the demonstration's agencies: specimens that say so."""

from collections.abc import Mapping
from typing import Any

from local.sandbox.sheet import Line, write


def attestation(agency: Mapping[str, Any], *, valid_until: str) -> bytes:
    """Return a specimen of a registration attestation, as PDF."""
    return write(
        "Attestation d'immatriculation (spécimen)",
        [
            Line("SPÉCIMEN DE DÉMONSTRATION", bold=True, size_pt=9),
            Line(""),
            Line("Attestation d'immatriculation", bold=True, size_pt=18),
            Line(""),
            Line("Le registre certifie que l'intermédiaire ci-dessous est immatriculé."),
            Line(""),
            Line(f"Dénomination : {agency['trade_name']}"),
            Line(f"Numéro : {agency['orias_number']}"),
            Line(f"SIREN : {agency['siret'][:9]}"),
            Line(f"Adresse : {agency['address']['street']}, {agency['address']['town']}"),
            Line(f"Valable jusqu'au {valid_until}", bold=True),
        ],
    )


def identity_document(agency: Mapping[str, Any]) -> bytes:
    """Return a specimen of an identity document, as PDF."""
    return write(
        "Pièce d'identité (spécimen)",
        [
            Line("SPÉCIMEN DE DÉMONSTRATION", bold=True, size_pt=9),
            Line(""),
            Line("Pièce d'identité du représentant légal", bold=True, size_pt=18),
            Line(""),
            Line(f"Nom : {agency['last_name']}"),
            Line(f"Prénom : {agency['first_name']}"),
        ],
    )
