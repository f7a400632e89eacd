"""The recipient's portal: identify by a code, then accept or refuse, then read. French pages."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Cookie, Form, Response
from fastapi.responses import RedirectResponse

from kit.ids import token_hash
from local.sandbox.operator.letters import Letter, Letters, Status
from local.sandbox.operator.life import ImpossibleMove, Life
from local.sandbox.operator.notices import Notices
from local.sandbox.world import World

CODE_LIFE: Final = timedelta(minutes=15)
MAX_FAILURES: Final = 6
LOCK: Final = timedelta(hours=3)
SEE_OTHER: Final = 303


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Where the recipient stands with their identification for one letter."""

    code_hash: str | None
    code_until: datetime | None
    failures: int
    locked_until: datetime | None
    session_hash: str | None


class Portal:
    """Everything under ``/portail``."""

    def __init__(self, world: World, letters: Letters, life: Life) -> None:
        self._world = world
        self._letters = letters
        self._life = life
        self._notices = Notices(world)

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/portail/{token}", self.show)
        router.add_api_route("/portail/{token}/code", self.send_code, methods=["POST"])
        router.add_api_route("/portail/{token}/identification", self.identify, methods=["POST"])
        router.add_api_route("/portail/{token}/choix", self.choose, methods=["POST"])
        router.add_api_route("/portail/{token}/fichiers/{file}", self.file)
        router.add_api_route("/verifier-un-message", self.check_message)
        return router

    async def show(
        self, token: str, pli: Annotated[str, Cookie()] = "", message: str = ""
    ) -> Response:
        """Show what the recipient may see now: nothing of the sender before they accept."""
        letter = self._find(token)
        if letter is None:
            return self._world.pages.show("operator/unknown.html", status=404)
        visit = self._visit(letter)
        facts: dict[str, Any] = {
            "letter": letter,
            "token": token,
            "message": message,
            "known": _is_known(visit, pli),
            "code_sent": visit.code_hash is not None,
            "locked_until": visit.locked_until if self._is_locked(visit) else None,
            "Status": Status,
        }
        return self._world.pages.show("operator/letter.html", **facts)

    async def send_code(self, token: str) -> Response:
        """Mail a fresh code; the former one is worth nothing any more."""
        letter = self._find(token)
        if letter is None:
            return self._world.pages.show("operator/unknown.html", status=404)
        if not self._is_locked(self._visit(letter)):
            code = f"{secrets.randbelow(1_000_000):06d}"
            with self._world.store.transaction():
                self._save(
                    letter,
                    code_hash=token_hash(code),
                    code_until=(self._world.now() + CODE_LIFE).isoformat(),
                )
                self._notices.send_code(letter, code)
        return _back(token)

    async def identify(self, token: str, code: Annotated[str, Form()] = "") -> Response:
        """Check the code; six wrong ones lock the letter for three hours."""
        letter = self._find(token)
        if letter is None:
            return self._world.pages.show("operator/unknown.html", status=404)
        visit, now = self._visit(letter), self._world.now()
        if self._is_locked(visit):
            return _back(token)
        fresh = visit.code_until is not None and now < visit.code_until
        given = token_hash("".join(code.split()))
        if fresh and hmac.compare_digest(visit.code_hash or "", given):
            session = secrets.token_urlsafe(24)
            self._save(letter, session_hash=token_hash(session), code_hash=None, failures=0)
            answer = _back(token)
            answer.set_cookie(
                "pli", session, httponly=True, samesite="lax", path=f"/portail/{token}"
            )
            return answer
        failures = visit.failures + 1
        locked = failures >= MAX_FAILURES
        self._save(
            letter,
            failures=0 if locked else failures,
            locked_until=(now + LOCK).isoformat() if locked else None,
        )
        return _back(token, "code")

    async def choose(
        self,
        token: str,
        choice: Annotated[str, Form()] = "",
        confirmed: Annotated[str, Form()] = "",
        pli: Annotated[str, Cookie()] = "",
    ) -> Response:
        """Accept or refuse, once identified and once the box is ticked."""
        letter = self._find(token)
        if letter is None:
            return self._world.pages.show("operator/unknown.html", status=404)
        if not _is_known(self._visit(letter), pli):
            return _back(token)
        if confirmed != "oui" or choice not in {"accepter", "refuser"}:
            return _back(token, "choix")
        try:
            (self._life.accept if choice == "accepter" else self._life.refuse)(letter)
        except ImpossibleMove:
            return _back(token, "ferme")
        return _back(token)

    async def file(self, token: str, file: int, pli: Annotated[str, Cookie()] = "") -> Response:
        """Give a file of an accepted letter to its identified recipient."""
        letter = self._find(token)
        known = letter is not None and _is_known(self._visit(letter), pli)
        if letter is None or not known or letter.status is not Status.ACCEPTED:
            return self._world.pages.show("operator/unknown.html", status=404)
        wanted = next((each for each in letter.files if each.id == file), None)
        if wanted is None:
            return self._world.pages.show("operator/unknown.html", status=404)
        return Response(
            self._letters.content(wanted),
            media_type="application/pdf",
            headers={"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"},
        )

    async def check_message(self, reference: str = "") -> Response:
        """Say whether a message's reference is ours, and nothing else about it."""
        known = None
        if reference:
            try:
                self._letters.by_reference(reference.strip().upper())
                known = True
            except LookupError:
                known = False
        return self._world.pages.show("operator/check.html", reference=reference, known=known)

    def _find(self, token: str) -> Letter | None:
        try:
            letter = self._letters.by_portal_token(token)
        except LookupError:
            return None
        return None if letter.status in {Status.WAITING, Status.BOUNCED} else letter

    def _visit(self, letter: Letter) -> Visit:
        row = self._world.store.row(
            "SELECT * FROM operator_visit WHERE letter_id = ?", (letter.id,)
        )
        if row is None:
            self._world.store.write(
                "INSERT INTO operator_visit (letter_id) VALUES (?)", (letter.id,)
            )
            return self._visit(letter)
        until, locked = row["code_until"], row["locked_until"]
        return Visit(
            code_hash=row["code_hash"],
            code_until=datetime.fromisoformat(until) if until else None,
            failures=row["failures"],
            locked_until=datetime.fromisoformat(locked) if locked else None,
            session_hash=row["session_hash"],
        )

    def _save(self, letter: Letter, **changes: str | int | None) -> None:
        columns = ", ".join(f"{name} = ?" for name in changes)
        self._world.store.write(
            f"UPDATE operator_visit SET {columns} WHERE letter_id = ?",  # noqa: S608 - names from this file
            (*changes.values(), letter.id),
        )

    def _is_locked(self, visit: Visit) -> bool:
        return visit.locked_until is not None and self._world.now() < visit.locked_until


def _is_known(visit: Visit, session: str) -> bool:
    return bool(session) and hmac.compare_digest(visit.session_hash or "", token_hash(session))


def _back(token: str, message: str = "") -> RedirectResponse:
    query = f"?message={message}" if message else ""
    return RedirectResponse(f"/portail/{token}{query}", SEE_OTHER)
