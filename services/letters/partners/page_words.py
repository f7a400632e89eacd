"""The words of a letter's page as data for ``letter.typ``: each element known, or an error."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from lxml import html

Words = dict[str, Any]
Runs = list[str | Words]

_UNREADABLE: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SPACES: Final = re.compile("[ \t\r\n]+")  # as HTML folds them: no-break ones stay
_GROUPS: Final = frozenset({"header", "main", "div"})
_TEXTS: Final = frozenset({"p", "h1", "address"})
_PARTED: Final = "texte"  # justified: its words may be parted at the end of a line
_LINED: Final = "libre"  # ragged: its own lines are kept
_LONG: Final = re.compile(r"(?<![^ ])(\S*[^\W\d_]{8,}\S*)(?![^ ])")
"""What may be parted: a word of eight letters or more, with what touches it, kerned as one.

None that a no-break space ties to another: dates, numbers.
"""
_ENDLESS: Final = re.compile(r"([^\s-]{17,})")
"""What a column may be too narrow for, and is then broken anywhere: two inches of capitals."""
_FAR_TOO_LONG: Final = re.compile(r"[^\s-]{31,}")  # no word: its hyphens are not known either
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})


class UnknownMarkup(ValueError):
    """An element of the page that nobody sets: its words would be lost."""


def words_of(page: str) -> Words:
    """Return every word of the page, in the tree of the parts that hold them.

    A part is ``{"is": class, "also": other classes}`` and its ``parts``, ``runs`` or ``pairs``;
    runs are texts and ``{"is": .., "runs": ..}``. Raises ``UnknownMarkup``.
    """
    document = html.document_fromstring(_UNREADABLE.sub("\ufffd", page))
    body = document.find("body")
    return {
        "title": document.findtext("head/title"),
        "author": _meta(document, "author"),
        "description": _meta(document, "description"),
        "foot": body.get("data-pied"),
        "parts": list(_parts(body)),
    }


def _meta(document: html.HtmlElement, name: str) -> str:
    return str(document.find(f"head/meta[@name='{name}']").get("content"))


def _parts(group: html.HtmlElement) -> Iterator[Words]:
    _no_text_beside_its_children(group)
    for node in group:
        yield {**_named(node), **_content(node)}


def _content(node: html.HtmlElement) -> Words:
    if node.tag in _GROUPS:
        return {"parts": list(_parts(node))}
    if node.tag in _TEXTS:
        return {"runs": _runs(node)}
    if node.tag == "dl":
        return {"pairs": _pairs(node, ("dt", "dd"))}
    if node.tag == "table":
        _no_text_beside_its_children(node)
        return {"pairs": [pair for row in _rows(node) for pair in _pairs(row, ("th", "td"))]}
    raise UnknownMarkup(f"<{node.tag}> on the page")


def _rows(table: html.HtmlElement) -> Iterator[html.HtmlElement]:
    for rows in _only(table, "tbody"):
        yield from _only(rows, "tr")


def _pairs(node: html.HtmlElement, tags: tuple[str, str]) -> list[list[Runs]]:
    _no_text_beside_its_children(node)
    names, values = node[::2], node[1::2]
    if [one.tag for one in node] != list(tags) * len(values):
        raise UnknownMarkup(f"<{node.tag}> holds more than pairs of {tags}")
    return [[_runs(name), _runs(value)] for name, value in zip(names, values, strict=True)]


def _only(node: html.HtmlElement, tag: str) -> html.HtmlElement:
    _no_text_beside_its_children(node)
    if any(one.tag != tag for one in node):
        raise UnknownMarkup(f"<{node.tag}> holds more than <{tag}>")
    return node


def _no_text_beside_its_children(node: html.HtmlElement) -> None:
    beside = [node.text, *(one.tail for one in node)]
    if any(text and text.strip() for text in beside):
        raise UnknownMarkup(f"<{node.tag}> holds a text of its own")


def _named(node: html.HtmlElement) -> Words:
    name, *others = (node.get("class") or node.tag).split()
    return {"is": name, "also": others}


@dataclass(frozen=True, slots=True)
class _Way:
    """How the texts of a block are cut."""

    parted: bool
    lined: bool


def _runs(node: html.HtmlElement) -> Runs:
    """Return the texts of a block; spaces at its ends and beside breaks are no words."""
    classes = (node.get("class") or "").split()
    lined = _LINED in classes
    way = _Way(parted=_PARTED in classes and not lined, lined=lined)
    return _trimmed(list(_inline(node, way)))


def _inline(node: html.HtmlElement, way: _Way) -> Iterator[str | Words]:
    yield from _text(node.text, way)
    for child in node:
        yield from _child(child, way)
        yield from _text(child.tail, way)


def _child(child: html.HtmlElement, way: _Way) -> Iterator[str | Words]:
    name = child.get("class") or child.tag
    if child.tag == "br":
        yield {"is": "br"}
    elif name == "mark":  # on screen alone
        yield from _inline(child, way)
    elif child.tag in ("span", "sup", "mark"):
        if name == "nom" and _turns(child.text_content()):
            name = "nom-retourne"
        yield {"is": name, "runs": list(_inline(child, replace(way, parted=False)))}
    else:
        raise UnknownMarkup(f"<{child.tag}> in a text")


def _turns(text: str) -> bool:
    """Say whether a text holds letters written from right to left."""
    return any(unicodedata.bidirectional(one) in _RIGHT_TO_LEFT for one in text)


def _text(text: str | None, way: _Way) -> Iterator[str | Words]:
    for rank, line in enumerate((text or "").split("\n") if way.lined else [text or ""]):
        if rank:
            yield {"is": "br"}
        yield from _pieces(_SPACES.sub(" ", line), way)


def _pieces(line: str, way: _Way) -> Iterator[str | Words]:
    for place, piece in enumerate(_LONG.split(line) if way.parted else [line]):
        if place % 2 and not _FAR_TOO_LONG.search(piece):
            yield {"is": "long", "runs": [piece]}
            continue
        for rank, part in enumerate(_ENDLESS.split(piece)):
            if part:
                yield {"is": "endless", "runs": [part]} if rank % 2 else part


def _trimmed(runs: Runs) -> Runs:
    edges = [{"is": "br"}, *runs, {"is": "br"}]
    kept: Runs = []
    for before, run, after in zip(edges, runs, edges[2:], strict=False):
        text = run
        if isinstance(text, str):
            text = text.lstrip(" ") if before == {"is": "br"} else text
            text = text.rstrip(" ") if after == {"is": "br"} else text
        if text:
            kept.append(text)
    return kept
