"""Each letter says what the law asks of its ground, in the words of the recipient's code."""

import html
import re
from pathlib import Path

import pytest

from kit.pdf import Renderer
from services.letters.domain import planning
from services.letters.domain.legal.codes import CodeFamily, Ground
from services.letters.domain.legal.contract_types import ContractType
from services.letters.domain.letter import Letter, MandateMention
from services.letters.domain.policyholder import Policyholder
from services.letters.domain.sheet import sheet
from services.letters.partners.typesetter import JinjaTypesetter, catalogue
from services.letters.tests.builders import (
    BERAUD,
    HELENE,
    PIERRE,
    a_company,
    a_contract,
    a_letter,
    a_recipient,
    persons,
)
from tests.support.time import day

TODAY = day("Mon 2026-11-23")
TYPESETTER = JinjaTypesetter(Renderer(workers=1, assets_dir=Path()), catalogue())  # sets no PDF
A, M, S = CodeFamily.ASSURANCES, CodeFamily.MUTUALITE, CodeFamily.SECURITE_SOCIALE
MENTIONS = {
    "sender_identity": r"Agence Béraud Assurances",
    "orias": r"ORIAS n° 07 045 812",
    "on_behalf": r"Au nom et pour le compte (de |d’)",
    "mandate": r"par mandat",
    "contract_reference": r"VA-88-204417",
    "written_confirmation": r"confirmer par écrit la réception",
    "anniversary": r"échéance du 1er février 2027",
    "policyholder_address": r"8 rue du Vieux-Temple, 38000 Grenoble",
    "new_insurer": r"Solenne Mutuelle|Garantie du Littoral",
    "continuity_of_cover": r"(continuité|permanence) de la couverture",
    "refund_30_days": r"rembourser sous trente jours",
    "claims_record": r"relevé d’information",
    "ria_phrase": r"Objet : Demande de résiliation infra-annuelle santé\b",
    "ria_dates_phrase": (
        r"La date de prise d’effet du nouveau contrat est le lendemain de la date d’effet de la "
        r"résiliation à 00 h 00"
    ),
    "renewal_notice": r"avis d’échéance n’ayant été envoyé que le 20 novembre 2026",
    "event_day": r"20 novembre 2026",
    "risk_link": r"Lien avec le risque garanti : Le logement assuré n'est plus occupé\.",
    "loan_references": r"Références du prêt P-4471 / P-4472",
    "substitute_start": r"1er mars 2027",
    "lender_decision": r"Banque des Alpilles ayant accepté, par décision du 19 novembre 2026",
    "withdrawal_statement": r"nous vous notifions sans ambiguïté la renonciation au contrat",
    "no_consent": r"Notre mandant n’a (de plus )?jamais donné son accord à ce contrat",
    "story": r"Un appel a suffi à prélever ; rien n.a été signé\.",
    "nullity": r"le contrat est nul : il est censé n’avoir jamais existé",
    "answer_asked": r"accusé de réception sous dix jours ouvrables .* dans les deux mois",
    "insurer_in_dispute": r"le litige avec Garantie du Littoral au sujet du contrat désigné",
    "no_other_judge": r"Aucun juge ni aucun autre médiateur n’en est saisi",
    "formal_notice": r"vaut mise en demeure .* Vous disposez de 15 jours",
    "new_insurer_contact": r"Mme Inès Carpentier.*04 65 71 20 20.*resiliations@solenne\.example",
}
"""What must be printed for each code of ``Evaluation.mentions``."""


def page(letter: Letter, mandate: MandateMention = MandateMention.ATTACHED) -> str:
    """Return the text of a letter as a reader sees it, every space plain."""
    evaluation = planning.plan(letter, first_send_day=TODAY)
    assert evaluation.ok, evaluation.refusal
    content = sheet(letter, day=TODAY, letterhead=BERAUD, evaluation=evaluation, mandate=mandate)
    markup = re.sub(r"<br>|</(?:p|td|th|dd|dt|h1|div)>", " ", TYPESETTER.preview(content).html)
    text = html.unescape(re.sub(r"<[^>]+>", "", markup))
    return re.sub(r"\s+", " ", text.replace("\u00a0", " ").replace("\u202f", " "))


