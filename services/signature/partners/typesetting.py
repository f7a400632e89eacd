"""Mandates as pages: WeasyPrint for the prefilled one, an A4 page round a photographed one."""

import asyncio
import io
from decimal import Decimal
from pathlib import Path
from typing import Final

import pikepdf
from PIL import Image

from kit.pdf import Renderer
from kit.templating import environment
from services.signature.domain.mandate import Scan
from services.signature.domain.sheet import MandateSheet

TEMPLATES: Final = Path(__file__).resolve().parent.parent / "templates"
A4_PT: Final = (Decimal("595.28"), Decimal("841.89"))  # width, height
MARGIN_PT: Final = Decimal("14.17")  # 5 mm: the picture already has its own


class WeasyTypesetter:
    """Makes the PDFs of mandates."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._page = environment(TEMPLATES).get_template("mandate.html")

    async def typeset(self, sheet: MandateSheet) -> bytes:
        """Return the prefilled mandate as a tagged A4 page. The same sheet gives the same bytes."""
        html = self._page.render(sheet=sheet, letter=sheet.letter, agency=sheet.agency)
        return await self._renderer.render_html(html, stylesheet=TEMPLATES / "mandate.css")

    async def as_pdf(self, data: bytes, scan: Scan) -> bytes:
        """Return a scan as a PDF: a PDF byte for byte, a picture centred on an A4 page."""
        if scan.format == "pdf":
            return data
        return await asyncio.to_thread(picture_on_a4, data)


def picture_on_a4(data: bytes) -> bytes:
    """Return one A4 page, upright or lying as the picture is. The same picture, the same bytes."""
    with Image.open(io.BytesIO(data)) as picture:
        is_jpeg = picture.format == "JPEG" and picture.mode in {"L", "RGB"}
        plain = picture if is_jpeg else picture.convert("RGB")
        width, height = plain.size
        pixels = data if is_jpeg else plain.tobytes()
        space = pikepdf.Name.DeviceGray if plain.mode == "L" else pikepdf.Name.DeviceRGB
    page_width, page_height = A4_PT if height >= width else A4_PT[::-1]
    pdf = pikepdf.new()
    image = pdf.make_stream(
        pixels,
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=width,
        Height=height,
        ColorSpace=space,
        BitsPerComponent=8,
        **({"Filter": pikepdf.Name.DCTDecode} if is_jpeg else {}),
    )
    scale = min((page_width - 2 * MARGIN_PT) / width, (page_height - 2 * MARGIN_PT) / height)
    across, up = scale * width, scale * height
    left, bottom = (page_width - across) / 2, (page_height - up) / 2
    drawing = f"q {across:.2f} 0 0 {up:.2f} {left:.2f} {bottom:.2f} cm /Scan Do Q"
    pdf.pages.append(
        pikepdf.Page(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Page,
                MediaBox=[0, 0, page_width, page_height],
                Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=image)),
                Contents=pdf.make_stream(drawing.encode()),
            )
        )
    )
    pdf.Root.Lang = "fr"
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True, compress_streams=True)
    return out.getvalue()
