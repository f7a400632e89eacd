"""The French catalogues as the service reads them, for tests."""

from pathlib import Path
from typing import Final

from services.letters.domain.legal.sentences import Catalogue

TEMPLATES: Final = Path(__file__).parents[3] / "templates" / "legal"


def catalogue() -> Catalogue:
    """Return the catalogue production reads."""
    texts = {
        name: (TEMPLATES / f"{name}.toml").read_text(encoding="utf-8")
        for name in ("dates", "articles", "labels")
    }
    return Catalogue(**texts)
