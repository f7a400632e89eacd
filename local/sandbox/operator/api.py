"""The operator's calls, as AR24 documents them: form fields in, JSON out, HTTP 200 always."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.datastructures import UploadFile

from local.sandbox.faults import Fault, Partner
from local.sandbox.operator.answers import Door, OperatorRefusal
from local.sandbox.operator.letters import File, Letters, Product
from local.sandbox.operator.life import Life
from local.sandbox.operator.objects import mail_object
from local.sandbox.operator.users import EMAIL, Users
from local.sandbox.world import World

PREFIX: Final = "/ar24/api"
MAX_FILE_BYTES: Final = 256 * 1024 * 1024
QUOTA_WINDOW: Final = timedelta(hours=24)
MAIL_FIELDS: Final = (
    "to_firstname",
    "to_lastname",
    "to_company",
    "to_email",
    "dest_statut",
    "content",
    "ref_dossier",
    "ref_client",
    "ref_facturation",
    "webhook",
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call that was let in."""

    fields: dict[str, str]
    lists: dict[str, list[str]]
    upload: tuple[str, bytes] | None


class OperatorApi:
    """Everything under ``/ar24/api``."""

    def __init__(self, world: World, letters: Letters, life: Life) -> None:
        self._world = world
        self._letters = letters
        self._life = life
        self._users = Users(world.store)
        self._door = Door(world)

    def router(self) -> APIRouter:
        """Return the routes; a final slash is optional, as clients differ."""
        router = APIRouter()
        calls: dict[tuple[str, str], Callable[[Call], Any]] = {
            ("GET", "/user"): self._get_user,
            ("POST", "/user"): self._post_user,
            ("POST", "/user/auth_otp"): self._auth_otp,
            ("POST", "/attachment"): self._post_attachment,
            ("POST", "/mail"): self._post_mail,
            ("GET", "/mail"): self._get_mail,
            ("GET", "/user/mail"): self._list_mail,
        }
        for (method, path), act in calls.items():
            for spelling in (path, path + "/"):
                router.add_route(PREFIX + spelling, self._served(act), methods=[method])
        return router

    def _served(self, act: Callable[[Call], Any]) -> Callable[[Request], Awaitable[Response]]:
        """Wrap a call with the door: admitted in, encrypted out, refusals in clear."""
        sends = act == self._post_mail

        async def serve(request: Request) -> Response:
            if self._world.faults.fire(Partner.AR24, Fault.MAINTENANCE):
                return JSONResponse({"status": "maintenance"})
            call = await _read(request)
            try:
                date = self._door.admit(request, call.fields)
                if sends:
                    self._check_mood()
                with self._world.store.transaction():
                    result = act(call)
            except OperatorRefusal as refusal:
                return refusal.answer()
            return self._door.answer(result, date)

        return serve

    def _get_user(self, call: Call) -> dict[str, Any]:
        return self._users.get(
            id_user=call.fields.get("id_user", ""), email=call.fields.get("email", "")
        )

    def _post_user(self, call: Call) -> dict[str, Any]:
        user = self._users.add(call.fields)
        self._world.effect(
            Partner.AR24, "user created", reference=user["email"], partner_id=user["id"]
        )
        return user

    def _auth_otp(self, call: Call) -> dict[str, str]:
        return self._users.open_session(
            id_user=call.fields.get("id_user", ""), otp=call.fields.get("otp", "")
        )

    def _post_attachment(self, call: Call) -> dict[str, str]:
        user = self._users.get(id_user=call.fields.get("id_user", ""))
        if call.upload is None or not call.upload[1]:
            raise OperatorRefusal("missing_file", "Aucun fichier reçu")
        name, data = call.upload
        if len(data) > MAX_FILE_BYTES:
            raise OperatorRefusal("file_too_big", "Fichier trop volumineux")
        digest = hashlib.sha256(data).hexdigest()
        self._world.store.write("INSERT OR IGNORE INTO file VALUES (?, ?)", (digest, data))
        sha1 = hashlib.sha1(data, usedforsecurity=False).hexdigest()
        number = self._world.store.insert(
            "INSERT INTO operator_file (id_user, name, sha256, sha1, size) VALUES (?, ?, ?, ?, ?)",
            (int(user["id"]), name, digest, sha1, len(data)),
        )
        return {"file_id": str(number)}

    def _post_mail(self, call: Call) -> dict[str, Any]:
        sender = self._users.get(id_user=call.fields.get("id_user", ""))
        fields = {name: call.fields.get(name, "") for name in MAIL_FIELDS}
        _check_recipient(fields)
        is_eidas = call.fields.get("eidas", "0") == "1"
        if is_eidas:
            self._users.check_session(
                id_user=sender["id"], proof=call.fields.get("auth_otp_hash", "")
            )
        self._check_quota(int(sender["id"]))
        files = self._files(call, int(sender["id"]))
        fields |= {"from_name": sender["name"], "from_email": sender["email"]}
        fields |= {name: sender[name] for name in ("address1", "address2", "city", "zipcode")}
        letter = self._letters.add(
            sender=int(sender["id"]),
            product=_product(call.fields.get("payment_slug", "")),
            is_eidas=is_eidas,
            fields=fields,
            files=files,
            content_sha256=_whole_hash(fields["content"], files),
            at=self._world.now(),
        )
        self._life.take_charge(letter)
        self._world.effect(
            Partner.AR24,
            "letter accepted",
            reference=fields["ref_dossier"],
            partner_id=str(letter.id),
        )
        return mail_object(letter, self._letters, self._world.settings.base_url)

    def _get_mail(self, call: Call) -> dict[str, Any]:
        return self._mail(call.fields.get("id", ""), call.fields.get("id_user", ""))

    def _list_mail(self, call: Call) -> list[dict[str, Any]]:
        """Return mails by their operator numbers: there is no search by the sender's reference."""
        owner = call.fields.get("id_user", "")
        return [self._mail(number, owner) for number in call.lists.get("mail", [])]

    def _mail(self, number: str, owner: str) -> dict[str, Any]:
        try:
            letter = self._letters.get(int(number))
        except (LookupError, ValueError) as error:
            raise OperatorRefusal("mail_not_exist", "Aucun envoi ne correspond") from error
        if str(letter.id_sender) != owner:
            raise OperatorRefusal("mail_not_exist", "Aucun envoi ne correspond")
        return mail_object(letter, self._letters, self._world.settings.base_url)

    def _files(self, call: Call, owner: int) -> list[File]:
        try:
            numbers = [int(text) for text in call.lists.get("attachment", [])]
            files = self._letters.files(numbers, owner=owner)
        except (LookupError, ValueError) as error:
            raise OperatorRefusal("attachment_not_exist", "Pièce jointe inconnue") from error
        if not files:
            raise OperatorRefusal("missing_attachment", "Au moins une pièce jointe est requise")
        return files

    def _check_mood(self) -> None:
        """Refuse a letter when told to: outside the transaction, which would forget it fired."""
        if self._world.faults.fire(Partner.AR24, Fault.REJECTED):
            raise OperatorRefusal("invalid_to_email", "Adresse du destinataire refusée")

    def _check_quota(self, sender: int) -> None:
        switch = self._world.faults.peek(Partner.AR24, Fault.QUOTA)
        if switch is None:
            return
        since = self._world.now() - QUOTA_WINDOW
        if self._letters.sent_since(sender, since) >= int(switch.settings.get("sends", 100)):
            raise OperatorRefusal("quota_exceeded", "Nombre d'envois du jour dépassé")


