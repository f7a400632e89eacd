"""AR24, carrier of electronic registered mail (protocol: docs of the vendor, form in, JSON out).

Success is always HTTP 200: the body tells. There is no idempotency key and no search by our
reference, so a hand-over without an answer is ``OperatorSilent`` and is never repeated here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from kit.clock import Clock
from kit.http import PartnerDown, PartnerHttp, PartnerRefused, PartnerUnclear
from kit.outside import read_json
from services.dispatch.domain.letter import Agency, MailKind
from services.dispatch.domain.proofs import ProofKind
from services.dispatch.domain.tracking import Answer, News
from services.dispatch.partners.ar24_wire import Cypher, Unreadable, from_wall_clock, wall_clock
from services.dispatch.ports import OperatorDown, OperatorRefused, OperatorSilent, Parcel

NAME: Final = "ar24"
PRODUCTS: Final = {
    MailKind.SIMPLE: "recommande-simple",
    MailKind.ACKNOWLEDGED: "recommande-ar",
}
ANSWERS: Final[Mapping[str, Answer]] = {
    "waiting": Answer.WAITING,
    "sent": Answer.DEPOSITED,
    "AR": Answer.ACCEPTED,
    "refused": Answer.REFUSED,
    "negligence": Answer.UNCLAIMED,
    "bounced": Answer.BOUNCED,
    "error": Answer.ERROR,
}
ENDINGS: Final[Mapping[Answer, str]] = {
    Answer.ACCEPTED: "view_date",
    Answer.REFUSED: "refused_date",
    Answer.UNCLAIMED: "negligence_date",
    Answer.BOUNCED: "bounced_date",
}
PROOFS: Final[Mapping[ProofKind, str]] = {
    ProofKind.DEPOSIT: "proof_ev_url",
    ProofKind.RECEIPT: "proof_ar_url",
    ProofKind.REFUSAL: "proof_rf_url",
    ProofKind.UNCLAIMED: "proof_ng_url",
    ProofKind.BOUNCE: "proof_bc_url",
}
# Refusals that are about us, our clock or our quota, never about the letter: it waits.
OURS: Final = frozenset({"token_invalid", "invalid_date", "invalid_signature", "quota_exceeded"})
LONGEST_NUMBER: Final = 64
LONGEST_ADDRESS: Final = 2000
NOT_ABOUT_THE_LETTER: Final = frozenset({0, 401, 403, 404, 405, 408, 429})  # HTTP codes


class Ar24:
    """One account of ours at AR24.

    ``clock`` is technical time: it dates the signatures. ``webhook_base_url`` is where AR24
    reaches us, without a final slash; each attempt adds its own secret.
    """

    def __init__(
        self,
        http: PartnerHttp,
        *,
        token: str,
        private_key: str,
        webhook_base_url: str,
        clock: Clock,
    ) -> None:
        self._http = http
        self._webhook_base_url = webhook_base_url
        self._token = token
        self._cypher = Cypher(private_key)
        self._clock = clock

    @property
    def name(self) -> str:
        """Its name, stored with each attempt."""
        return NAME

    async def ensure_sender(self, agency: Agency) -> str:
        """Return the agency's user number, found by its e-mail or created."""
        try:
            found = await self._call("GET", "user/", {"email": agency.email})
        except OperatorRefused:
            found = await self._create(agency)
        return _number(found, "id")

    async def upload(self, sender: str, filename: str, data: bytes) -> str:
        """Deliver one file and return its number."""
        answer = await self._call(
            "POST",
            "attachment/",
            {"id_user": sender},
            files={"file": (filename, data, "application/pdf")},
        )
        return _number(answer, "file_id")

    async def hand_over(self, parcel: Parcel) -> str:
        """Send, once. An answer that cannot be read is no answer: ``OperatorSilent``."""
        fields = {
            "id_user": parcel.sender,
            "to_company": parcel.recipient_name,
            "to_firstname": "",
            "to_lastname": "",
            "to_email": parcel.recipient_address,
            "dest_statut": "professionnel",
            "content": "",
            "ref_dossier": str(parcel.attempt_id),
            "ref_client": parcel.letter_number,
            "ref_facturation": "",
            "payment_slug": PRODUCTS[parcel.kind],
            "webhook": f"{self._webhook_base_url}/{parcel.secret}",
        } | {f"attachment[{rank}]": number for rank, number in enumerate(parcel.files)}
        return _number(await self._call("POST", "mail/", fields), "id")

    async def read(self, sender: str, reference: str) -> News:
        """Tell where one letter stands."""
        return _news(await self._call("GET", "mail/", {"id": reference, "id_user": sender}))

    async def sweep(self, sender: str, references: Sequence[str]) -> Sequence[News]:
        """Tell where many letters of a sender stand, in one call."""
        fields = {"id_user": sender}
        fields |= {f"mail[{rank}]": number for rank, number in enumerate(references)}
        answer = await self._call("GET", "user/mail", fields)
        return [_news(item) for item in _items(answer)]

    async def fetch(self, address: str) -> bytes:
        """Return a proof, byte for byte; an address elsewhere than the operator's is refused."""
        try:
            answer = await self._http.get(address)
        except PartnerRefused as error:
            raise OperatorDown("the proof is not served") from error
        except (PartnerDown, PartnerUnclear) as error:
            raise OperatorDown("the proof cannot be read now") from error
        return bytes(answer.content)

    def letter_named(self, body: bytes, headers: Mapping[str, str]) -> str:
        """Return the ``id_mail`` of a webhook, sent as a form or, on request, as JSON."""
        try:
            if "json" in headers.get("content-type", ""):
                return _readable(read_json(body).get("id_mail"))
            return _readable(parse_qs(body.decode("utf-8", "replace")).get("id_mail", [""])[0])
        except (ValueError, AttributeError):
            return ""  # the hint still tells which attempt it is about

    async def _create(self, agency: Agency) -> dict[str, Any]:
        fields = {
            "firstname": agency.representative_first_name,
            "lastname": agency.representative_last_name,
            "email": agency.email,
            "gender": "M",  # required by the protocol, and not ours to ask
            "statut": "professionnel",
            "company": agency.trade_name,
            "company_siret": agency.siret,
            "address1": agency.address,
            "city": agency.town,
            "zipcode": agency.postcode,
            "country": "FR",
            "confirmed": "1",
        }
        try:
            return await self._call("POST", "user/", fields)
        except OperatorRefused as refusal:
            if refusal.facts.get("slug") != "user_already_exist":
                raise
            return await self._call("GET", "user/", {"email": agency.email})

    async def _call(
        self,
        method: str,
        path: str,
        fields: Mapping[str, str],
        *,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
    ) -> dict[str, Any]:
        date = wall_clock(self._clock())
        signed = dict(fields) | {"token": self._token, "date": date}
        options: dict[str, Any] = {"headers": {"signature": self._cypher.sign(date)}}
        options |= {"params": signed} if method == "GET" else {"data": signed, "files": files}
        try:
            answer = await self._http.request(method, path, **options)
        except PartnerDown as error:
            raise OperatorDown("AR24 cannot be reached") from error
        except PartnerUnclear as error:
            raise OperatorSilent("AR24 broke off") from error
        except PartnerRefused as error:
            if error.status in NOT_ABOUT_THE_LETTER:
                raise OperatorDown(f"AR24 answered {error.status}") from error
            raise OperatorRefused(slug=f"http-{error.status}") from error
        try:
            return _result(self._cypher.read(answer.content, date))
        except Unreadable as error:
            raise OperatorSilent("AR24 answered what nobody can read") from error


