"""Who may use a ground, who may send, what one letter may hold: the document's tables, again."""

from collections.abc import Mapping
from typing import Any

from tests.prove.law.wanting import OneOf

Told = dict[str, Any]

TABLE = """
auto                         N/L law      N   HAMON
moto                         N/L law      N   HAMON
scooter                      N/L law      N   HAMON
camping_car                  N/L law      N   HAMON
flotte                       L   law      no  no
navigation_plaisance         N/L law      N   no
habitation_locataire         N   law      N   HAMON
habitation_proprietaire      N   law      N   HAMON
copropriete_lot              N   law      N   HAMON
pno                          N/L law      N   HAMON
copropriete_syndicat         L   law      no  no
sante_individuelle           N   law      N   RIA
sante_collective_obligatoire L   law      no  RIA
sante_collective_facultative N/L law      no  RIA
gav                          N   law      N   no
scolaire                     N   law      N   no
protection_juridique         N   law      N   no
animaux                      N   law      N   no
chasse                       N   law      N   no
mobile                       N   law      N   HAMON
affinitaire                  N   law      N   HAMON
extension_garantie           N   law      N   HAMON
voyage_annuel                N   law      N   HAMON
voyage_temporaire            N   fixed    no  no
emprunteur_conso             N/L law      N   no
assurance_vie                N   excluded no  no
capitalisation               N   excluded no  no
per                          N   excluded no  no
multirisque_pro              L   law      no  no
rc_pro                       L   law      no  no
decennale                    L   law      no  no
dommages_ouvrage             L   law      no  no
cyber                        L   law      no  no
homme_cle                    L   law      no  no
"""
"""Type, who may hold it, its anniversary, its renewal notice, its end at any time.

Left out, because the document leaves them to the contract or to a condition that the question
does not carry: prevoyance, emprunteur, emprunteur_pro, dependance, obseques, deces, autre.
"""
ROWS = {row.split()[0]: row.split()[1:] for row in TABLE.strip().splitlines()}
VEHICLES = frozenset({"auto", "moto", "scooter", "camping_car"})
"""Those of L. 211-1."""
GROUPS = frozenset({"sante_collective_obligatoire", "sante_collective_facultative"})
LIFE = frozenset({"assurance_vie", "capitalisation", "per"})
YES: Told = {"ok": True, "refusal": None}


def _no(*refusals: object) -> Told:
    return {"ok": False, "refusal": refusals[0] if len(refusals) == 1 else OneOf(*refusals)}


def eligibility(inputs: Mapping[str, Any], ground: str, of: str) -> Told:
    """Read the tables of sections 1, 3.1 and 4."""
    is_company = inputs.get("subscriber", "NATURAL_PERSON") == "LEGAL_PERSON"
    requester = inputs.get("requester", "POLICYHOLDER")
    if ground == "RENONCIATION":
        return _withdrawal(inputs, of, is_company=is_company)
    if ground == "RIA":
        return _health(of, requester, inputs.get("distinct_from_mandatory_contract", True))
    _, anniversary, notice, any_time = ROWS[of]
    if ground == "ECHEANCE":
        return _anniversary(anniversary, of, requester)
    open_to = {"CHATEL": notice == "N", "HAMON": any_time == "HAMON"}[ground]
    if not open_to:
        return _no("CONTRACT_OUT_OF_SCOPE", "LIFE_EXCLUDED", "NATURAL_PERSON_ONLY")
    return _no("NATURAL_PERSON_ONLY") if is_company else YES


def _anniversary(by: str, of: str, requester: str) -> Told:
    if by == "excluded":
        return _no("LIFE_EXCLUDED")
    if by == "fixed":
        return _no("CONTRACT_OUT_OF_SCOPE")
    if requester == "EMPLOYEE" and of == "sante_collective_obligatoire":
        return _no("MANDATORY_MEMBERSHIP", "NO_CAPACITY")
    return _no("NO_CAPACITY") if requester == "DEPENDANT" else YES


