"""The font of our documents as Typst reads it: EB Garamond, a file for each style, named by us."""

import logging
import sys
from pathlib import Path
from typing import Any, Final

from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables.otTables import Ligature

FAMILY: Final = "Lettre"  # our own name: no system font of the same name is mixed in
LETTERS: Final = (
    "latin", "latin-ext", "vietnamese", "greek", "greek-ext", "cyrillic", "cyrillic-ext",
)  # fmt: skip
"""The files that one style comes in, each without the letters of the others."""
STYLES: Final = {
    "400-normal": "Regular",
    "500-normal": "Medium",
    "600-normal": "SemiBold",
    "400-italic": "Italic",
}
_SAME_AS: Final = {"\u202f": "\u2009", "\u2011": "-"}
"""A narrow space and a hyphen that break no line: drawn as those that do, which the files have."""
_NAMES: Final = (1, 2, 3, 4, 6, 16, 17, 21, 22, 25)  # whatever a reader of fonts may call one by


def main(source: Path, target: Path) -> None:
    """Write each style that our documents use as one TrueType file."""
    logging.getLogger("fontTools").setLevel(logging.ERROR)  # it counts what the files share
    for kind, style in STYLES.items():
        files = [str(source / f"eb-garamond-{letters}-{kind}.woff2") for letters in LETTERS]
        font = Merger().merge(files)
        font.flavor = None
        font.recalcTimestamp = False  # the same files each time
        font["head"].created = font["head"].modified = TTFont(files[0])["head"].modified
        _complete(font)
        _part_hyphens(font)
        _rename(font, style)
        font.save(target / f"{FAMILY.lower()}-{kind}.ttf")


def _complete(font: TTFont) -> None:
    drawn = font.getBestCmap()
    for table in font["cmap"].tables:
        if table.isUnicode():
            for missing, same in _SAME_AS.items():
                table.cmap.setdefault(ord(missing), drawn[ord(same)])


def _part_hyphens(font: TTFont) -> None:
    """Give the hyphen that Typst puts where a line parts a word a glyph of its own.

    Typst takes the glyph that the font names for « - » as it is, and a PDF says what a glyph means
    once: « 113-12 » would be copied with the hyphen of a parted word, which copies as nothing.
    Hyphens of texts are drawn by the old glyph, by a substitution that no text does without.
    """
    old, parting = font.getBestCmap()[ord("-")], "hyphen.parting"
    font.setGlyphOrder([*font.getGlyphOrder(), parting])
    font["glyf"][parting] = font["glyf"][old]
    font["hmtx"][parting] = font["hmtx"][old]
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap[ord("-")] = parting
    drawn = Ligature()
    drawn.LigGlyph, drawn.Component, drawn.CompCount = old, [], 1
    _required(font["GSUB"].table)[parting] = [drawn]


def _required(substitutions: Any) -> dict[str, list[Ligature]]:  # noqa: ANN401 - fontTools' own
    """Return the first ligatures that every text has."""
    used = {
        index
        for record in substitutions.FeatureList.FeatureRecord
        if record.FeatureTag == "rlig"
        for index in record.Feature.LookupListIndex
    }
    tables = (substitutions.LookupList.Lookup[index].SubTable[0] for index in sorted(used))
    return next(one.ligatures for one in tables if hasattr(one, "ligatures"))


def _rename(font: TTFont, style: str) -> None:
    names = font["name"]
    for name in _NAMES:
        names.removeNames(nameID=name)
    for name, text in (
        (1, FAMILY),
        (2, style),
        (4, f"{FAMILY} {style}"),
        (6, f"{FAMILY}-{style}"),
    ):
        names.setName(text, name, 3, 1, 0x409)


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:]))
