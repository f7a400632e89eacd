"""Receipts and credit notes as PDFs, and the e-mails that bring receipts."""

import tomllib
from pathlib import Path
from typing import Final

from kit.french import euros, plain_day
from kit.mail import Attachment, Mail
from kit.pdf import Renderer
from kit.templating import environment
from services.billing.domain.credit_note import CreditNotePaper
from services.billing.domain.receipt import Issuer, Receipt

TEMPLATES: Final = Path(__file__).resolve().parent.parent / "templates"


class PaperStationery:
    """Makes papers with WeasyPrint, and writes their e-mails."""

    def __init__(self, renderer: Renderer, *, environment_name: str) -> None:
        self._renderer = renderer
        self._issuer = read_issuer()
        self._is_demo = environment_name != "production"
        templates = environment(TEMPLATES)
        self._page = templates.get_template("receipt.html")
        self._credit_note = templates.get_template("credit_note.html")
        self._products = tomllib.loads((TEMPLATES / "products.toml").read_text("utf-8"))
        self._mail_html = templates.get_template("receipt_mail.html")
        self._mail_text = templates.get_template("receipt_mail.txt")

    async def receipt(self, receipt: Receipt) -> bytes:
        """Typeset a receipt as a tagged A4 page. The same receipt gives the same bytes."""
        html = self._page.render(receipt=receipt, issuer=self._issuer, is_demo=self._is_demo)
        return await self._renderer.render_html(html, stylesheet=TEMPLATES / "receipt.css")

    async def credit_note(self, note: CreditNotePaper) -> bytes:
        """Typeset a credit note as a tagged A4 page."""
        html = self._credit_note.render(
            note=note,
            rate=percent(note.split.rate_bp),
            issuer=self._issuer,
            products=self._products,
            is_demo=self._is_demo,
        )
        return await self._renderer.render_html(html, stylesheet=TEMPLATES / "receipt.css")

    def receipt_mail(self, receipt: Receipt, *, to: str, pdf: bytes) -> Mail:
        """Write the e-mail that brings a receipt."""
        facts = {"receipt": receipt, "issuer": self._issuer}
        subject = f"Crédit ajouté : {euros(receipt.amount.cents)}, {plain_day(receipt.paid_on)}"
        return Mail(
            to=to,
            subject=subject,
            text=self._mail_text.render(**facts),
            html=self._mail_html.render(**facts),
            attachments=[
                Attachment(
                    name=f"Recu-{receipt.number}.pdf", media_type="application/pdf", data=pdf
                )
            ],
        )


def percent(rate_bp: int) -> str:
    """Write a rate in hundredths of a percent as French papers do: ``20``, ``5,5``."""
    whole, rest = divmod(rate_bp, 100)
    return f"{whole},{rest:02d}".rstrip("0").rstrip(",") if rest else str(whole)


def read_issuer(path: Path = TEMPLATES / "issuer.toml") -> Issuer:
    """Read who sells the credit."""
    data = tomllib.loads(path.read_text("utf-8"))
    return Issuer(
        name=data["name"],
        legal_form=data["legal_form"],
        lines=tuple(data["lines"]),
        registration=data["registration"],
        vat_number=data["vat_number"],
        email=data["email"],
    )
