"""Who may come through each route, and what its path names.

A route without a row fails, and so does a name in a path that is not said here.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from kit.clock import system_clock
from kit.days import paris_date


class Who(Enum):
    """For whom a route is."""

    ANYONE = "anyone"
    SOMEONE = "whoever is logged in"
    AGENT = "agents"
    STAFF = "the staff"
    PARTNER = "partners, by a signature or a secret of their own"
    LINK = "the bearer of a link"


ROUTES: Final[Mapping[str, Who]] = {
    # /v1
    "GET /v1/openapi.json": Who.ANYONE,
    "GET /v1/problems/{reason}": Who.ANYONE,
    "POST /v1/accounts": Who.ANYONE,
    "POST /v1/accounts/activation": Who.ANYONE,
    "POST /v1/accounts/activation-links": Who.ANYONE,
    "POST /v1/password-resets": Who.ANYONE,
    "POST /v1/passwords": Who.ANYONE,
    "POST /v1/sessions": Who.ANYONE,
    "GET /v1/prices": Who.ANYONE,
    "GET /v1/contract-types": Who.ANYONE,
    "GET /v1/grounds": Who.ANYONE,
    "GET /v1/forms": Who.ANYONE,
    "POST /v1/terminations/evaluate": Who.ANYONE,
    "POST /v1/legal/plan": Who.ANYONE,
    "POST /v1/legal/plans": Who.ANYONE,
    "DELETE /v1/sessions": Who.SOMEONE,
    "DELETE /v1/account/sessions": Who.SOMEONE,
    "GET /v1/recipients": Who.SOMEONE,
    "GET /v1/recipients/{recipient_id}": Who.SOMEONE,
    "GET /v1/account": Who.AGENT,
    "PUT /v1/account/contact": Who.AGENT,
    "GET /v1/account/standing": Who.AGENT,
    "GET /v1/account/proofs": Who.AGENT,
    "POST /v1/account/proofs": Who.AGENT,
    "GET /v1/account/proofs/{proof_id}/file": Who.AGENT,
    "GET /v1/credit": Who.AGENT,
    "POST /v1/credit/top-ups": Who.AGENT,
    "GET /v1/credit/top-ups": Who.AGENT,
    "GET /v1/credit/top-ups/{top_up_id}": Who.AGENT,
    "GET /v1/credit/top-ups/{top_up_id}/receipt": Who.AGENT,
    "GET /v1/credit/credit-notes/{number}": Who.AGENT,
    "GET /v1/credit/entries": Who.AGENT,
    "GET /v1/credit/statement.csv": Who.AGENT,
    "POST /v1/letters": Who.AGENT,
    "GET /v1/letters": Who.AGENT,
    "GET /v1/letters/{letter_id}": Who.AGENT,
    "POST /v1/letters/{letter_id}/next": Who.AGENT,
    "PUT /v1/letters/{letter_id}/policyholder": Who.AGENT,
    "PUT /v1/letters/{letter_id}/recipient": Who.AGENT,
    "POST /v1/letters/{letter_id}/contracts": Who.AGENT,
    "PUT /v1/letters/{letter_id}/contracts/{contract_id}": Who.AGENT,
    "DELETE /v1/letters/{letter_id}/contracts/{contract_id}": Who.AGENT,
    "PUT /v1/letters/{letter_id}/extras": Who.AGENT,
    "GET /v1/letters/{letter_id}/pdf": Who.AGENT,
    "GET /v1/letters/{letter_id}/mandate": Who.AGENT,
    "GET /v1/letters/{letter_id}/mandate/pdf": Who.AGENT,
    "POST /v1/letters/{letter_id}/mandate/scan": Who.AGENT,
    "GET /v1/letters/{letter_id}/mandate/scan": Who.AGENT,
    "POST /v1/letters/{letter_id}/mandate/validation": Who.AGENT,
    "POST /v1/letters/{letter_id}/mandate/opt-out": Who.AGENT,
    "DELETE /v1/letters/{letter_id}/mandate": Who.AGENT,
    "GET /v1/letters/{letter_id}/preflight": Who.AGENT,
    "POST /v1/letters/{letter_id}/plan": Who.AGENT,
    "POST /v1/letters/{letter_id}/sending": Who.AGENT,
    "GET /v1/letters/{letter_id}/sending": Who.AGENT,
    "PATCH /v1/letters/{letter_id}/sending": Who.AGENT,
    "DELETE /v1/letters/{letter_id}/sending": Who.AGENT,
    "GET /v1/letters/{letter_id}/sending/proofs/{kind}": Who.AGENT,
    "GET /v1/staff/reviews": Who.STAFF,
    "GET /v1/staff/reviews/{account_id}": Who.STAFF,
    "GET /v1/staff/reviews/{account_id}/proofs/{proof_id}/file": Who.STAFF,
    "POST /v1/staff/reviews/{account_id}/proofs/{proof_id}/acceptance": Who.STAFF,
    "POST /v1/staff/reviews/{account_id}/proofs/{proof_id}/rejection": Who.STAFF,
    "POST /v1/staff/accounts/{account_id}/registration-check": Who.STAFF,
    "DELETE /v1/staff/accounts/{account_id}/sessions": Who.STAFF,
    "POST /v1/staff/accounts/{account_id}/throttles/lifting": Who.STAFF,
    "POST /v1/staff/accounts/{account_id}/transfers": Who.STAFF,
    "GET /v1/staff/accounts/{account_id}/wallet": Who.STAFF,
    "POST /v1/staff/accounts/{account_id}/wallet/unfreezing": Who.STAFF,
    "GET /v1/staff/frozen-wallets": Who.STAFF,
    "GET /v1/staff/accounts": Who.STAFF,
    "GET /v1/staff/unknown-sendings": Who.STAFF,
    "POST /v1/staff/unknown-sendings/{sending_id}/accepted": Who.STAFF,
    "POST /v1/staff/unknown-sendings/{sending_id}/absent": Who.STAFF,
    # partners, and whoever asks whether we live
    "POST /hooks/stripe": Who.PARTNER,
    "POST /hooks/ar24/{secret}": Who.PARTNER,
    "GET /healthz": Who.ANYONE,
    # pages
    "GET /": Who.ANYONE,
    "GET /aide": Who.ANYONE,
    "GET /calculateur": Who.ANYONE,
    "POST /calculateur/tableau": Who.ANYONE,
    "GET /conditions": Who.ANYONE,
    "GET /confidentialite": Who.ANYONE,
    "GET /mentions-legales": Who.ANYONE,
    "GET /accessibilite": Who.ANYONE,
    "GET /contact": Who.ANYONE,
    "GET /robots.txt": Who.ANYONE,
    "GET /inscription": Who.ANYONE,
    "POST /inscription": Who.ANYONE,
    "GET /activation": Who.ANYONE,
    "POST /activation": Who.ANYONE,
    "GET /activation/{token}": Who.ANYONE,
    "POST /activation/{token}": Who.ANYONE,
    "GET /connexion": Who.ANYONE,
    "POST /connexion": Who.ANYONE,
    "POST /deconnexion": Who.ANYONE,
    "GET /mot-de-passe": Who.ANYONE,
    "POST /mot-de-passe": Who.ANYONE,
    "GET /mot-de-passe/{token}": Who.ANYONE,
    "POST /mot-de-passe/{token}": Who.ANYONE,
    "GET /tableau-de-bord": Who.AGENT,
    "GET /compte": Who.AGENT,
    "POST /compte": Who.AGENT,
    "GET /compte/justificatifs": Who.AGENT,
    "POST /compte/justificatifs/{kind}": Who.AGENT,
    "GET /compte/justificatifs/{proof_id}/fichier": Who.AGENT,
    "POST /compte/orias": Who.AGENT,
    "GET /compte/securite": Who.AGENT,
    "POST /compte/mot-de-passe": Who.AGENT,
    "POST /compte/sessions": Who.AGENT,
    "POST /compte/affichage": Who.AGENT,
    "GET /credit": Who.AGENT,
    "POST /credit": Who.AGENT,
    "GET /credit/abandon": Who.AGENT,
    "GET /credit/retour/{top_up_id}": Who.AGENT,
    "GET /facturation": Who.AGENT,
    "GET /facturation/recus/{top_up_id}": Who.AGENT,
    "GET /facturation/avoirs/{number}": Who.AGENT,
    "GET /facturation/releve.csv": Who.AGENT,
    "GET /resiliations": Who.AGENT,
    "GET /resiliations/nouvelle": Who.AGENT,
    "POST /resiliations/nouvelle": Who.AGENT,
    "GET /resiliations/{number}": Who.AGENT,
    "POST /resiliations/{number}/suite": Who.AGENT,
    "GET /resiliations/{number}/souscripteur": Who.AGENT,
    "POST /resiliations/{number}/souscripteur": Who.AGENT,
    "GET /resiliations/{number}/assureur": Who.AGENT,
    "POST /resiliations/{number}/assureur": Who.AGENT,
    "GET /resiliations/{number}/contrat": Who.AGENT,
    "POST /resiliations/{number}/contrat": Who.AGENT,
    "POST /resiliations/{number}/contrat/retirer": Who.AGENT,
    "GET /resiliations/{number}/lettre.pdf": Who.AGENT,
    "GET /resiliations/{number}/complements": Who.AGENT,
    "POST /resiliations/{number}/complements": Who.AGENT,
    "GET /resiliations/{number}/mandat": Who.AGENT,
    "GET /resiliations/{number}/mandat.pdf": Who.AGENT,
    "GET /resiliations/{number}/mandat/scan": Who.AGENT,
    "POST /resiliations/{number}/mandat/scan": Who.AGENT,
    "POST /resiliations/{number}/mandat/valider": Who.AGENT,
    "POST /resiliations/{number}/mandat/sans": Who.AGENT,
    "POST /resiliations/{number}/mandat/retirer": Who.AGENT,
    "GET /resiliations/{number}/finaliser": Who.AGENT,
    "POST /resiliations/{number}/finaliser": Who.AGENT,
    "GET /resiliations/{number}/suivi": Who.AGENT,
    "GET /resiliations/{number}/preuves/{kind}": Who.AGENT,
    "GET /resiliations/{number}/date": Who.AGENT,
    "POST /resiliations/{number}/date": Who.AGENT,
    "GET /resiliations/{number}/annuler": Who.AGENT,
    "POST /resiliations/{number}/annuler": Who.AGENT,
    "GET /equipe": Who.STAFF,
    "GET /equipe/verifications": Who.STAFF,
    "GET /equipe/verifications/{account_id}": Who.STAFF,
    "POST /equipe/verifications/{account_id}/{proof_id}": Who.STAFF,
    "POST /equipe/orias/{account_id}": Who.STAFF,
    "POST /equipe/comptes/{account_id}/sessions": Who.STAFF,
    "POST /equipe/comptes/{account_id}/essais": Who.STAFF,
    "GET /equipe/envois-inconnus": Who.STAFF,
    "POST /equipe/envois-inconnus/{sending_id}": Who.STAFF,
    "GET /equipe/comptes": Who.STAFF,
    "GET /equipe/credits": Who.STAFF,
    "GET /equipe/credits/{account_id}": Who.STAFF,
    "POST /equipe/credits/{account_id}/degel": Who.STAFF,
    "POST /equipe/credits/{account_id}/virements": Who.STAFF,
}
FILES: Final[Mapping[str, Who]] = {"GET /{token}": Who.LINK}

OF_AN_ACCOUNT: Final = {
    "letter_id", "number", "contract_id", "proof_id", "top_up_id", "sending_id", "account_id",
}  # fmt: skip
OF_NOBODY: Final = {"recipient_id", "reason", "kind", "token", "secret"}
"""The directory's bodies, words of closed lists, and what is its own proof."""

