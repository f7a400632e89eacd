"""Who plays in the demonstration: one agency, its clients, and what becomes of each letter."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum, auto
from typing import Any, Final

from kit.days import add_months, add_years

AGENCY: Final = {
    "kind": "intermediary",
    "email": "camille@agence-beraud.example",
    "first_name": "Camille",
    "last_name": "Béraud",
    "trade_name": "Agence Béraud Assurances",
    "address": {"street": "12 place du Marché-aux-Herbes", "postcode": "38000", "town": "Grenoble"},
    "phone": "04 65 71 12 34",
    "orias_number": "07045812",
    "siret": "00045812500010",
}
NEWCOMER: Final = {
    "kind": "intermediary",
    "email": "esther@lazare-courtage.example",
    "first_name": "Esther",
    "last_name": "Lazare",
    "trade_name": "Cabinet Lazare Courtage",
    "address": {"street": "3 quai des Brumes", "postcode": "69001", "town": "Lyon"},
    "phone": "04 65 71 88 02",
    "orias_number": "19003271",
    "siret": "00065140600019",
}
CREDIT_CENTS: Final = 20_000


class Fate(Enum):
    """What becomes of a letter of the demonstration."""

    SIGNED = auto()
    COLLECTED = auto()
    REFUSED = auto()
    UNCLAIMED = auto()
    BOUNCED = auto()
    CANCELLED = auto()
    DEPOSITED = auto()
    SCHEDULED = auto()
    IN_TRANSIT = auto()
    READY = auto()
    BEGUN = auto()


OLD: Final = frozenset({Fate.SIGNED, Fate.COLLECTED, Fate.REFUSED, Fate.UNCLAIMED, Fate.BOUNCED})
"""Fates that take the sixteen days the demonstration lives through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """One letter: whose, to whom, on which ground, and its fate."""

    key: str
    fate: Fate
    body: str
    contract_type: str
    ground: str
    reference: str
    person: tuple[str, str, str] | None = None
    """Title, first name, last name; None for a company."""
    company: str = ""
    former_agent: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)

    def policyholder(self) -> dict[str, Any]:
        """Return whose contract it is, as the API takes it."""
        mailbox = self.key.replace("-", ".")
        shared = {
            "address_lines": ["14 impasse des Tilleuls"],
            "postcode": "38100",
            "town": "Grenoble",
            "emails": [f"{mailbox}@mail.example"],
            "client_reference": f"{self.key.upper()}-26",
        }
        if self.person is None:
            company = {
                "name": self.company,
                "siret": COMPANY_SIRET,
                "representative": "Paul Aubert",
            }
            return {"kind": "company", "company": company, **shared}
        title, first, last = self.person
        person = {"title": title, "first_name": first, "last_name": last, "birth_name": last}
        return {"kind": "person", "persons": [{**person, "birth_day": "1984-03-14"}], **shared}

    @property
    def leaves_at_once(self) -> bool:
        """Say whether the letter is sent the day it is written."""
        return self.fate not in {Fate.SCHEDULED, Fate.CANCELLED, Fate.READY, Fate.BEGUN}

    def new_start(self, today: date) -> date:
        """Return when the new contract begins: right after the month a letter of today opens."""
        if self.leaves_at_once:
            return add_months(today, 1) + timedelta(days=3)
        return add_months(today, 2).replace(day=5)

    def answers(self, today: date) -> dict[str, str]:
        """Return what the form of this ground asks, around this day."""
        start = self.new_start(today)
        since = add_years(today, -4).replace(day=1).isoformat()
        known: dict[str, dict[str, str]] = {
            "HAMON": {
                "first_subscription": since,
                "wanted_new_start": start.isoformat(),
                "new_insurer_name": "Garantie du Littoral",
                "acts_for_new_insurer": "true",
            },
            "RIA": {
                "first_subscription": since,
                "wanted_new_start": start.isoformat(),
                "new_insurer_name": "Solenne Mutuelle",
                "new_insurer_siren": "000873158",
                "new_insurer_status": (
                    "Mutuelle soumise aux dispositions du livre II du code de la mutualité"
                ),
                "contact_name": "Mme Inès Carpentier",
                "contact_phone": "04 65 71 20 20",
                "contact_email": "resiliations@solenne.example",
                "acts_for_new_insurer": "true",
            },
            "ECHEANCE": {
                "anniversary": add_months(today, 5).replace(day=1).isoformat(),
                "notice_months": "2",
            },
            "CUSTOM": {
                "ground_text": "Le véhicule a été vendu le mois dernier.",
                "reviewed": "true",
            },
        }
        return {**known[self.ground], **self.fields}


