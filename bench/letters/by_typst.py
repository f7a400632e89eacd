"""The first call of Typst's own guide, on our template and words: nothing is kept in between."""

from pathlib import Path
from typing import Final

import typst

from services.letters.partners.typesetter import TEMPLATE

ROOT: Final = Path(__file__).resolve().parents[2]


class _Kept:
    """What a script knows from its start."""

    fonts: Path


def start(assets: Path) -> None:
    """Say where the fonts are; called once in the worker."""
    _Kept.fonts = assets / "fonts"


def compose(words: str) -> bytes:
    """Return the letter as a tagged PDF/UA-1, from its words (JSON)."""
    return typst.compile(
        TEMPLATE,
        root=ROOT,
        font_paths=[_Kept.fonts],
        format="pdf",
        sys_inputs={"words": words},
        pdf_standards=["ua-1"],
    )
