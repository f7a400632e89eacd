"""One request to a page: who is there, what they sent, and how the answer is made."""

from collections.abc import AsyncIterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from kit.days import paris_date
from kit.errors import Kind, TurnedDown
from kit.ids import new_token
from services.gateway.forms.form import Form
from services.gateway.pages.cookies import Notice
from services.gateway.pages.desk import Desk
from services.gateway.pages.frame import Frame, frame_for
from services.gateway.pages.security import (
    SAFE_METHODS,
    ForeignForm,
    check_origin,
    check_size,
)
from services.gateway.peers import House, Principal, acting_as, authenticate
from services.gateway.rates import place_of, take_of_account

_STATUS: Final[Mapping[Kind, int]] = {
    Kind.INVALID: 422,
    Kind.REFUSED: 422,
    Kind.DENIED: 403,
    Kind.MISSING: 404,
    Kind.STALE: 409,
    Kind.LATER: 503,
}
KEY_FIELD: Final = "cle"  # names what one form creates, so that sending it twice creates it once
TOKEN_FIELD: Final = "jeton"  # noqa: S105 - a field's name


class LoginNeeded(Exception):
    """Nobody is logged in, or not as who the page is for: the answer is the login page."""

    def __init__(self, came_for: str) -> None:
        super().__init__(came_for)
        self.came_for = came_for


class StaffOnly(TurnedDown):
    """The page is for the team."""

    kind = Kind.DENIED
    reason = "staff-only"


class AgentsOnly(TurnedDown):
    """The page is an agency's own."""

    kind = Kind.DENIED
    reason = "agents-only"


@dataclass(slots=True)
class Visit:
    """A request in hand. Handlers parse with it, call ``house``, and answer with it."""

    request: Request
    desk: Desk
    principal: Principal | None
    visitor: str
    session: str
    form: Form = field(default_factory=Form)
    session_is_over: bool = False

    @property
    def house(self) -> House:
        """The stubs of our other services."""
        return self.desk.house

    @property
    def now(self) -> datetime:
        """Business time."""
        return self.desk.clock()

    @property
    def today(self) -> date:
        """The day it is in Paris."""
        return paris_date(self.now)

    @property
    def address(self) -> str:
        """Where the visitor comes from, for throttling."""
        return place_of(self.request)

    @property
    def key(self) -> str:
        """What this form creates, once; made anew for a form that lacks it."""
        return self.form.text(KEY_FIELD) or new_token()

    @property
    def is_fragment(self) -> bool:
        """Whether the page asked, while it is filled in, for a part of itself drawn again."""
        return self.request.headers.get("hx-request") == "true"

    @property
    def who(self) -> Principal:
        """Whoever is logged in: the page's dependency made sure that someone is."""
        if self.principal is None:
            raise LoginNeeded(self.request.url.path)
        return self.principal

    def absolute(self, path: str) -> str:
        """Return the whole address of one of our pages."""
        return f"{self.desk.settings.public_url}{path}"

    async def page(
        self,
        template: str,
        *,
        form: Form | None = None,
        status: int = 200,
        **context: Any,  # noqa: ANN401 - whatever the template names
    ) -> HTMLResponse:
        """Render a page for whoever is there; a form with mistakes answers 422."""
        frame = await frame_for(self.house, self.principal, self.request.url.path)
        return self.framed(template, frame, form=form, status=status, **context)

    def framed(
        self,
        template: str,
        frame: Frame,
        *,
        form: Form | None = None,
        status: int = 200,
        **context: Any,  # noqa: ANN401
    ) -> HTMLResponse:
        """Render a page inside a frame already at hand."""
        shown = form or Form()
        notice = self.desk.cookies.read_notice(self.request)
        html = self.desk.templates.render(
            template,
            {
                "frame": frame,
                "principal": self.principal,
                "path": self.request.url.path,
                "now": self.now,
                "today": self.today,
                "form": shown,
                "refused": self.desk.refused(shown),
                "notice": self.desk.notice(notice) if notice else None,
                "form_token": self.desk.cookies.form_token(self.visitor, self.session),
                "form_key": self._next_key(shown),
                "labels": {},  # filled by the fields as they are written, for the summary above
                **context,
            },
        )
        response = HTMLResponse(html, status_code=_status_of(shown, status))
        self.desk.cookies.keep_visitor(self.request, response, self.visitor)
        self.desk.cookies.forget_notice(self.request, response)
        if self.session_is_over:
            self.desk.cookies.end_session(response)
        return response

    def _next_key(self, form: Form) -> str:
        """Keep the key of a form that may still succeed as it is; else name a new attempt."""
        waits = form.refusal is not None and form.refusal.kind is Kind.LATER
        return (form.text(KEY_FIELD) if waits else "") or new_token()

    def go(self, url: str, notice: str = "", **facts: str) -> RedirectResponse:
        """Send the browser to another page, with a message for it."""
        response = RedirectResponse(url, status_code=303)
        if notice:
            self.desk.cookies.leave_notice(response, Notice(notice, facts))
        return response

    def file(self, data: bytes, *, media_type: str, filename: str, inline: bool = True) -> Response:
        """Answer with a file of our own making, or the operators'."""
        kind = "inline" if inline else "attachment"
        return Response(
            data,
            media_type=media_type,
            headers={"content-disposition": f"{kind}; filename*=UTF-8''{quote(filename, safe='')}"},
        )