CASES = [
    (ContractType.SANTE_INDIVIDUELLE, Ground.RIA, A),
    (ContractType.SANTE_INDIVIDUELLE, Ground.RIA, M),
    (ContractType.SANTE_INDIVIDUELLE, Ground.RIA, S),
    (ContractType.AUTO, Ground.HAMON, A),
    (ContractType.HABITATION_LOCATAIRE, Ground.HAMON, A),
    (ContractType.MOBILE, Ground.HAMON, A),
    (ContractType.AUTO, Ground.ECHEANCE, A),
    (ContractType.SANTE_INDIVIDUELLE, Ground.ECHEANCE, A),
    (ContractType.SANTE_INDIVIDUELLE, Ground.ECHEANCE, M),
    (ContractType.SANTE_INDIVIDUELLE, Ground.ECHEANCE, S),
    (ContractType.GAV, Ground.CUSTOM, A),
    (ContractType.SANTE_COLLECTIVE_FACULTATIVE, Ground.RIA, M),
    (ContractType.AUTO, Ground.CHATEL, A),
    (ContractType.HABITATION_LOCATAIRE, Ground.CHANGEMENT_SITUATION, A),
    (ContractType.SANTE_INDIVIDUELLE, Ground.CHANGEMENT_SITUATION, M),
    (ContractType.AUTO, Ground.VENTE_VEHICULE, A),
    (ContractType.PNO, Ground.CESSION_BIEN, A),
    (ContractType.PNO, Ground.DECES_ASSURE, A),
    (ContractType.MOBILE, Ground.PERTE_TOTALE, A),
    (ContractType.AUTO, Ground.DIMINUTION_RISQUE, A),
    (ContractType.GAV, Ground.APRES_SINISTRE, A),
    (ContractType.GAV, Ground.AUGMENTATION_TARIF, A),
    (ContractType.PREVOYANCE, Ground.MODIFICATION_GROUPE, A),
    (ContractType.SANTE_INDIVIDUELLE, Ground.ADHESION_OBLIGATOIRE, S),
    (ContractType.SANTE_INDIVIDUELLE, Ground.C2S, M),
    (ContractType.AUTO, Ground.RETRAIT_AGREMENT, A),
    (ContractType.AUTO, Ground.TRANSFERT_PORTEFEUILLE, A),
    (ContractType.EMPRUNTEUR, Ground.EMPRUNTEUR_SUBSTITUTION, A),
    (ContractType.EMPRUNTEUR, Ground.EMPRUNTEUR_RESILIATION, A),
    (ContractType.GAV, Ground.RENONCIATION, A),
    (ContractType.GAV, Ground.ANNULATION, A),
    (ContractType.GAV, Ground.RECLAMATION, A),
    (ContractType.SANTE_INDIVIDUELLE, Ground.MEDIATION, M),
    (ContractType.AUTO, Ground.MISE_EN_DEMEURE, A),
]


def test_every_ground_is_among_the_letters_read_here() -> None:
    assert {ground for _, ground, _ in CASES} == set(Ground)


@pytest.mark.parametrize(("contract_type", "ground", "family"), CASES)
def test_every_mandatory_mention_of_the_ground_is_printed(
    contract_type: ContractType, ground: Ground, family: CodeFamily
) -> None:
    letter = a_letter(a_contract(contract_type, ground), recipient=a_recipient(family))
    asked = planning.plan(letter, first_send_day=TODAY).mentions

    text = page(letter)

    assert asked
    assert not [code for code in asked if not re.search(MENTIONS[code], text)]
    assert "à compléter" not in text


@pytest.mark.parametrize(
    ("family", "words"),
    [
        (A, r"la résiliation du contrat désigné .*article L\. 113-12 du code des assurances"),
        (M, r"la dénonciation de l’adhésion .*article L\. 221-10 du code de la mutualité"),
        (S, r"la dénonciation de l’adhésion .*article L\. 932-21-1 du code de la sécurité sociale"),
    ],
)
def test_the_recipients_code_chooses_the_act_and_the_article(
    family: CodeFamily, words: str
) -> None:
    contract = a_contract(ContractType.SANTE_INDIVIDUELLE, Ground.ECHEANCE)

    assert re.search(words, page(a_letter(contract, recipient=a_recipient(family))))


