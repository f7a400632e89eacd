"""The closed lists of the legal engine: stable codes, stored and published, never renamed."""

from enum import StrEnum


class CodeFamily(StrEnum):
    """Which code governs the recipient: follows from its legal form."""

    ASSURANCES = "ASSURANCES"
    MUTUALITE = "MUTUALITE"
    SECURITE_SOCIALE = "SECURITE_SOCIALE"  # institutions de prévoyance


class PolicyholderKind(StrEnum):
    """Who holds the contract."""

    PERSON = "PERSON"  # a natural person
    COMPANY = "COMPANY"  # a legal person


class Requester(StrEnum):
    """In what quality someone asks to end a contract."""

    POLICYHOLDER = "POLICYHOLDER"
    EMPLOYER = "EMPLOYER"
    EMPLOYEE = "EMPLOYEE"
    MEMBER = "MEMBER"  # of an optional group
    DEPENDANT = "DEPENDANT"  # ayant droit


class Ground(StrEnum):
    """Why a contract ends, as the law names it."""

    ECHEANCE = "ECHEANCE"
    CHATEL = "CHATEL"
    HAMON = "HAMON"
    RIA = "RIA"
    CHANGEMENT_SITUATION = "CHANGEMENT_SITUATION"
    VENTE_VEHICULE = "VENTE_VEHICULE"
    CESSION_BIEN = "CESSION_BIEN"
    DECES_ASSURE = "DECES_ASSURE"
    PERTE_TOTALE = "PERTE_TOTALE"
    APRES_SINISTRE = "APRES_SINISTRE"
    DIMINUTION_RISQUE = "DIMINUTION_RISQUE"
    AUGMENTATION_TARIF = "AUGMENTATION_TARIF"
    MODIFICATION_GROUPE = "MODIFICATION_GROUPE"
    ADHESION_OBLIGATOIRE = "ADHESION_OBLIGATOIRE"
    C2S = "C2S"  # complémentaire santé solidaire
    RETRAIT_AGREMENT = "RETRAIT_AGREMENT"
    TRANSFERT_PORTEFEUILLE = "TRANSFERT_PORTEFEUILLE"
    EMPRUNTEUR_SUBSTITUTION = "EMPRUNTEUR_SUBSTITUTION"
    EMPRUNTEUR_RESILIATION = "EMPRUNTEUR_RESILIATION"
    RENONCIATION = "RENONCIATION"
    ANNULATION = "ANNULATION"  # of a contract never agreed to; the next three follow it
    RECLAMATION = "RECLAMATION"
    MEDIATION = "MEDIATION"
    MISE_EN_DEMEURE = "MISE_EN_DEMEURE"
    CUSTOM = "CUSTOM"  # motif personnalisé


class SituationEvent(StrEnum):
    """What changed in the policyholder's life: C. assur. art. L. 113-16."""

    DOMICILE = "DOMICILE"
    SITUATION_MATRIMONIALE = "SITUATION_MATRIMONIALE"
    REGIME_MATRIMONIAL = "REGIME_MATRIMONIAL"
    PROFESSION = "PROFESSION"
    RETRAITE = "RETRAITE"  # or the definitive end of a professional activity


class SalesChannel(StrEnum):
    """How the contract was concluded: it decides whether it may be undone."""

    DOORSTEP = "DOORSTEP"  # canvassed at home, at a residence or at work
    DISTANCE = "DISTANCE"  # telephone, internet, e-mail
    SHOP = "SHOP"  # in an agency, a branch or a shop


class WithdrawalRegime(StrEnum):
    """What opens a withdrawal, and therefore how it counts and travels."""

    DOORSTEP_14 = "DOORSTEP_14"  # C. assur. L. 112-9
    DISTANCE_14 = "DISTANCE_14"  # C. assur. L. 112-2-1
    AFFINITY_30 = "AFFINITY_30"  # C. assur. L. 112-10
    LIFE_30 = "LIFE_30"  # C. assur. L. 132-5-1
    CONSUMER_GOODS_14 = "CONSUMER_GOODS_14"  # C. conso. L. 221-18


class SenderMode(StrEnum):
    """In whose name the letter leaves."""

    AGENCY = "AGENCY"
    PLATFORM = "PLATFORM"


class MailKind(StrEnum):
    """How a letter may travel."""

    LRE_SIMPLE = "LRE_SIMPLE"
    LRE_ACKNOWLEDGED = "LRE_ACKNOWLEDGED"
    PAPER_ACKNOWLEDGED = "PAPER_ACKNOWLEDGED"


