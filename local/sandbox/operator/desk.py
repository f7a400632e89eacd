"""The operator seen from inside: its letters, its senders' codes, choices made for tests."""

from typing import Any

from fastapi import APIRouter, HTTPException, Response
from fastapi.responses import JSONResponse

from kit.clock import system_clock
from local.sandbox.operator.letters import Letter, Letters, Status
from local.sandbox.operator.life import ImpossibleMove, Life
from local.sandbox.operator.objects import mail_object
from local.sandbox.operator.users import CODE_STEP_S, Users, code
from local.sandbox.world import World


class Desk:
    """The page ``/operateur`` and the calls under ``/sandbox/letters``."""

    def __init__(self, world: World, letters: Letters, life: Life) -> None:
        self._world = world
        self._letters = letters
        self._life = life
        self._users = Users(world.store)

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/operateur", self.page)
        router.add_api_route("/sandbox/letters", self.listing)
        router.add_api_route("/sandbox/letters/{number}/{move}", self.move, methods=["POST"])
        return router

    async def page(self) -> Response:
        """Show the latest letters, each with the door its recipient uses."""
        step = int(system_clock().timestamp()) // CODE_STEP_S
        users = [
            {"id": row["id"], "email": row["email"], "code": code(row["otp_secret"], step)}
            for row in self._users.secrets()
        ]
        return self._world.pages.show(
            "operator/desk.html", letters=self._letters.listing(limit=100), users=users
        )

    async def listing(self, status: str = "", ours: str = "") -> Response:
        """Return letters newest first, with what only the operator and the recipient know.

        ``ours`` is the sender's own reference: a person reads it in the customer area, where
        the operator's calls cannot search for it.
        """
        found = self._letters.listing(status=status, ours=ours)
        return JSONResponse([self._inside(letter) for letter in found])

    async def move(self, number: int, move: str) -> Response:
        """Do what the recipient, or their mail server, would: 409 when the letter cannot."""
        moves = {
            "accept": self._life.accept,
            "refuse": self._life.refuse,
            "bounce": self._life.bounce,
        }
        if move not in moves:
            raise HTTPException(404, "accept, refuse or bounce")
        try:
            letter = moves[move](self._letters.get(number))
        except LookupError as error:
            raise HTTPException(404, str(error)) from error
        except ImpossibleMove as error:
            raise HTTPException(409, str(error)) from error
        return JSONResponse(self._inside(letter))

    def _inside(self, letter: Letter) -> dict[str, Any]:
        base = self._world.settings.base_url
        waits = letter.status is not Status.WAITING
        return mail_object(letter, self._letters, base) | {
            "reference": letter.reference,
            "portal_url": f"{base}/portail/{letter.portal_token}" if waits else "",
            "closes_at": letter.closes_at.isoformat() if letter.closes_at else None,
        }