COMPANY_SIRET: Final = "00091000000017"
ROLES: Final = (
    Role(
        key="vial", fate=Fate.SIGNED, body="Val d’Ambre", contract_type="sante_individuelle",
        ground="RIA", reference="VA-91-330921", person=("madame", "Bérengère", "Vial"),
        former_agent="contact@cabinet-morel.example",
    ),
    Role(
        key="armand", fate=Fate.SIGNED, body="Hautes-Brises", contract_type="sante_individuelle",
        ground="RIA", reference="HB 771204", person=("madame", "Lucie", "Armand"),
    ),
    Role(
        key="clos-vert", fate=Fate.COLLECTED, body="Vauquelin", contract_type="pno",
        ground="ECHEANCE", reference="VQ 60-4471", company="SCI du Clos-Vert",
    ),
    Role(
        key="okou", fate=Fate.REFUSED, body="Cap Émeraude", contract_type="habitation_locataire",
        ground="HAMON", reference="CE-3987-015", person=("madame", "Nadège", "Okou"),
    ),
    Role(
        key="donnadieu", fate=Fate.UNCLAIMED, body="Sillage", contract_type="gav",
        ground="ECHEANCE", reference="GS-GAV-0117", person=("madame", "Claire", "Donnadieu"),
    ),
    Role(
        key="haddad", fate=Fate.BOUNCED, body="Pont-Perdu", contract_type="sante_individuelle",
        ground="RIA", reference="PP-2021-10334", person=("monsieur", "Samir", "Haddad"),
    ),
    Role(
        key="lhomme", fate=Fate.CANCELLED, body="Vauquelin", contract_type="auto",
        ground="HAMON", reference="VQ 12-9083", person=("monsieur", "Pierre-Yves", "Lhomme"),
    ),
    Role(
        key="ferrand", fate=Fate.DEPOSITED, body="Garancière", contract_type="auto",
        ground="HAMON", reference="LG 2019-55871", person=("monsieur", "Thomas", "Ferrand"),
        fields={"vehicle_plate": "GK-482-LM"},
    ),
    Role(
        key="aubertin", fate=Fate.SCHEDULED, body="Sillage", contract_type="rc_pro",
        ground="ECHEANCE", reference="GS-RC-2290", company="Menuiserie Aubertin",
    ),
    Role(
        key="kowalczyk", fate=Fate.SCHEDULED, body="Armorine", contract_type="sante_individuelle",
        ground="RIA", reference="PA 28840", person=("monsieur", "Antoine", "Kowalczyk"),
    ),
    Role(
        key="le-quellec", fate=Fate.IN_TRANSIT, body="Cap Émeraude",
        contract_type="habitation_proprietaire", ground="HAMON", reference="CE-4410-882",
        person=("madame", "Jeanne", "Le Quellec"),
    ),
    Role(
        key="marchetti", fate=Fate.READY, body="Val d’Ambre", contract_type="sante_individuelle",
        ground="RIA", reference="VA-88-204417", person=("madame", "Hélène", "Marchetti"),
    ),
    Role(
        key="benhaddou", fate=Fate.BEGUN, body="Garancière", contract_type="auto",
        ground="HAMON", reference="", person=("monsieur", "Karim", "Benhaddou"),
    ),
)  # fmt: skip
