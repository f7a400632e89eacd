"""Sender accounts at the operator, and the one-time codes that qualified mail asks for."""

import base64
import hashlib
import hmac
import json
import re
import secrets
from datetime import datetime, timedelta
from typing import Any, Final

from kit.clock import system_clock
from local.sandbox.operator.answers import OperatorRefusal, paris_text
from local.sandbox.operator.letters import FIRST_USER
from local.sandbox.store import Row, Store

REQUIRED: Final = (
    "firstname",
    "lastname",
    "email",
    "gender",
    "statut",
    "address1",
    "city",
    "zipcode",
    "country",
)
OPTIONAL: Final = (
    "address2",
    "company",
    "company_siret",
    "company_tva",
    "is_legal_entity",
    "notif_billing",
    "billing_email",
    "confirmed",
)
STATUTS: Final = frozenset({"particulier", "professionnel", "administration", "association"})
EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
CODE_STEP_S: Final = 30
SESSION: Final = timedelta(minutes=30)


class Users:
    """The operator's sender accounts."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, fields: dict[str, str]) -> dict[str, Any]:
        """Open an account. Raises ``OperatorRefusal``, ``user_already_exist`` among others."""
        missing = [name for name in REQUIRED if not fields.get(name)]
        if missing:
            raise OperatorRefusal("missing_" + missing[0], f"Champ manquant : {missing[0]}")
        if not EMAIL.fullmatch(fields["email"]):
            raise OperatorRefusal("invalid_email", "Adresse électronique invalide")
        if fields["statut"] not in STATUTS:
            raise OperatorRefusal("invalid_statut", "Statut inconnu")
        email = fields["email"].lower()
        if self._row("email", email) is not None:
            raise OperatorRefusal("user_already_exist", "Un compte existe déjà à cette adresse")
        kept = {name: fields.get(name, "") for name in (*REQUIRED, *OPTIONAL)}
        number = self._store.next_number("operator_user", FIRST_USER)
        secret = base64.b32encode(secrets.token_bytes(20)).decode()
        self._store.write(
            "INSERT INTO operator_user VALUES (?, ?, ?, ?, NULL, NULL)",
            (number, email, json.dumps(kept), secret),
        )
        return self.get(id_user=str(number))

    def get(self, *, id_user: str = "", email: str = "") -> dict[str, Any]:
        """Return an account by number or address. Raises ``OperatorRefusal``."""
        row = self._row("email", email.lower()) if email else self._row("id", id_user)
        if row is None:
            raise OperatorRefusal("user_not_exist", "Aucun compte ne correspond")
        fields = json.loads(row["fields"])
        name = fields["company"] or f"{fields['firstname']} {fields['lastname']}"
        return {"id": str(row["id"]), "name": name, **fields}

    def open_session(self, *, id_user: str, otp: str) -> dict[str, str]:
        """Trade a one-time code for the hash of qualified mail. Raises ``OperatorRefusal``."""
        self.get(id_user=id_user)
        row = self._row("id", id_user)
        now = system_clock()
        if row is None or otp not in accepted_codes(row["otp_secret"], now):
            raise OperatorRefusal("invalid_otp", "Code à usage unique invalide")
        proof, until = secrets.token_hex(32), now + SESSION
        self._store.write(
            "UPDATE operator_user SET otp_hash = ?, otp_hash_until = ? WHERE id = ?",
            (proof, until.isoformat(), id_user),
        )
        return {"hash": proof, "expiration_date": paris_text(until)}

    def check_session(self, *, id_user: str, proof: str) -> None:
        """Check the hash of a qualified sending. Raises ``OperatorRefusal``."""
        row = self._row("id", id_user)
        known = row is not None and row["otp_hash"] is not None
        if row is None or not known or not hmac.compare_digest(row["otp_hash"], proof):
            raise OperatorRefusal("invalid_auth_otp_hash", "Authentification forte requise")
        if datetime.fromisoformat(row["otp_hash_until"]) <= system_clock():
            raise OperatorRefusal("expired_auth_otp_hash", "Authentification forte expirée")

    def secrets(self) -> list[Row]:
        """Return the accounts with their code secrets, for the demonstration's own page."""
        return self._store.rows("SELECT id, email, otp_secret FROM operator_user ORDER BY id")

    def _row(self, column: str, value: str) -> Row | None:
        return self._store.row(f"SELECT * FROM operator_user WHERE {column} = ?", (value,))  # noqa: S608 - two literals


def accepted_codes(secret: str, now: datetime) -> set[str]:
    """Return the codes of this half-minute and its neighbours (TOTP, RFC 6238, six digits)."""
    step = int(now.timestamp()) // CODE_STEP_S
    return {code(secret, step + shift) for shift in (-1, 0, 1)}


def code(secret: str, step: int) -> str:
    """Return the one-time code of a step (HOTP, RFC 4226)."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1)
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 1_000_000:06d}"