KINDS: Final = {
    "POST /compte/justificatifs/{kind}": "identity-document",
    "GET /resiliations/{number}/preuves/{kind}": "letter",
    "GET /v1/letters/{letter_id}/sending/proofs/{kind}": "letter",
}

_PERSON: Final = {
    "kind": "person",
    "persons": [{"title": "madame", "first_name": "Anne", "last_name": "Voisin"}],
    "address_lines": ["1 rue Haute"],
    "postcode": "38000",
    "town": "Grenoble",
    "emails": ["anne@voisin.example"],
}
_CONTRACT: Final = {"contract_type": "auto", "ground": "HAMON", "reference": "X-1", "fields": {}}
_NOW: Final = {"now": True}
_DAY: Final = paris_date(system_clock()).isoformat()
WARNING: Final = "the version that is shown"
BODIES: Final[Mapping[str, Any]] = {
    "POST /v1/letters/{letter_id}/next": {"ground": "RECLAMATION"},
    "PUT /v1/letters/{letter_id}/policyholder": _PERSON,
    "PUT /v1/letters/{letter_id}/recipient": {
        "recipient_id": "01900000-0000-7000-8000-000000000071"
    },
    "POST /v1/letters/{letter_id}/contracts": _CONTRACT,
    "PUT /v1/letters/{letter_id}/contracts/{contract_id}": _CONTRACT,
    "PUT /v1/letters/{letter_id}/extras": {"free_text": "x"},
    "POST /v1/letters/{letter_id}/mandate/scan": b"%PDF-1.7",
    "POST /v1/letters/{letter_id}/mandate/validation": {"sha256": "0" * 64},
    "POST /v1/letters/{letter_id}/mandate/opt-out": {"warning_version": WARNING},
    "POST /v1/letters/{letter_id}/plan": {"mail_kind": "simple", "timing": _NOW},
    "POST /v1/letters/{letter_id}/sending": {
        "mail_kind": "simple",
        "timing": _NOW,
        "confirmed_send_day": _DAY,
        "confirmed_last_covered_day": _DAY,
        "confirmed_new_start": _DAY,
        "expected_gross_cents": 1,
    },
    "PATCH /v1/letters/{letter_id}/sending": {"send_day": _DAY},
    "PUT /v1/account/contact": {"email": "x@essai.example", "phone": "04 65 71 12 34"},
    "POST /v1/account/proofs": b"%PDF-1.7",
    "POST /v1/credit/top-ups": {"amount_cents": 5000},
}
"""What must be sent for a request to be read as far as who asks, and the thing it names."""
QUERIES: Final[Mapping[str, str]] = {
    "POST /v1/account/proofs": "kind=identity_document",
    "GET /v1/credit/statement.csv": f"first={_DAY}&last={_DAY}",
}
