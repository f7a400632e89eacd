"""The sample letter: its dates, its mandate, its sending."""

from typing import Any

from preavis.dispatch.v1 import dispatch_pb2
from preavis.letters.v1 import letters_pb2
from preavis.signature.v1 import signature_pb2
from services.gateway.tests.pages.sample import PROFILE_ID, at

LETTER_ID = "01900000-0000-7000-8000-0000000000e1"
SENDING_ID = "01900000-0000-7000-8000-0000000000f1"
NUMBER = "26-04833"


def article(number: str = "L. 221-10-2", code: str = "code de la mutualité") -> letters_pb2.Article:
    return letters_pb2.Article(
        number=number,
        code=code,
        citation=f"article {number} du {code}",
        paraphrase="Après un an d’adhésion, le membre peut résilier à tout moment et sans frais.",
        in_force_since="2020-12-01",
    )


def termination_plan(**more: Any) -> letters_pb2.TerminationPlan:
    known: dict[str, Any] = {
        "evaluation": evaluation(),
        "ends_from": "2026-12-24",
        "cover": letters_pb2.CoverBetween(
            kind=letters_pb2.CoverBetween.KIND_GAP,
            days=1,
            first_day="2026-12-31",
            last_day="2026-12-31",
            premium_cents=329,
            sentences=["Si l’ancien organisme refuse la tolérance : un jour sans couverture."],
            articles=[article()],
        ),
        "refund": letters_pb2.PremiumRefund(
            refunded_days=31,
            period_days=365,
            amount_cents=10192,
            sentence="Prime payée d’avance : 101,92 € à rendre.",
        ),
    }
    return letters_pb2.TerminationPlan(**(known | more))


def planned_rows(request: letters_pb2.PlanTerminationsRequest) -> Any:
    row = letters_pb2.PlannedRow(send_day="2026-11-29")
    return letters_pb2.PlanTerminationsResponse(rows=[row] * len(request.rows))


def evaluation(**more: Any) -> letters_pb2.Evaluation:
    step = letters_pb2.Step
    known: dict[str, Any] = {
        "ok": True,
        "send_day": "2026-11-29",
        "earliest_send_day": "2026-11-23",
        "latest_safe_send_day": "2026-11-29",
        "latest_send_day": "2026-12-02",
        "presumed_receipt_day": "2026-11-30",
        "last_covered_day": "2026-12-31",
        "new_start": "2027-01-01",
        "wanted_new_start": "2027-01-01",
        "earliest_new_start": "2026-12-25",
        "planned_from_new_start": True,
        "gap_days": 1,
        "steps": [
            step(
                kind=step.KIND_SEND,
                label="Envoi de la lettre",
                day="2026-11-29",
                sentence="La date la plus tardive qui laisse un mois entier après la réception.",
            ),
            step(
                kind=step.KIND_RECEIPT,
                label="Réception présumée",
                day="2026-11-30",
                sentence="La loi la fixe au lendemain de l’envoi, même un jour férié.",
                articles=[article("R. 221-6")],
            ),
            step(
                kind=step.KIND_END,
                label="Fin de l’ancien contrat",
                day="2026-12-31",
                hour="à 24 h 00",
                sentence="Un mois donne le 30 décembre. Un jour d’écart, toléré.",
                articles=[article()],
            ),
            step(
                kind=step.KIND_START,
                label="Début du nouveau contrat",
                day="2027-01-01",
                hour="à 00 h 00",
                sentence="Aucun jour sans couverture, aucun jour payé deux fois.",
            ),
        ],
        "warnings": [
            letters_pb2.Warning(
                code="relies-on-tolerance",
                sentence="Le 1er janvier repose sur un accord entre assureurs.",
            )
        ],
        "legal_basis": [article()],
        "neighbours": [
            letters_pb2.Neighbour(
                new_start="2026-12-31",
                send_day="2026-11-29",
                last_covered_day="2026-12-30",
                exact=True,
            ),
            letters_pb2.Neighbour(
                new_start="2027-01-02",
                send_day="2026-11-30",
                last_covered_day="2027-01-01",
                exact=True,
            ),
        ],
    }
    return letters_pb2.Evaluation(**(known | more))


def refused_evaluation() -> letters_pb2.Evaluation:
    return evaluation(
        ok=False,
        steps=[],
        warnings=[],
        refusal=letters_pb2.Refusal(
            reason="too-late",
            sentence="Trop tard pour le 1er janvier 2027.",
            nearest_possible_day="2027-01-08",
            nearest_is_new_start=True,
            articles=[article()],
        ),
    )


def policyholder() -> letters_pb2.Policyholder:
    return letters_pb2.Policyholder(
        kind=letters_pb2.POLICYHOLDER_KIND_PERSON,
        persons=[
            letters_pb2.Person(
                title=letters_pb2.TITLE_MADAME,
                first_name="Hélène",
                last_name="Marchetti",
                birth_name="Vasseur",
                birth_day="1984-03-14",
            )
        ],
        address_lines=["8 rue du Vieux-Temple"],
        postcode="38000",
        town="Grenoble",
        emails=["h.marchetti@mail.example"],
        client_reference="MARCH-2211",
    )