def _check_recipient(fields: dict[str, str]) -> None:
    if fields["dest_statut"] not in {"particulier", "professionnel"}:
        raise OperatorRefusal("invalid_dest_statut", "Statut du destinataire inconnu")
    if not EMAIL.fullmatch(fields["to_email"]):
        raise OperatorRefusal("invalid_to_email", "Adresse du destinataire invalide")
    if fields["dest_statut"] == "professionnel" and not fields["to_company"]:
        raise OperatorRefusal("missing_to_company", "Raison sociale du destinataire manquante")
    if fields["dest_statut"] == "particulier" and not fields["to_lastname"]:
        raise OperatorRefusal("missing_to_lastname", "Nom du destinataire manquant")


def _product(slug: str) -> Product:
    try:
        return Product(slug) if slug else Product.ACKNOWLEDGED
    except ValueError as error:
        raise OperatorRefusal("invalid_payment_slug", "Produit inconnu") from error


def _whole_hash(content: str, files: list[File]) -> str:
    whole = "\n".join((content, *(file.sha256 for file in files)))
    return hashlib.sha256(whole.encode()).hexdigest()


async def _read(request: Request) -> Call:
    """Read query and form together; ``name[0]`` and ``name[]`` are items of the list ``name``."""
    pairs: list[tuple[str, str]] = list(request.query_params.multi_items())
    upload = None
    if request.method == "POST":
        form = await request.form(max_part_size=MAX_FILE_BYTES)
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                upload = (value.filename or "fichier", await value.read())
            else:
                pairs.append((name, value))
    lists: dict[str, list[str]] = {}
    for name, value in pairs:
        if "[" in name:
            lists.setdefault(name.split("[", 1)[0], []).append(value)
    return Call(dict(pairs), lists, upload)
