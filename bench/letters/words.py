"""The words of a letter's page, part by part, for whoever sets them without our HTML."""

from typing import Any, Final

from lxml import html

BREAK: Final = "\n"


def words_of(page: str) -> dict[str, Any]:
    """Return every word of the page where the letter has it; lines of a part end with a break."""
    document = html.fromstring(page)
    for line in document.iter("br"):
        line.tail = BREAK + (line.tail or "")
    body = document.find("body")

    def texts(path: str) -> list[str]:
        return [_text(found) for found in document.xpath(path)]

    return {
        "title": document.findtext("head/title"),
        "foot": body.get("data-pied"),
        "sender": texts("//div[@class='emetteur']/p"),
        "references": _pairs(texts("//dl[@class='references']/*")),
        "window": texts("//address"),
        "place": texts("//p[@class='lieu']"),
        "subject": texts("//h1"),
        "call": texts("//p[@class='appel']"),
        "fields": [
            [_text(cell) for cell in row] for row in document.xpath("//table[@class='champs']//tr")
        ],
        "dates": _pairs(texts("//dl[@class='dates']/*")),
        "before": texts("//table/preceding-sibling::p[@class='texte']"),
        "after": texts("//table/following-sibling::p"),
        "end": texts("//div[@class='fin']/p"),
        "signature": texts("//div[@class='signature']/p"),
    }


def _text(node: html.HtmlElement) -> str:
    return BREAK.join(
        " ".join(line.split(" ")).strip() for line in node.text_content().split(BREAK)
    )


def _pairs(texts: list[str]) -> list[list[str]]:
    return [list(pair) for pair in zip(texts[::2], texts[1::2], strict=True)]