def tracking(state: int = letters_pb2.TRACKING_STATE_NOT_SENT, **more: Any) -> letters_pb2.Tracking:
    return letters_pb2.Tracking(
        state=letters_pb2.TrackingState.ValueType(state), may_be_finalised=True, **more
    )


def letter(**more: Any) -> letters_pb2.Letter:
    known: dict[str, Any] = {
        "letter_id": LETTER_ID,
        "number": NUMBER,
        "version": 7,
        "state": letters_pb2.LETTER_STATE_COMPLETE,
        "author": letters_pb2.Author(profile_id=PROFILE_ID, name="Camille Roux"),
        "policyholder": policyholder(),
        "recipient": letters_pb2.LetterRecipient(
            recipient_id="01900000-0000-7000-8000-000000000071",
            name="Mutuelle Val d’Ambre",
            code_family=letters_pb2.CODE_FAMILY_MUTUALITE,
            electronic_address="resiliations@val-ambre.example",
        ),
        "contracts": [
            letters_pb2.Contract(
                contract_id="01900000-0000-7000-8000-0000000000c1",
                contract_type="sante_individuelle",
                contract_type_label="Complémentaire santé individuelle",
                ground="RIA",
                ground_label="Résiliation infra-annuelle santé (RIA)",
                reference="VA-88-204417",
                fields={
                    "first_subscription": "2022-02-01",
                    "wanted_new_start": "2027-01-01",
                    "new_insurer_name": "Solenne Mutuelle",
                },
            )
        ],
        "extras": letters_pb2.Extras(client_reference="MARCH-2211"),
        "tracking": tracking(),
        "created_at": at("2026-11-23T13:30"),
        "updated_at": at("2026-11-23T13:46"),
        "ground": "RIA",
        "ground_label": "Résiliation infra-annuelle santé (RIA)",
        "new_insurer_name": "Solenne Mutuelle",
        "wanted_new_start": "2027-01-01",
    }
    return letters_pb2.Letter(**(known | more))


def row(number: str, names: str, where: int, **more: Any) -> letters_pb2.LetterRow:
    known: dict[str, Any] = {
        "letter_id": LETTER_ID,
        "number": number,
        "policyholder": names,
        "last_covered_day": "2026-12-31",
        "contract_references": ["VA-88-204417"],
        "contract_type_labels": ["Complémentaire santé individuelle"],
        "ground": "RIA",
        "ground_label": "RIA",
        "recipient": "Mutuelle Val d’Ambre",
        "state": letters_pb2.LETTER_STATE_FROZEN,
        "tracking": letters_pb2.Tracking(
            state=letters_pb2.TrackingState.ValueType(where),
            send_day="2026-11-29",
            closes_on="2026-12-15",
            deposited_at=at("2026-11-29T07:00"),
            changed_at=at("2026-11-30T08:12"),
            received_at=at("2026-11-30T08:12"),
        ),
        "author": letters_pb2.Author(profile_id=PROFILE_ID, name="Camille Roux"),
        "updated_at": at("2026-11-23T13:46"),
    }
    return letters_pb2.LetterRow(**(known | more))


def rows() -> list[letters_pb2.LetterRow]:
    t = letters_pb2
    draft = {
        "state": t.LETTER_STATE_DRAFT,
        "last_covered_day": "",
        "tracking": t.Tracking(state=t.TRACKING_STATE_NOT_SENT),
        "waits_for_user": True,
    }
    return [
        row(
            "26-04833",
            "Mme Hélène Marchetti",
            t.TRACKING_STATE_NOT_SENT,
            **(draft | {"state": t.LETTER_STATE_COMPLETE}),
        ),
        row("26-04832", "M. Karim Benhaddou", t.TRACKING_STATE_NOT_SENT, **draft),
        row(
            "26-04830",
            "Menuiserie Aubertin",
            t.TRACKING_STATE_SCHEDULED,
            tracking=t.Tracking(state=t.TRACKING_STATE_SCHEDULED, send_day="2026-11-25"),
        ),
        row("26-04825", "Mme Jeanne Le Quellec", t.TRACKING_STATE_IN_TRANSIT),
        row("26-04821", "M. Thomas Ferrand", t.TRACKING_STATE_DEPOSITED),
        row("26-04816", "Mme Lucie Armand", t.TRACKING_STATE_SIGNED),
        row("26-04809", "SCI du Clos-Vert", t.TRACKING_STATE_COLLECTED),
        row("26-04795", "Mme Nadège Okou", t.TRACKING_STATE_REFUSED, waits_for_user=True),
        row("26-04788", "M. Pierre-Yves Lhomme", t.TRACKING_STATE_CANCELLED),
        row("26-04771", "Mme Claire Donnadieu", t.TRACKING_STATE_UNCLAIMED, waits_for_user=True),
    ]


