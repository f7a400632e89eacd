"""HTML as a browser reads it: nothing in it was made by a text that somebody typed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import tinyhtml5

from tests.prove.hostile.checks.text import OUR_OWN, hidden
from tests.prove.hostile.texts import bears_mark

_FORBIDDEN: Final = frozenset(
    {"applet", "base", "embed", "frame", "frameset", "math", "object", "portal", "style"}
)
_ADDRESSES: Final = frozenset(
    {"action", "background", "cite", "data", "formaction", "href", "hx-get", "hx-post", "ping",
     "poster", "src", "srcset"}
)  # fmt: skip
_RELATIONS: Final = frozenset({"icon", "stylesheet"})
_ATTRIBUTE: Final = re.compile(
    r"(?!on)(?:[a-z]+|[a-zA-Z]+|(?:aria|data|hx|http|stroke|accept)-[a-z-]+)"
)
_SAYS: Final = frozenset({"alt", "aria-label", "content", "placeholder", "title", "value"})
"""Attributes whose value is read by people: a text may stand there, as a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a page may have besides: addresses that begin so or are these, styles in attributes."""

    origins: tuple[str, ...] = ()
    addresses: frozenset[str] = frozenset()
    styled: bool = False


PAGE: Final = Policy()
MAIL: Final = Policy(
    origins=("http://localhost:",),
    addresses=frozenset({"mailto:facturation@preavis.example"}),
    styled=True,
)


def faults_of_page(html: str, policy: Policy = PAGE) -> Iterator[str]:
    """Yield each element, attribute, address or character that a text made."""
    for element in tinyhtml5.parse(html).iter():
        tag = _bare(element.tag)
        attributes = {_bare(name): value for name, value in element.attrib.items()}
        yield from _faults_of_element(tag, attributes, element.text or "")
        for name, value in attributes.items():
            yield from _faults_of_attribute(tag, name, value, policy)
        for text in (element.text, element.tail):
            if marks := hidden(text or "", allowed=OUR_OWN):
                yield f"<{tag}>: {marks} in {(text or '').strip()[:60]!r}"


def words_of_page(html: str) -> str:
    """Return what the page says, in its text and in its fields."""
    document = tinyhtml5.parse(html)
    said = [element.attrib.get(name, "") for element in document.iter() for name in _SAYS]
    return " ".join([*document.itertext(), *said])


def _faults_of_element(tag: str, attributes: dict[str, str], text: str) -> Iterator[str]:
    if tag in _FORBIDDEN or bears_mark(tag) or not tag.isascii():
        yield f"<{tag}>"
    if tag == "img" and attributes.keys() != {"class", "src", "alt"}:  # a piece that is looked at
        yield f"an image of {attributes}"
    if tag == "script" and (text.strip() or "src" not in attributes):
        yield f"a script in the page: {text[:60]!r}"
    if tag == "meta" and "http-equiv" in attributes and not _comes_back(attributes):
        yield "a header in the page"
    if tag == "link" and attributes.get("rel") not in _RELATIONS:
        yield f"a link to {attributes}"


def _faults_of_attribute(tag: str, name: str, value: str, policy: Policy) -> Iterator[str]:
    where = f"<{tag} {name}={value[:60]!r}>"
    if not _ATTRIBUTE.fullmatch(name) or bears_mark(name):
        yield f"{where} is an attribute nobody wrote"
    if name == "style" and not policy.styled:
        yield f"{where} is a style in the page"
    if name in _ADDRESSES and not _is_ours(value, policy):
        yield f"{where} leads elsewhere"
    if bears_mark(value) and not _may_say(name, value):
        yield f"{where} holds a text"
    if marks := hidden(value, allowed=OUR_OWN):
        yield f"{where} holds {marks}"


def _is_ours(address: str, policy: Policy) -> bool:
    if address in policy.addresses or (policy.origins and address.startswith(policy.origins)):
        return True
    return address[:1] in {"", "#", "?"} or (address[0] == "/" and address[1:2] not in {"/", "\\"})


def _comes_back(attributes: dict[str, str]) -> bool:
    """Whether an element does no more than ask for the same page again, for want of scripts."""
    again = attributes.get("http-equiv") == "refresh" and attributes.get("content", "").isdecimal()
    return again and attributes.keys() == {"http-equiv", "content"}


def _may_say(name: str, value: str) -> bool:
    """Whether a text may stand in this attribute: in an address, after the question mark."""
    return name in _SAYS or (name == "href" and not bears_mark(value.partition("?")[0]))


def _bare(name: Any) -> str:
    return str(name).rpartition("}")[2]
