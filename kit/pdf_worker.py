"""The half of ``kit.pdf`` that runs in the workers: Typst, its fonts, and the files it may open."""

import io
import json
import os
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import pikepdf
import typst
from fontTools.ttLib import TTFont

from kit.pdf_tags import with_row_headings

STANDARD: Final = "ua-1"
REPLACEMENT: Final = "\ufffd"  # our fonts have it: a letter that no font has is seen to lack
_OURS: Final = "Lettre"  # the family of our own fonts (local/fonts.py)
_NOWHERE: Final = "http://127.0.0.1:9"  # a proxy that nobody is
_NO_PACKAGES: Final = Path(os.devnull) / "packages"
_UNMARKED: Final = frozenset("\0\ufeff\ufffe\uffff")  # PDF/UA allows none of these in a text
_DRAWN_BY_NONE: Final = frozenset({"Cf", "Zl", "Zp"})  # breaks and marks: no font is asked


class _Kept:
    """What a worker keeps from its start."""

    fonts: typst.Fonts
    root: Path


def start(assets: Path, root: Path) -> None:
    """Read the fonts; called once in each worker."""
    # Typst would fetch the package that a template imports: ours import none, and none can be got.
    os.environ.update(dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"), _NOWHERE))
    _Kept.fonts = typst.Fonts(include_embedded_fonts=False, font_paths=[assets / "fonts"])
    _Kept.root = root


def render(layouts: Sequence[Mapping[str, Any]], template: Path) -> tuple[bytes, int]:
    """Return the PDF and the page count of the first layout that has the fewest pages.

    The layouts after one that holds on a single page are not looked at.
    """
    kept = _set(layouts[0], template)
    for other in layouts[1:]:
        if kept[1] == 1:
            break
        kept = min(kept, _set(other, template), key=lambda made: made[1])
    return kept


def _set(words: Mapping[str, Any], template: Path) -> tuple[bytes, int]:
    """Set a document; a letter that cannot be printed is replaced, and the document is made.

    That is asked only of words that could not be set as they stand: asking fonts takes long.
    """
    for printable in (_in_any_font, _in_our_fonts):
        try:
            return _compile(words, template)
        except typst.TypstError:
            words = _replaced(words, printable)
    return _compile(words, template)


def _compile(words: Mapping[str, Any], template: Path) -> tuple[bytes, int]:
    made = _compiler(template).compile(
        format="pdf",
        sys_inputs={"words": json.dumps(words)},  # data: a template reads it, and runs none of it
        pdf_standards=[STANDARD],
        timestamp=0,
    )
    if not isinstance(made, bytes):
        raise TypeError("one document is one PDF")
    with pikepdf.open(io.BytesIO(made)) as document:
        return with_row_headings(made), len(document.pages)


@cache
def _compiler(template: Path) -> typst.Compiler:
    """Return the compiler of a template: it keeps what documents share, and sees a changed file."""
    return typst.Compiler(
        template,
        root=_Kept.root,
        font_paths=_Kept.fonts,
        package_path=_NO_PACKAGES,
        package_cache_path=_NO_PACKAGES,
    )


def _replaced(words: Any, printable: Callable[[str], bool]) -> Any:  # noqa: ANN401 - JSON
    if isinstance(words, str):
        return "".join(one if printable(one) else _instead(one) for one in words)
    if isinstance(words, Mapping):
        return {name: _replaced(value, printable) for name, value in words.items()}
    if isinstance(words, list | tuple):
        return [_replaced(value, printable) for value in words]
    return words


def _instead(character: str) -> str:
    return " " if unicodedata.category(character) == "Zs" else REPLACEMENT


def _in_our_fonts(character: str) -> bool:
    return character == "\n" or any(character in letters for letters in _letters(_OURS))


@cache
def _in_any_font(character: str) -> bool:
    if character in "\n\t":
        return True
    if character in _UNMARKED or unicodedata.category(character) in ("Cc", "Cs"):
        return False
    return unicodedata.category(character) in _DRAWN_BY_NONE or any(
        character in letters for letters in _letters("")
    )


def _letters(family: str) -> Iterator[frozenset[str]]:
    for font in _Kept.fonts.fonts():
        if font.path and family in ("", font.family):
            yield _letters_of(font.path, font.index)


@cache
def _letters_of(path: str, index: int) -> frozenset[str]:
    with TTFont(path, fontNumber=index, lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap() or ()))
