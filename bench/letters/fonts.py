"""Our fonts for those who read no WOFF2."""

from pathlib import Path
from typing import Final

from fontTools.ttLib import TTFont

OF_LETTERS: Final = "eb-garamond-latin-*00-*.woff2"


def as_truetype(source: Path, target: Path) -> None:
    """Write the fonts of letters as TrueType files: the same outlines, not compressed."""
    for path in sorted(source.glob(OF_LETTERS)):
        font = TTFont(path)
        font.flavor = None
        font.save(target / f"{path.stem}.ttf")
