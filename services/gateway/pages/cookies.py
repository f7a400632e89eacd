"""The three cookies of the pages: the session, the visitor's random name, the message kept once."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from fastapi import Request, Response

from services.gateway.pages.security import Seal, new_visitor
from services.gateway.settings import GatewaySettings

SESSION: Final = "preavis"
VISITOR: Final = "preavis-visite"
NOTICE: Final = "preavis-avis"
_NOTICE_SECONDS: Final = 300


@dataclass(frozen=True, slots=True)
class Notice:
    """A message for the next page: its name in ``wording/notices.toml``, and its facts."""

    code: str
    facts: Mapping[str, str] = field(default_factory=dict)


class Cookies:
    """Reads and writes our cookies; ``__Host-`` and ``Secure`` wherever people use HTTPS."""

    def __init__(self, settings: GatewaySettings) -> None:
        self._secure = settings.is_secure
        self._prefix = "__Host-" if settings.is_secure else ""
        self._seal = Seal(settings.cookie_key)

    def session(self, request: Request) -> str:
        """Return the session token, empty without one."""
        return request.cookies.get(self._prefix + SESSION, "")

    def open_session(self, response: Response, token: str) -> None:
        """Keep the session until the browser closes: accounts ends it sooner."""
        self._set(response, SESSION, token)

    def end_session(self, response: Response) -> None:
        """Forget the session."""
        self._forget(response, SESSION)

    def visitor(self, request: Request) -> str:
        """Return the browser's random name, a new one when it has none."""
        return request.cookies.get(self._prefix + VISITOR, "") or new_visitor()

    def keep_visitor(self, request: Request, response: Response, visitor: str) -> None:
        """Give the browser its name, once."""
        if request.cookies.get(self._prefix + VISITOR) != visitor:
            self._set(response, VISITOR, visitor)

    def form_token(self, visitor: str, session: str) -> str:
        """Return what every form of this browser, in this session, must send back."""
        return self._seal.sign("form", f"{visitor}\0{session}")

    def is_form_token(self, visitor: str, session: str, token: str) -> bool:
        """Say whether a form carries the right token."""
        return self._seal.is_signed("form", f"{visitor}\0{session}", token)

    def leave_notice(self, response: Response, notice: Notice) -> None:
        """Keep a message for the next page."""
        text = json.dumps([notice.code, dict(notice.facts)])
        body = base64.urlsafe_b64encode(text.encode()).decode()
        value = f"{body}.{self._seal.sign('notice', body)}"
        self._set(response, NOTICE, value, max_age=_NOTICE_SECONDS)

    def read_notice(self, request: Request) -> Notice | None:
        """Return the message left by the page before; ``None`` without one of ours."""
        body, _, signature = request.cookies.get(self._prefix + NOTICE, "").partition(".")
        if not body or not self._seal.is_signed("notice", body, signature):
            return None
        try:
            code, facts = json.loads(base64.urlsafe_b64decode(body))
        except (binascii.Error, ValueError):
            return None
        return Notice(code, facts)

    def forget_notice(self, request: Request, response: Response) -> None:
        """Show a message once."""
        if self._prefix + NOTICE in request.cookies:
            self._forget(response, NOTICE)

    def _set(
        self, response: Response, name: str, value: str, *, max_age: int | None = None
    ) -> None:
        response.set_cookie(
            self._prefix + name,
            value,
            max_age=max_age,
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def _forget(self, response: Response, name: str) -> None:
        response.delete_cookie(
            self._prefix + name, path="/", secure=self._secure, httponly=True, samesite="lax"
        )
