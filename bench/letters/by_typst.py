"""The letter set by Typst: one compiler kept warm, as its guide for servers says."""

from pathlib import Path
from typing import Final

import typst

TEMPLATE: Final = Path(__file__).with_name("letter.typ")


class _Kept:
    """What the worker keeps between two letters."""

    compiler: typst.Compiler


def start(fonts: Path) -> None:
    """Read template and fonts; called once in the worker."""
    known = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts]
    )
    _Kept.compiler = typst.Compiler(TEMPLATE, font_paths=known)


def compose(words: str) -> bytes:
    """Return the letter as a tagged PDF/UA-1, from its words (JSON)."""
    made = _Kept.compiler.compile(
        format="pdf", sys_inputs={"words": words}, pdf_standards=["ua-1"], timestamp=0
    )
    if not isinstance(made, bytes):
        raise TypeError("one document is one PDF")
    return made
