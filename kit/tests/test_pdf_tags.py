import io
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from kit.pdf import Renderer

pytestmark = pytest.mark.slow

ASSETS = Path(__file__).resolve().parents[2] / ".assets"
TABLES = """
#set document(title: "Tableaux")
#set text(font: "Lettre", lang: "fr")
#table(columns: 2, [Objet], [Résiliation], [Date], table(columns: 2, [Jour], [29]))
#table(columns: 2, table.header([Contrat], [Référence]), [Auto], [A-1], [Santé], [S-2])
"""


@pytest.fixture
async def renderer(tmp_path: Path) -> AsyncIterator[Renderer]:
    made = Renderer(workers=1, assets_dir=ASSETS, root=tmp_path)
    yield made
    await made.close()


def rows_of(node: Any) -> Iterator[list[str]]:
    """Return each row's cells: their kind, and whose heading they are."""
    if not isinstance(node, pikepdf.Dictionary):
        return
    children = node.get("/K", pikepdf.Array())
    if node.get("/S") == "/TR":
        yield [f"{cell.S} {scope_of(cell)}".strip() for cell in children]
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        yield from rows_of(child)


def scope_of(cell: Any) -> str:
    found = cell.get("/A", pikepdf.Array())
    for attributes in found if isinstance(found, pikepdf.Array) else [found]:
        if "/Scope" in attributes:
            return str(attributes.Scope)
    return ""


async def test_a_row_without_a_column_heading_is_named_by_its_first_cell(
    renderer: Renderer, tmp_path: Path
) -> None:
    template = tmp_path / "tables.typ"
    template.write_text(TABLES)

    made = await renderer.render({}, template=template)

    with pikepdf.open(io.BytesIO(made.pdf)) as document:
        rows = list(rows_of(document.Root.StructTreeRoot.K[0]))
        assert document.check_pdf_syntax() == []
    assert rows == [
        ["/TH /Row", "/TD"],
        ["/TH /Row", "/TD"],
        ["/TH /Row", "/TD"],
        ["/TH /Column", "/TH /Column"],
        ["/TD", "/TD"],
        ["/TD", "/TD"],
    ]