def mandate(
    decision: int = signature_pb2.MANDATE_DECISION_NONE,
) -> signature_pb2.GetMandateResponse:
    return signature_pb2.GetMandateResponse(
        mandate=signature_pb2.Mandate(
            letter_id=LETTER_ID,
            decision=signature_pb2.MandateDecision.ValueType(decision),
            still_matches=True,
            scan=signature_pb2.Scan(
                sha256="ab" * 32,
                filename="mandat-signe.pdf",
                format=signature_pb2.SCAN_FORMAT_PDF,
                page_count=1,
            ),
            decided_at=at("2026-11-23T13:50"),
            decided_by="Camille Roux",
        ),
        warning=signature_pb2.OptOutWarning(
            version="2026-11",
            text="L’ancien organisme peut vous réclamer le mandat : conservez-le.",
        ),
    )


def preflight(*, ready: bool = False, available: int = 12_840) -> dispatch_pb2.PreflightResponse:
    action = dispatch_pb2.Action
    return dispatch_pb2.PreflightResponse(
        actions=[
            action(code="complete-letter", done=True),
            action(code="decide-mandate", done=ready),
            action(code="prove-profession", done=True),
            action(code="prove-identity", done=True),
            action(code="credit-wallet", done=True, facts={"missing_cents": "0"}),
        ],
        ready=ready,
        prices=[
            dispatch_pb2.Price(
                mail_kind=letters_pb2.MAIL_KIND_SIMPLE,
                net_cents=300,
                vat_cents=60,
                gross_cents=360,
                vat_rate_bp=2000,
                allowed=True,
            ),
            dispatch_pb2.Price(
                mail_kind=letters_pb2.MAIL_KIND_ACKNOWLEDGED,
                net_cents=450,
                vat_cents=90,
                gross_cents=540,
                vat_rate_bp=2000,
                allowed=True,
            ),
        ],
        available_cents=available,
    )


def plan() -> dispatch_pb2.Plan:
    return dispatch_pb2.Plan(
        evaluation=evaluation(),
        send_day="2026-11-29",
        cutoff=at("2026-11-23T19:00"),
        changeable_until=at("2026-11-28T23:00"),
        price=preflight().prices[1],
    )


def sending(
    tracking_state: int = dispatch_pb2.TRACKING_SIGNED, **more: Any
) -> dispatch_pb2.Sending:
    event, stored = dispatch_pb2.SendingEvent, dispatch_pb2.Proof
    known: dict[str, Any] = {
        "sending_id": SENDING_ID,
        "letter_id": LETTER_ID,
        "letter_number": NUMBER,
        "generation": 1,
        "version": 4,
        "tracking": dispatch_pb2.Tracking.ValueType(tracking_state),
        "mail_kind": letters_pb2.MAIL_KIND_ACKNOWLEDGED,
        "send_day": "2026-11-29",
        "last_covered_day": "2026-12-31",
        "new_start": "2027-01-01",
        "gross_cents": 540,
        "recipient_name": "Mutuelle Val d’Ambre",
        "deposited_at": at("2026-11-29T07:00:12"),
        "deposit_day": "2026-11-29",
        "closes_on": "2026-12-14",
        "ended_at": at("2026-11-30T08:12:47"),
        "operator_reference": "4512",
        "author_name": "Camille Roux",
        "events": [
            event(
                code="validated",
                at=at("2026-11-23T16:52"),
                applied=True,
                facts={"send_day": "2026-11-29"},
            ),
            event(
                code="accepted",
                at=at("2026-11-29T07:00:02"),
                applied=True,
                facts={"operator_reference": "4512"},
            ),
            event(code="deposited", at=at("2026-11-29T07:00:12"), applied=True),
            event(code="news-noted", at=at("2026-11-29T08:00:12"), applied=False),
            event(code="signed", at=at("2026-11-30T08:12:47"), applied=True),
        ],
        "proofs": [
            stored(
                kind=dispatch_pb2.PROOF_KIND_LETTER,
                filename="26-04833-lettre.pdf",
                sha256="0a" * 32,
                kept_until="2033-11-29",
            ),
            stored(
                kind=dispatch_pb2.PROOF_KIND_DEPOSIT,
                filename="26-04833-depot.pdf",
                sha256="0b" * 32,
                kept_until="2033-11-29",
            ),
            stored(
                kind=dispatch_pb2.PROOF_KIND_RECEIPT,
                filename="26-04833-reception.pdf",
                sha256="0c" * 32,
                kept_until="2033-11-30",
            ),
            stored(
                kind=dispatch_pb2.PROOF_KIND_EVIDENCE,
                filename="26-04833-preuve.pdf",
                sha256="0d" * 32,
                kept_until="2033-11-30",
            ),
        ],
    }
    return dispatch_pb2.Sending(**(known | more))
