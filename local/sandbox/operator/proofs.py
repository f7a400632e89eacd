"""The operator's proofs: deposit, acceptance, refusal, non-claim, failed notice. Demonstrations."""

from datetime import datetime
from typing import Final

from kit.days import PARIS
from local.sandbox.operator.letters import Letter, Product, Status
from local.sandbox.sheet import Line, write

DEPOSIT: Final = "ev"
KINDS: Final = {
    Status.SENT: DEPOSIT,
    Status.ACCEPTED: "ar",
    Status.REFUSED: "rf",
    Status.NEGLECTED: "ng",
    Status.BOUNCED: "bc",
}
BANNER: Final = (
    "ENVIRONNEMENT DE DÉMONSTRATION – envoi recommandé simple non qualifié – sans valeur légale"
)
FOOT: Final = (
    "Document produit par l'opérateur de démonstration. Horodatage et scellement de démonstration,"
    " non qualifiés au sens du règlement (UE) n° 910/2014. Rien n'a été remis à personne."
)
TITLES: Final = {
    Status.SENT: "Preuve de dépôt",
    Status.ACCEPTED: "Preuve de réception et d'acceptation",
    Status.REFUSED: "Preuve de refus",
    Status.NEGLECTED: "Preuve de non-réclamation (négligence)",
    Status.BOUNCED: "Attestation d'échec de notification",
}
SENTENCES: Final = {
    Status.SENT: "Le destinataire a été informé qu'un envoi l'attend, sans connaître l'expéditeur.",
    Status.ACCEPTED: "Le destinataire, identifié par un code à usage unique, a accepté l'envoi.",
    Status.REFUSED: "Le destinataire, identifié par un code à usage unique, a refusé l'envoi.",
    Status.NEGLECTED: "Quinze jours ont passé depuis le lendemain de l'avis, sans réponse.",
    Status.BOUNCED: "Le serveur du destinataire a rejeté l'avis : l'adresse n'existe pas.",
}
COLLECTED: Final = ("Attestation de relève", "Le destinataire a relevé l'envoi.")


def proof(letter: Letter, status: Status) -> bytes:
    """Return the PDF that proves a move of this letter; the letter already stands after it."""
    title, sentence = TITLES[status], SENTENCES[status]
    if status is Status.ACCEPTED and letter.product is Product.SIMPLE:
        title, sentence = COLLECTED
    fields = letter.fields
    moment = letter.noticed_at if status is Status.SENT else letter.decided_at
    lines = [
        Line(BANNER, bold=True, size_pt=9),
        Line(""),
        Line(title, bold=True, size_pt=18),
        Line(""),
        Line(f"Numéro de l'envoi : {letter.reference} (identifiant {letter.id})", bold=True),
        Line(f"Votre dossier : {fields['ref_dossier'] or 'non précisé'}"),
        Line(""),
        Line("Expéditeur", bold=True),
        Line(f"{fields['from_name']}, {fields['from_email']}"),
        Line("Destinataire", bold=True),
        Line(f"{letter.recipient_name}, {fields['to_email']}"),
        Line(""),
        Line(f"Dépôt : {_moment(letter.noticed_at)}"),
        Line(f"Événement : {_moment(moment)}"),
        Line(sentence),
        *_window(letter, status),
        Line(""),
        Line("Contenu", bold=True),
        *(Line(f"{each.name}, {each.size} octets, SHA-256 {each.sha256}") for each in letter.files),
        Line(f"Empreinte de l'ensemble, SHA-256 {letter.content_sha256}"),
        Line(""),
        Line(FOOT, size_pt=9),
    ]
    return write(f"{title} {letter.reference} (démonstration)", lines)


def _window(letter: Letter, status: Status) -> list[Line]:
    if status is not Status.SENT or letter.closes_at is None:
        return []
    return [Line(f"Il peut accepter ou refuser avant le {_moment(letter.closes_at)}.")]


def _moment(instant: datetime | None) -> str:
    if instant is None:
        return "aucun"
    local = instant.astimezone(PARIS)
    return local.strftime("%d/%m/%Y à %H:%M:%S (UTC%z)")
