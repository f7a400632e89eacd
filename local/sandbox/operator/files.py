"""What a capability address opens: proofs, content and attachments of one letter."""

import hmac
import io
import zipfile
from typing import Final

from fastapi import APIRouter, HTTPException, Response

from local.sandbox.operator.letters import Letter, Letters

NOT_FOUND: Final = "Ce document n'existe pas, ou le jeton ne l'ouvre pas."


class OperatorFiles:
    """Everything under ``/ar24/get``; a wrong token and a missing file answer alike."""

    def __init__(self, letters: Letters) -> None:
        self._letters = letters

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(prefix="/ar24/get", include_in_schema=False)
        router.add_api_route("/proof/{kind}-{number}", self.proof)
        router.add_api_route("/content/{number}", self.content)
        router.add_api_route("/zip/{number}", self.archive)
        router.add_api_route("/att/{number}-{file}", self.attachment)
        return router

    async def proof(self, kind: str, number: int, token: str = "") -> Response:
        """Return a proof, the same bytes each time."""
        self._open(number, token)
        data = self._letters.proof(number, kind)
        if data is None:
            raise HTTPException(404, NOT_FOUND)
        return _pdf(data)

    async def content(self, number: int, token: str = "") -> Response:
        """Return the first file of the letter."""
        letter = self._open(number, token)
        return _pdf(self._letters.content(letter.files[0]))

    async def archive(self, number: int, token: str = "") -> Response:
        """Return all the files of the letter as one ZIP."""
        letter = self._open(number, token)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
            for rank, file in enumerate(letter.files, 1):
                box.writestr(f"{rank:02d}-{_plain(file.name)}", self._letters.content(file))
        return Response(out.getvalue(), media_type="application/zip")

    async def attachment(self, number: int, file: int, token: str = "") -> Response:
        """Return one file of the letter."""
        letter = self._open(number, token)
        wanted = next((each for each in letter.files if each.id == file), None)
        if wanted is None:
            raise HTTPException(404, NOT_FOUND)
        return _pdf(self._letters.content(wanted))

    def _open(self, number: int, token: str) -> Letter:
        try:
            letter = self._letters.get(number)
        except LookupError as error:
            raise HTTPException(404, NOT_FOUND) from error
        if not hmac.compare_digest(letter.proof_token, token):
            raise HTTPException(404, NOT_FOUND)
        return letter


def _pdf(data: bytes) -> Response:
    return Response(
        data, media_type="application/pdf", headers={"X-Content-Type-Options": "nosniff"}
    )


def _plain(name: str) -> str:
    return name.replace("/", "-").replace("\\", "-")
