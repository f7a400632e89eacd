"""Mandates as pages: Typst for the prefilled one, an A4 page round a photographed one."""

import asyncio
import io
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

import pikepdf
from PIL import Image

from kit.french import NO_BREAK, long_day, plain_day, typography
from kit.pdf import Renderer
from services.signature.domain.mandate import Scan
from services.signature.domain.sheet import MandateSheet, Principal

TEMPLATES: Final = Path(__file__).resolve().parent.parent / "templates"
MANDATE: Final = TEMPLATES / "mandate.typ"
A4_PT: Final = (Decimal("595.28"), Decimal("841.89"))  # width, height
MARGIN_PT: Final = Decimal("14.17")  # 5 mm: the picture already has its own


class TypstTypesetter:
    """Makes the PDFs of mandates."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    async def typeset(self, sheet: MandateSheet) -> bytes:
        """Return the prefilled mandate as a tagged A4 page. The same sheet gives the same bytes."""
        made = await self._renderer.render(mandate_words(sheet), template=MANDATE)
        return made.pdf

    async def as_pdf(self, data: bytes, scan: Scan) -> bytes:
        """Return a scan as a PDF: a PDF byte for byte, a picture centred on an A4 page."""
        if scan.format == "pdf":
            return data
        return await asyncio.to_thread(picture_on_a4, data)


def mandate_words(sheet: MandateSheet) -> dict[str, object]:
    """Return what ``mandate.typ`` says of a sheet: days and typed texts as printed, empty if none.

    References are printed as they were typed: a space that cannot break would not be theirs.
    """
    letter, agency = sheet.letter, sheet.agency
    return {
        "number": letter.number,
        "made_on": plain_day(sheet.made_on),
        "is_company": letter.is_company,
        "is_disputed": sheet.is_disputed,
        "is_denounced": sheet.is_denounced,
        "agency": {
            "name": typography(agency.trade_name),
            "address_lines": _printed(agency.address_lines),
            "orias": typography(agency.orias_number),
            "representative": typography(agency.representative),
        },
        "principals": [_principal(one) for one in letter.principals],
        "address_lines": _printed(letter.address_lines),
        "recipient": typography(letter.recipient),
        "recipient_town": typography(letter.recipient_town),
        "contracts": [[typography(line.label), line.reference] for line in letter.contracts],
        "ground": typography(letter.ground_label),
        "article": "".join(_printed(letter.articles[:1])),
        "new_insurer": typography(letter.new_insurer),
        "agreed_end": long_day(sheet.agreed_end) if sheet.agreed_end else "",
        "agreed_start": long_day(letter.agreed_start) if letter.agreed_start else "",
    }


def _principal(one: Principal) -> dict[str, str]:
    siret = one.siret
    return {
        "title": one.title,
        "name": typography(one.name),
        "birth_name": typography(one.birth_name),
        "birth_day": plain_day(one.birth_day) if one.birth_day else "",
        "siret": NO_BREAK.join((siret[:3], siret[3:6], siret[6:9], siret[9:])) if siret else "",
        "representative": typography(one.representative),
    }


def _printed(lines: Sequence[str]) -> list[str]:
    return [typography(line) for line in lines]


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
