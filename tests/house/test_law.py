"""Each article the code rests on is explained in docs/law, and money is never a float."""

import ast
import re

from tests.house.source import ROOT, python_files, tree

LAW_LINE = re.compile(r"Law:\s*(.+?)(?:\n\s*\n|\n\s*Our reading:|\"\"\"|$)", re.DOTALL)
ARTICLE = re.compile(r"\b([LRA]\*?\.?\s?\d{2,3}(?:-\d+)*)")


def normal(article: str) -> str:
    return re.sub(r"[.\s*]", "", article)


def test_every_article_cited_by_the_code_is_explained() -> None:
    explained = {
        normal(article)
        for page in [*(ROOT / "docs/law").glob("*.md"), ROOT / "docs/glossary.md"]
        for article in ARTICLE.findall(page.read_text())
    }
    cited = {
        (normal(article), str(path.relative_to(ROOT)))
        for path in python_files("kit", "services")
        if "tests" not in path.parts
        for law in LAW_LINE.findall(path.read_text())
        for article in ARTICLE.findall(law)
    }

    assert cited
    assert not {(article, where) for article, where in cited if article not in explained}


def test_no_float_comes_near_money() -> None:
    rooms = ["kit/money.py", "services/billing/domain"]
    floats = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in python_files(*rooms)
        for node in ast.walk(tree(path))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
    ]

    assert not floats
