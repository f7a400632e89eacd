"""The address of a list: what it asks for, and the addresses around it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from kit.text import tidy

FILTERS: Final = {
    "q": "Recherche",
    "n": "Numéro",
    "souscripteur": "Souscripteur",
    "du": "Fin depuis le",
    "au": "Fin jusqu’au",
    "contrat": "Contrat",
    "destinataire": "Destinataire",
    "envoi": "Envoyée depuis",
    "lettre": "Lettre",
    "suivi": "Suivi",
    "auteur": "Auteur",
}
"""Each filter of the address, and the word of its token."""
_OTHERS: Final = ("vue", "tri", "ordre", "apres")
_LONGEST: Final = 200
_BY_NAME: Final = frozenset({"souscripteur", "destinataire"})
"""Columns of names: read from A on. The others, numbers and days, begin with the latest."""
_UP: Final = "croissant"
_DOWN: Final = "decroissant"


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list's address asks for, as it prints. Unknown names are dropped, long values cut."""

    values: Mapping[str, str]

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Listing":
        """Read an address."""
        known = (*_OTHERS, *FILTERS)
        return cls({name: tidy(query.get(name, ""))[:_LONGEST] for name in known})

    def __getitem__(self, name: str) -> str:
        return self.values[name]

    @property
    def active(self) -> dict[str, str]:
        """The filters in force."""
        return {name: self.values[name] for name in FILTERS if self.values[name]}

    def without(self, name: str) -> str:
        """Return the address with one filter removed."""
        return self._address({**self.values, name: "", "apres": ""})

    def cleared(self) -> str:
        """Return the address of the view alone."""
        return self._address({"vue": self["vue"]})

    def viewing(self, view: str) -> str:
        """Return the address of another view, filters kept."""
        return self._address({**self.values, "vue": view, "apres": ""})

    @property
    def descending(self) -> bool:
        """Whether the list runs from Z to A, or from the latest on."""
        if self["ordre"] in {_UP, _DOWN}:
            return self["ordre"] == _DOWN
        return self["tri"] not in _BY_NAME

    def sorted_by(self, key: str) -> str:
        """Return the address ordered by a column; a second time, the other way."""
        order = {"ascending": _DOWN, "descending": _UP}.get(self.direction(key), "")
        return self._address({**self.values, "tri": key, "ordre": order, "apres": ""})

    def after(self, cursor: str) -> str:
        """Return the address of the next page."""
        return self._address({**self.values, "apres": cursor})

    def direction(self, key: str) -> str:
        """Return ``ascending``, ``descending``, or nothing for a column that does not order."""
        if (self["tri"] or "numero") != key:
            return ""
        return "descending" if self.descending else "ascending"

    @staticmethod
    def _address(values: Mapping[str, str]) -> str:
        query = urlencode({name: value for name, value in values.items() if value})
        return f"/resiliations?{query}" if query else "/resiliations"
