"""What Typst does not tag yet: that the first cell of a row of facts is the heading of it."""

import re
from typing import Final

_UNHEADED_CELL: Final = re.compile(rb"/S/TD(/P (\d+) 0 R/A\[<</O/Table)/Headers\[\]")


def with_row_headings(pdf: bytes) -> bytes:
    """Tag the first cell of each row that no column heading names as that row's heading.

    Typst's own ``pdf.header-cell`` is out of reach of its Python package. Both ways to say it are
    as long, to the byte, so that nothing moves in the file.
    """
    named: set[bytes] = set()

    def tagged(cell: re.Match[bytes]) -> bytes:
        if cell[2] in named:
            return cell[0]
        named.add(cell[2])
        return b"/S/TH" + cell[1] + b"/Scope/Row"

    return _UNHEADED_CELL.sub(tagged, pdf)