class Refusal(StrEnum):
    """Why a rule says no."""

    GROUND_NOT_IN_FORCE = "GROUND_NOT_IN_FORCE"
    NATURAL_PERSON_ONLY = "NATURAL_PERSON_ONLY"
    CONTRACT_OUT_OF_SCOPE = "CONTRACT_OUT_OF_SCOPE"
    LIFE_EXCLUDED = "LIFE_EXCLUDED"
    NO_CAPACITY = "NO_CAPACITY"
    MANDATORY_MEMBERSHIP = "MANDATORY_MEMBERSHIP"
    ONE_YEAR_NOT_ELAPSED = "ONE_YEAR_NOT_ELAPSED"
    TOO_LATE = "TOO_LATE"
    SEND_DAY_OVER = "SEND_DAY_OVER"  # the wished sending day can no longer be kept
    TOO_EARLY = "TOO_EARLY"
    DEFERRAL_NOT_AGREED = "DEFERRAL_NOT_AGREED"
    NOTICE_TOO_LATE = "NOTICE_TOO_LATE"
    WINDOW_CLOSED = "WINDOW_CLOSED"
    NOTICE_WAS_FAIR = "NOTICE_WAS_FAIR"  # the renewal notice came in time: no CHATEL
    NOT_YET_RENEWED = "NOT_YET_RENEWED"
    NO_POST_THAT_DAY = "NO_POST_THAT_DAY"  # paper leaves on working days only
    EVENT_NOT_OCCURRED = "EVENT_NOT_OCCURRED"
    ALREADY_TERMINATED_BY_LAW = "ALREADY_TERMINATED_BY_LAW"
    INSURER_REFUSAL_REQUIRED = "INSURER_REFUSAL_REQUIRED"
    EXCLUDED_L211_1 = "EXCLUDED_L211_1"
    EXCLUDED_SHORT_TRAVEL = "EXCLUDED_SHORT_TRAVEL"
    NO_WITHDRAWAL_IN_SHOP = "NO_WITHDRAWAL_IN_SHOP"
    WITHDRAWAL_LOST = "WITHDRAWAL_LOST"  # a known claim, a guarantee used, a contract performed
    EARLIER_LETTER_PENDING = "EARLIER_LETTER_PENDING"  # its addressee may still answer
    LOAN_MIN_25_DAYS = "LOAN_MIN_25_DAYS"
    LENDER_REFUSED = "LENDER_REFUSED"
    PLATFORM_NOT_INSURER = "PLATFORM_NOT_INSURER"
    AGENCY_ONLY = "AGENCY_ONLY"
    GROUNDS_DIFFER = "GROUNDS_DIFFER"
    RECIPIENTS_DIFFER = "RECIPIENTS_DIFFER"
    SUBSCRIBERS_DIFFER = "SUBSCRIBERS_DIFFER"
    EFFECT_DATES_DIFFER = "EFFECT_DATES_DIFFER"


class WarningCode(StrEnum):
    """What is allowed, at a price the user must know."""

    LAST_DAY_DISPUTABLE = "LAST_DAY_DISPUTABLE"
    RECEIPT_AFTER_WINDOW = "RECEIPT_AFTER_WINDOW"
    RELIES_ON_TOLERANCE = "RELIES_ON_TOLERANCE"
    RELIES_ON_EXTENSION = "RELIES_ON_EXTENSION"
    RELIES_ON_DEFERRAL = "RELIES_ON_DEFERRAL"
    COVER_GAP_RISK = "COVER_GAP_RISK"
    COMPULSORY_COVER = "COMPULSORY_COVER"
    WAITING_PERIOD = "WAITING_PERIOD"
    FIRST_YEAR = "FIRST_YEAR"
    UNVERIFIED_BASIS = "UNVERIFIED_BASIS"
    UNVERIFIED_END = "UNVERIFIED_END"
    OWN_DATE = "OWN_DATE"
    LENDER_FIRST = "LENDER_FIRST"
    BELOW_WORST_CASE = "BELOW_WORST_CASE"
    BELOW_RECOMMENDED = "BELOW_RECOMMENDED"
    DOUBLE_COVER = "DOUBLE_COVER"
    PAID_TWICE = "PAID_TWICE"
    OPTION_OF_MANDATORY = "OPTION_OF_MANDATORY"
    DIRECT_LINK = "DIRECT_LINK"
    INSURER_MAY_AGREE = "INSURER_MAY_AGREE"
    RELIES_ON_FIVE_YEARS = "RELIES_ON_FIVE_YEARS"
    LATE_FOR_MEDIATOR = "LATE_FOR_MEDIATOR"