def _result(answer: Mapping[str, Any]) -> dict[str, Any]:
    status = str(answer.get("status", "")).upper()
    if status == "SUCCESS":
        result = answer.get("result")
        return result if isinstance(result, dict) else {"items": result or []}
    if status == "MAINTENANCE":
        raise OperatorDown("AR24 is under maintenance")
    if status != "ERROR":
        raise Unreadable("neither success nor error")
    slug = _readable(answer.get("slug"))
    if slug in OURS:
        raise OperatorDown(f"AR24 refuses us: {slug}")
    raise OperatorRefused(slug=slug)


def _items(answer: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found = answer.get("items", list(answer.values()))
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _number(answer: Mapping[str, Any], name: str) -> str:
    """Return a number of the operator's. Raises ``OperatorSilent`` when it gave none."""
    number = _readable(answer.get(name))
    if not number:
        raise OperatorSilent(f"AR24 answered without {name}")
    return number


def _readable(value: object) -> str:
    """Return a number or a name of the operator's as text, nothing for what can be neither."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if text.isascii() and text.isprintable() and len(text) <= LONGEST_NUMBER else ""


def _news(mail: Mapping[str, Any]) -> News:
    answer = ANSWERS.get(str(mail.get("status", "")), Answer.WAITING)
    return News(
        reference=_readable(mail.get("id")),
        our_reference=_readable(mail.get("ref_dossier")),
        answer=answer,
        deposited_at=_read_date(mail, "ts_ev_date"),
        ended_at=_read_date(mail, ENDINGS[answer]) if answer in ENDINGS else None,
        proofs={kind: str(mail[name]) for kind, name in PROOFS.items() if _is_address(mail, name)},
    )


def _read_date(mail: Mapping[str, Any], name: str) -> datetime | None:
    try:
        return from_wall_clock(mail.get(name))
    except ValueError as error:
        raise OperatorSilent(f"AR24 wrote a date nobody can read: {name}") from error


def _is_address(mail: Mapping[str, Any], name: str) -> bool:
    value = mail.get(name)
    if not isinstance(value, str) or not value.isprintable() or len(value) > LONGEST_ADDRESS:
        return False
    try:
        return bool(urlsplit(value).path)
    except ValueError:  # "http://["
        return False
