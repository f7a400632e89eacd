"""A small AR24 caller for these tests, written from the vendor's rules."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import httpx

from kit.days import PARIS
from local.sandbox.operator import crypto

Files = dict[str, tuple[str, bytes]] | None
PDF = b"%PDF-1.7 a letter of the tests"


class Caller:
    """Calls the operator as an integrator does."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.token = "token-of-tests"
        self.key = "7X9gx9E3Qx4EiUdB63nc"
        self.date = datetime.now(UTC).astimezone(PARIS).strftime("%Y-%m-%d %H:%M:%S")

    async def raw(
        self, method: str, path: str, fields: dict[str, str], files: Files = None
    ) -> httpx.Response:
        signed = {"signature": crypto.signature(self.date, self.key)}
        both = {"token": self.token, "date": self.date, **fields}
        place = {"params": both} if method == "GET" else {"data": both, "files": files}
        return await self.client.request(method, f"/ar24/api/{path}", headers=signed, **place)

    async def call(
        self, method: str, path: str, fields: dict[str, str] | None = None, files: Files = None
    ) -> Any:
        answer = await self.raw(method, path, fields or {}, files)
        assert answer.status_code == 200
        body = self.read(answer)
        assert body["status"] == "SUCCESS", body
        return body["result"]

    async def slug(self, method: str, path: str, fields: dict[str, str]) -> str:
        answer = await self.raw(method, path, fields)
        assert answer.status_code == 200
        told: str = answer.json()["slug"]
        return told

    def read(self, answer: httpx.Response) -> Any:
        """Read an answer whatever its mode, as the reference orders the tries."""
        try:
            body = answer.json()
        except json.JSONDecodeError:
            return json.loads(crypto.decrypt(answer.text, self.date, self.key))
        if isinstance(body.get("result"), str):
            base64.b64decode(body["result"], validate=True)
            body["result"] = json.loads(crypto.decrypt(body["result"], self.date, self.key))
        return body

    async def sender(self, email: str = "agence@beraud.example") -> str:
        user = await self.call(
            "POST",
            "user/",
            {
                "firstname": "Pierre",
                "lastname": "Béraud",
                "email": email,
                "gender": "M",
                "statut": "professionnel",
                "company": "Béraud Assurances",
                "address1": "12 place du Marché",
                "city": "Grenoble",
                "zipcode": "38000",
                "country": "FR",
            },
        )
        number: str = user["id"]
        return number

    async def send(self, sender: str, **more: str) -> dict[str, Any]:
        file = await self.call(
            "POST", "attachment/", {"id_user": sender}, {"file": ("lettre.pdf", PDF)}
        )
        fields = {
            "id_user": sender,
            "to_company": "Mutuelle Val d'Ambre",
            "to_firstname": "",
            "to_lastname": "",
            "to_email": "resiliations@val-dambre.example",
            "dest_statut": "professionnel",
            "content": "",
            "ref_dossier": "attempt-1",
            "attachment[0]": file["file_id"],
            **more,
        }
        mail: dict[str, Any] = await self.call("POST", "mail/", fields)
        return mail

    async def mail(self, sender: str, number: str) -> dict[str, Any]:
        mail: dict[str, Any] = await self.call("GET", "mail/", {"id_user": sender, "id": number})
        return mail
