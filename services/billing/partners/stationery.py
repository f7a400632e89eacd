"""Receipts and credit notes as PDFs, and the e-mails that bring receipts."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from kit.french import euros, long_day, plain_day, typography
from kit.mail import Attachment, Mail
from kit.pdf import Renderer
from kit.templating import environment
from services.billing.domain.credit_note import CreditNotePaper
from services.billing.domain.receipt import Issuer, Receipt
from services.billing.domain.top_up import Method

TEMPLATES: Final = Path(__file__).resolve().parent.parent / "templates"


class PaperStationery:
    """Makes papers with Typst, and writes their e-mails."""

    def __init__(self, renderer: Renderer, *, environment_name: str) -> None:
        self._renderer = renderer
        self._issuer = read_issuer()
        self._is_demo = environment_name != "production"
        templates = environment(TEMPLATES)
        self._products = tomllib.loads((TEMPLATES / "products.toml").read_text("utf-8"))
        self._mail_html = templates.get_template("receipt_mail.html")
        self._mail_text = templates.get_template("receipt_mail.txt")

    async def receipt(self, receipt: Receipt) -> bytes:
        """Typeset a receipt as a tagged A4 page. The same receipt gives the same bytes."""
        words = {
            "number": receipt.number,
            "issued_on": long_day(receipt.issued_on),
            "amount": euros(receipt.amount.cents),
            "buyer": _buyer(receipt.buyer_name, receipt.buyer_lines),
            "paid_on": long_day(receipt.paid_on),
            "by_transfer": receipt.method is Method.TRANSFER,
            "payment_reference": receipt.payment_reference,
        }
        return await self._printed(words, "receipt.typ")

    async def credit_note(self, note: CreditNotePaper) -> bytes:
        """Typeset a credit note as a tagged A4 page. The same note gives the same bytes."""
        split = note.split
        words = {
            "number": note.number,
            "issued_on": long_day(note.issued_on),
            "amount": euros(split.gross.cents),
            "net": euros(split.net.cents),
            "vat": euros(split.vat.cents),
            "rate": percent(split.rate_bp),
            "buyer": _buyer(note.buyer_name, note.buyer_lines),
            "cause": note.cause,
            "product": typography(self._products[note.product]),
            "captured_on": long_day(note.captured_on),
            "returned_on": long_day(note.returned_on),
            "corrects": str(note.corrects),
        }
        return await self._printed(words, "credit_note.typ")

    async def _printed(self, words: Mapping[str, object], template: str) -> bytes:
        issued = {"issuer": _issued_by(self._issuer), "is_demo": self._is_demo}
        made = await self._renderer.render({**words, **issued}, template=TEMPLATES / template)
        return made.pdf

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


def _buyer(name: str, lines: Sequence[str]) -> dict[str, object]:
    return {"name": typography(name), "lines": [typography(line) for line in lines]}


def _issued_by(issuer: Issuer) -> dict[str, object]:
    return {
        "name": issuer.name,
        "legal_form": typography(issuer.legal_form),
        "lines": [typography(line) for line in issuer.lines],
        "town": issuer.lines[-1].split(" ", 1)[-1],  # without its postcode
        "registration": typography(issuer.registration),
        "vat_number": typography(issuer.vat_number),
        "email": issuer.email,
    }


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
