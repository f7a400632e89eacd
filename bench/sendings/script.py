"""A script that sends letters and seals a sheet for each: the bare work, and no memory of it.

No hold, no mandate, no state, no retry, no e-mail: killed at any line, it knows nothing of what
it had begun.
"""

import asyncio
import hashlib
import io
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

import httpx
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, sign_pdf
from pyhanko.sign.fields import SigSeedSubFilter
from weasyprint import CSS, HTML

from kit.clock import system_clock
from kit.http import PartnerHttp
from services.dispatch.domain.letter import Agency, MailKind
from services.dispatch.domain.tracking import Answer, News
from services.dispatch.partners.ar24 import Ar24
from services.dispatch.partners.sealing import HttpTimeStamper, SealingKey, load_signer
from services.dispatch.ports import Parcel

AT_ONCE: Final = 4  # letters in hand: it waits for the operator without holding up the others
POLL_S: Final = 0.1
SHEET: Final = "<html lang=fr><title>Preuve</title><h1>Preuve {}</h1><table>{}</table>"
ROW: Final = "<tr><td>Empreinte SHA-256 de la pièce</td><td>{}</td></tr>"
SHEET_CSS: Final = "@page { size: A4; margin: 20mm } td { padding: 2mm; border: .3pt solid }"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A pile of letters, and all that the script must know to send them."""

    letters: tuple[str, ...]
    """Each as finished HTML."""
    css: str
    sandbox_url: str
    webhook_url: str
    """Somebody who answers the operator's calls and forgets them: the script asks instead."""
    ar24_token: str
    ar24_key: str
    seal: SealingKey
    folder: Path
    recipient: str
    to: str
    sender: Agency


def send_all(job: Job) -> list[float]:
    """Send the pile; return how long each letter took until its sheet was sealed, in seconds."""
    return asyncio.run(_Script(job).run())


class _Script:
    def __init__(self, job: Job) -> None:
        self._job = job
        self._http = PartnerHttp(f"{job.sandbox_url}/ar24/api", partner="ar24")
        self._ar24 = Ar24(
            self._http,
            token=job.ar24_token,
            private_key=job.ar24_key,
            webhook_base_url=job.webhook_url,
            clock=system_clock,
        )

    async def run(self) -> list[float]:
        gate = asyncio.Semaphore(AT_ONCE)
        sender = await self._ar24.ensure_sender(self._job.sender)
        async with httpx.AsyncClient(base_url=self._job.sandbox_url, timeout=60) as recipients:

            async def one(html: str) -> float:
                async with gate:
                    start = time.perf_counter()
                    await self._send(html, sender, recipients)
                    return time.perf_counter() - start

            took = await asyncio.gather(*(one(html) for html in self._job.letters))
        await self._http.close()
        return list(took)

    async def _send(self, html: str, sender: str, recipients: httpx.AsyncClient) -> None:
        pdf = HTML(string=html).write_pdf(
            stylesheets=[CSS(string=self._job.css)], pdf_variant="pdf/ua-1"
        )
        number = await self._ar24.hand_over(
            Parcel(
                attempt_id=uuid4(),
                sender=sender,
                kind=MailKind.ACKNOWLEDGED,
                recipient_name=self._job.recipient,
                recipient_address=self._job.to,
                letter_number="script",
                files=[await self._ar24.upload(sender, "lettre.pdf", pdf)],
                secret=uuid4().hex,
            )
        )
        kept = [pdf, *await self._proofs(sender, number, Answer.DEPOSITED)]
        (await recipients.post(f"/sandbox/letters/{number}/accept")).raise_for_status()
        kept += await self._proofs(sender, number, Answer.ACCEPTED)
        hashes = [hashlib.sha256(each).hexdigest() for each in kept]
        self._keep(*kept, await asyncio.to_thread(self._seal, number, hashes))

    async def _proofs(self, sender: str, number: str, answer: Answer) -> list[bytes]:
        news = await self._until(sender, number, answer)
        return [await self._ar24.fetch(address) for address in news.proofs.values()]

    async def _until(self, sender: str, number: str, answer: Answer) -> News:
        while True:
            news = await self._ar24.read(sender, number)
            if news.answer is answer:
                return news
            await asyncio.sleep(POLL_S)

    def _seal(self, number: str, hashes: list[str]) -> bytes:
        rows = "".join(ROW.format(each) for each in hashes)
        sheet = HTML(string=SHEET.format(number, rows)).write_pdf(
            stylesheets=[CSS(string=SHEET_CSS)], pdf_variant="pdf/ua-1"
        )
        sealed = io.BytesIO()
        sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(sheet)),
            PdfSignatureMetadata(
                field_name="Sceau", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
            ),
            signer=load_signer(self._job.seal),
            timestamper=HttpTimeStamper(self._job.seal.timestamp_url),
            output=sealed,
        )
        return sealed.getvalue()

    def _keep(self, *files: bytes) -> None:
        for data in files:
            (self._job.folder / hashlib.sha256(data).hexdigest()).write_bytes(data)


def ready() -> None:
    """Do nothing: a worker that answers has loaded all of the above."""