@pytest.mark.parametrize(
    ("family", "role"),
    [(A, "Assurée "), (M, "Adhérente "), (S, "Membre participante ")],
)
def test_the_policyholder_is_named_as_the_code_does(family: CodeFamily, role: str) -> None:
    assert role in page(a_letter(recipient=a_recipient(family)))


@pytest.mark.parametrize(
    ("ground", "words"),
    [
        (Ground.DECES_ASSURE, "décès de Jean Marchetti, survenu le 20 novembre 2026"),
        (Ground.CESSION_BIEN, "Contrat souscrit par : Jean Marchetti."),
    ],
)
def test_whoever_follows_the_policyholder_says_so_and_names_them(
    ground: Ground, words: str
) -> None:
    text = page(a_letter(a_contract(ContractType.PNO, ground), recipient=a_recipient(A)))

    assert words in text
    assert "Qualité de la personne qui résilie : héritière." in text
    assert "Mandante" in text
    assert "Assurée" not in text


def test_a_company_terminates_whatever_the_code() -> None:
    contract = a_contract(ContractType.SANTE_COLLECTIVE_OBLIGATOIRE, Ground.ECHEANCE)

    text = page(a_letter(contract, policyholder=a_company(), recipient=a_recipient(S)))

    assert "la résiliation du contrat" in text
    assert "pour le compte d’Ateliers Aubertin" in text
    assert "article L. 932-12 du code de la sécurité sociale" in text
    assert "SIRET 732 829 320 00074" in text


@pytest.mark.parametrize(
    ("mandate", "words"),
    [
        (MandateMention.ATTACHED, "Pièce jointe : mandat de résiliation."),
        (MandateMention.HELD, "Nous conservons le mandat et vous l’adresserons sans délai"),
    ],
)
def test_the_mandate_is_attached_or_said_to_be_available(
    mandate: MandateMention, words: str
) -> None:
    assert words in page(a_letter(), mandate)


def test_the_dates_are_those_of_the_engine_with_the_hours_of_the_guide() -> None:
    text = page(a_letter())

    assert "jeudi 31 décembre 2026 à 24 h 00" in text
    assert "vendredi 1er janvier 2027 à 00 h 00" in text


def test_a_ria_letter_identifies_the_person_and_both_bodies() -> None:
    text = page(a_letter())

    assert "Mme Hélène Marchetti, née Vasseur le 14 mars 1984" in text
    assert "Mutuelle Val d’Ambre, SIREN 404 833 048" in text
    assert "Solenne Mutuelle, SIREN 732 829 320" in text
    assert "soumise aux dispositions du livre II du code de la mutualité" in text


@pytest.mark.parametrize("policyholder", [persons(HELENE, PIERRE)])
def test_two_policyholders_are_both_named(policyholder: Policyholder) -> None:
    text = page(a_letter(policyholder=policyholder))

    assert "Mme Hélène Marchetti et M. Pierre Marchetti, qui nous en ont donné mandat" in text


def test_the_agency_speaks_for_the_new_insurer_only_where_it_may() -> None:
    spoken_for = r"et pour Garantie du Littoral, son nouvel assureur"
    auto = a_contract(ContractType.AUTO, Ground.HAMON)
    mobile = a_contract(ContractType.MOBILE, Ground.HAMON, acts_for_new_insurer="")

    assert re.search(spoken_for, page(a_letter(auto, recipient=a_recipient(A))))
    assert not re.search(spoken_for, page(a_letter(mobile, recipient=a_recipient(A))))


def test_an_own_ground_is_printed_as_written_and_ends_at_receipt_without_a_date() -> None:
    text = page(a_letter(a_contract(ContractType.GAV, Ground.CUSTOM), recipient=a_recipient(A)))

    assert "Le tarif a doublé sans avis." in text
    assert "est demandée à réception de cette lettre" in text


def test_the_accounts_own_reference_is_never_printed() -> None:
    assert "MARCH-2211" not in page(a_letter(client_reference="MARCH-2211"))


def test_what_people_type_is_never_read_as_markup() -> None:
    contract = a_contract(reference="<b>VA</b>")
    evaluation = planning.plan(a_letter(contract), first_send_day=TODAY)
    content = sheet(a_letter(contract), day=TODAY, letterhead=BERAUD, evaluation=evaluation)

    printed = TYPESETTER.preview(content)

    assert "<b>VA" not in printed.html
