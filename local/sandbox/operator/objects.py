"""The mail object, field by field as the operator's clients read it."""

from typing import Any, Final

from local.sandbox.operator import proofs
from local.sandbox.operator.answers import paris_text
from local.sandbox.operator.letters import File, Letter, Letters, Status
from local.sandbox.operator.life import proof_url

PRICE_HT: Final = "3.99"
KILO: Final = 1024


def mail_object(letter: Letter, letters: Letters, base_url: str) -> dict[str, Any]:
    """Return a letter as ``GET mail/`` does: what is not there yet is an empty text."""
    fields = letter.fields
    content = f"{base_url}/ar24/get"
    return {
        "id": str(letter.id),
        "type": "lre",
        "status": letter.status,
        "from_name": fields["from_name"],
        "from_email": fields["from_email"],
        "address1": fields["address1"],
        "address2": fields["address2"],
        "city": fields["city"],
        "zipcode": fields["zipcode"],
        "to_name": letter.recipient_name,
        "to_firstname": fields["to_firstname"],
        "to_lastname": fields["to_lastname"],
        "to_company": fields["to_company"],
        "to_email": fields["to_email"],
        "dest_statut": fields["dest_statut"],
        "id_sender": str(letter.id_sender),
        "id_creator": str(letter.id_sender),
        "price_ht": PRICE_HT,
        "payment_slug": letter.product,
        "ref_dossier": fields["ref_dossier"],
        "ref_client": fields["ref_client"],
        "ref_facturation": fields["ref_facturation"],
        "date": paris_text(letter.created_at),
        "full_hash_sha256": letter.content_sha256,
        "send_fail": int(letter.status is Status.BOUNCED),
        "is_eidas": int(letter.is_eidas),
        "ts_ev_date": paris_text(letter.noticed_at),
        **_endings(letter),
        **_proof_urls(letter, letters, base_url),
        "pdf_content": f"{content}/content/{letter.id}?token={letter.proof_token}",
        "zip": f"{content}/zip/{letter.id}?token={letter.proof_token}",
        "req_notify_ev": 1,
        "req_notify_ar": 1,
        "req_notify_rf": 1,
        "req_notify_ng": 1,
        "attachments": [str(file.id) for file in letter.files],
        "attachments_details": [_attachment(file, letter, base_url) for file in letter.files],
        "update": [],
    }


def _endings(letter: Letter) -> dict[str, str]:
    names = {
        Status.ACCEPTED: "view_date",
        Status.NEGLECTED: "negligence_date",
        Status.REFUSED: "refused_date",
        Status.BOUNCED: "bounced_date",
    }
    return {
        name: paris_text(letter.decided_at) if status is letter.status else ""
        for status, name in names.items()
    }


def _proof_urls(letter: Letter, letters: Letters, base_url: str) -> dict[str, str]:
    return {
        f"proof_{kind}_url": proof_url(base_url, letter, kind)
        if letters.proof(letter.id, kind) is not None
        else ""
        for kind in proofs.KINDS.values()
    }


def _attachment(file: File, letter: Letter, base_url: str) -> dict[str, Any]:
    return {
        "id": str(file.id),
        "name": file.name,
        "sha1": file.sha1,
        "size": file.size,
        "human_size": f"{file.size / KILO:.1f} ko",
        "download_url": f"{base_url}/ar24/get/att/{letter.id}-{file.id}?token={letter.proof_token}",
    }
