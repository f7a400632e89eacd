"""The mailbox as people read it, and as tests do."""

from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Response

from local.sandbox.mailbox.post import Mail
from local.sandbox.world import World

INERT: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups"


class MailDesk:
    """``/courriels`` and ``/sandbox/mails``."""

    def __init__(self, world: World) -> None:
        self._world = world

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/courriels", self.page)
        router.add_api_route("/courriels/{number}", self.read)
        router.add_api_route("/courriels/{number}/html", self.html)
        router.add_api_route("/courriels/{number}/pieces/{rank}", self.attachment)
        router.add_api_route("/sandbox/mails", self.listing)
        router.add_api_route("/sandbox/mails", self.empty, methods=["DELETE"])
        router.add_api_route("/sandbox/mails/{number}", self.one)
        router.add_api_route("/sandbox/mails/{number}/attachments/{rank}", self.attachment)
        return router

    async def page(self, to: str = "") -> Response:
        """List the newest mails, whoever they are for."""
        mails = self._world.mailbox.latest(to=to)
        return self._world.pages.show("mailbox/list.html", mails=mails, to=to)

    async def read(self, number: int) -> Response:
        """Show one mail: its text with live links, its HTML in an inert frame, its attachments."""
        mail = self._get(number)
        return self._world.pages.show("mailbox/mail.html", mail=mail, links=mail.as_json()["links"])

    async def html(self, number: int) -> Response:
        """Return the HTML part, which may run and load nothing."""
        page = self._get(number).html.replace("<a ", '<a target="_blank" rel="noreferrer" ')
        return Response(page, media_type="text/html", headers={"Content-Security-Policy": INERT})

    async def attachment(self, number: int, rank: int) -> Response:
        """Return an attachment, counted from 0."""
        files = self._get(number).attachments
        if not 0 <= rank < len(files):
            raise HTTPException(404, "no such attachment")
        name = quote(files[rank].name)
        return Response(
            files[rank].data,
            media_type=files[rank].content_type,
            headers={
                "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
                "X-Content-Type-Options": "nosniff",
            },
        )

    async def listing(self, to: str = "", subject: str = "", after: int = 0) -> list[Any]:
        """Return mails for tests, oldest first."""
        found = self._world.mailbox.find(to=to, subject=subject, after=after)
        return [mail.as_json() for mail in found]

    async def one(self, number: int) -> dict[str, Any]:
        """Return one mail for tests."""
        return self._get(number).as_json()

    async def empty(self) -> dict[str, str]:
        """Forget every mail."""
        self._world.mailbox.empty()
        return {"status": "ok"}

    def _get(self, number: int) -> Mail:
        mail = self._world.mailbox.get(number)
        if mail is None:
            raise HTTPException(404, "no such mail")
        return mail