def _health(of: str, requester: str, distinct: bool) -> Told:
    """Section 3.1 of the guide: subscriber, employer, member; neither dependant nor employee."""
    if ROWS[of][3] != "RIA":
        return _no("CONTRACT_OUT_OF_SCOPE", "LIFE_EXCLUDED", "NO_CAPACITY")
    if requester == "DEPENDANT":
        return _no("NO_CAPACITY")
    if of == "sante_collective_obligatoire" and requester in {"EMPLOYEE", "MEMBER"}:
        return _no("MANDATORY_MEMBERSHIP", "NO_CAPACITY")
    if requester == "EMPLOYEE" and not distinct:
        return _no("CONTRACT_OUT_OF_SCOPE")
    return YES


ANCILLARY = frozenset({"mobile", "affinitaire", "extension_garantie", "voyage_annuel"})
_HOMES = frozenset({"habitation_locataire", "habitation_proprietaire"})
_OWN = frozenset({"gav", "protection_juridique", "animaux", "scolaire", "sante_individuelle"})
FOURTEEN = ANCILLARY | _HOMES | _OWN
"""Doorstep and distance alike, in the table of section 4."""
A_MONTH, TWO_MONTHS = 31, 62


def _withdrawal(inputs: Mapping[str, Any], of: str, *, is_company: bool) -> Told:
    """Read the table of section 4, row by row."""
    regime = inputs["regime"]
    if is_company:
        return _no("NATURAL_PERSON_ONLY", "CONTRACT_OUT_OF_SCOPE", "EXCLUDED_L211_1")
    if regime == "DISTANCE_14" and of in VEHICLES:
        return _no("EXCLUDED_L211_1")
    is_short = (inputs.get("duration_days") or A_MONTH + 1) <= A_MONTH
    if is_short and regime in {"DOORSTEP_14", "DISTANCE_14"}:
        return _no("EXCLUDED_SHORT_TRAVEL")
    if regime == "LIFE_30":
        return _undone_life(inputs, of)
    if regime == "AFFINITY_30":
        return YES if of in ANCILLARY else _no("CONTRACT_OUT_OF_SCOPE")
    return YES


def _undone_life(inputs: Mapping[str, Any], of: str) -> Told:
    """Leave out what is no life insurance, and what lasts two months or less."""
    if of not in LIFE:
        return _no("CONTRACT_OUT_OF_SCOPE")
    is_brief = (inputs.get("duration_days") or TWO_MONTHS + 1) <= TWO_MONTHS
    return {"ok": False} if is_brief else YES


def sender_check(inputs: Mapping[str, Any], ground: str, of: str) -> Told:
    """Read the sender column of the catalogue and the bans of section 6."""
    if not inputs.get("orias_certificate_valid", True):
        return _no("PROFESSIONAL_PROOF_MISSING")
    if inputs["sender_mode"] == "PLATFORM":
        return _platform(ground, of)
    if ground.startswith("EMPRUNTEUR"):
        return {**YES, "allowed_mail": ["LRE_AR", "PAPER_AR"]}
    if inputs.get("regime") in {"DOORSTEP_14", "LIFE_30"}:
        return {**YES, "allowed_mail": ["LRE_AR"]}
    return {**YES, "allowed_mail": ["LRE_SIMPLE", "LRE_AR"]}


def _platform(ground: str, of: str) -> Told:
    if ground.startswith("EMPRUNTEUR"):
        return {"ok": False}
    tenant_or_motor = of in VEHICLES or of == "habitation_locataire"
    if ground == "RIA" or (ground == "HAMON" and tenant_or_motor):
        return _no("PLATFORM_NOT_INSURER")
    return {**YES, "allowed_mail": ["LRE_AR"]}


def letter_compat(inputs: Mapping[str, Any], _ground: str, _of: str) -> Told:
    """Allow one letter for one subscriber, one recipient, one ground and one effect date."""
    wrong = [
        refusal
        for refusal, same in (
            ("GROUNDS_DIFFER", len({one["ground"] for one in inputs["contracts"]}) == 1),
            ("SUBSCRIBERS_DIFFER", inputs.get("same_subscriber", True)),
            ("RECIPIENTS_DIFFER", inputs.get("same_recipient", True)),
            ("EFFECT_DATES_DIFFER", inputs.get("same_new_start", True)),
        )
        if not same
    ]
    return _no(*wrong) if wrong else YES