def _status_of(form: Form, status: int) -> int:
    if form.refusal is not None:
        return _STATUS[form.refusal.kind]
    return 422 if form.errors else status


def status_of(refusal: TurnedDown) -> int:
    """Return the HTTP status of a refusal."""
    return _STATUS[refusal.kind]


async def _opened(request: Request) -> Visit:
    desk: Desk = request.app.state.desk
    session = desk.cookies.session(request)
    visit = Visit(request, desk, None, desk.cookies.visitor(request), session)
    request.state.visit = visit  # for the page that says what went wrong
    if session:
        try:
            visit.principal = await authenticate(desk.house, session)
        except TurnedDown as refusal:
            if refusal.kind is Kind.LATER:
                raise
            visit.session_is_over = True
    if visit.principal:
        state = request.app.state
        await take_of_account(visit.principal, store=state.store, settings=desk.settings)
    if request.method not in SAFE_METHODS:
        check_origin(request)
        check_size(request.headers)
        visit.form = Form.sent(await request.form(max_files=4, max_fields=200))
        token = visit.form.text(TOKEN_FIELD)
        if not desk.cookies.is_form_token(visit.visitor, session, token):
            raise ForeignForm
    return visit


async def anyone(request: Request) -> AsyncIterator[Visit]:
    """Open a page to all; calls are made on behalf of whoever is logged in."""
    visit = await _opened(request)
    with acting_as(visit.principal) if visit.principal else nullcontext():
        yield visit


async def agent(visit: Annotated[Visit, Depends(anyone)]) -> Visit:
    """Open a page to agents."""
    if visit.principal is None:
        raise LoginNeeded(_came_for(visit.request))
    if visit.principal.is_staff:
        raise AgentsOnly
    return visit


async def staff(visit: Annotated[Visit, Depends(anyone)]) -> Visit:
    """Open a page to the team alone; others learn nothing of it."""
    if visit.principal is None:
        raise LoginNeeded(_came_for(visit.request))
    if not visit.principal.is_staff:
        raise StaffOnly
    return visit


def _came_for(request: Request) -> str:
    if request.method not in SAFE_METHODS:
        return ""
    query = f"?{request.url.query}" if request.url.query else ""
    return request.url.path + query


Anyone = Annotated[Visit, Depends(anyone)]
Agent = Annotated[Visit, Depends(agent)]
Staff = Annotated[Visit, Depends(staff)]
