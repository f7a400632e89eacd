"""What every page works with: settings, stubs, clock, cookies, templates, French."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from jinja2 import Environment

from kit import templating
from kit.clock import Clock
from kit.errors import FieldError
from services.gateway.forms.form import Form
from services.gateway.pages import options, typesetting
from services.gateway.pages.assets import STYLES, Assets
from services.gateway.pages.cookies import Cookies, Notice
from services.gateway.peers import House
from services.gateway.settings import GatewaySettings
from services.gateway.wording.catalogue import Catalogue, Line
from services.gateway.wording.reasons import Reasons, Words

TEMPLATES: Final = Path(__file__).parent.parent / "templates"


class Templates:
    """The pages' templates, with all they may always say."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def render(self, name: str, context: Mapping[str, Any]) -> str:
        """Return a page."""
        return self._environment.get_template(name).render(context)


@dataclass(frozen=True, slots=True)
class Refused:
    """What to say above a form, and beside each of its fields."""

    words: Words | None
    beside: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything the pages share; built once, at the start."""

    settings: GatewaySettings
    house: House
    clock: Clock
    reasons: Reasons
    wording: Catalogue
    cookies: Cookies
    templates: Templates

    @classmethod
    def of(cls, app: FastAPI, assets: Assets) -> "Desk":
        """Lay the desk from what the application holds."""
        settings: GatewaySettings = app.state.settings
        wording = Catalogue.load()
        environment = templating.environment(TEMPLATES)
        environment.add_extension(typesetting.FrenchText)
        environment.filters.update(typesetting.FILTERS | options.FILTERS)
        environment.globals.update(
            {
                "asset": assets.url,
                "styles": STYLES,
                "wording": wording,
                "environment": settings.environment,
                "sandbox_url": settings.sandbox_url,
            }
        )
        return cls(
            settings=settings,
            house=app.state.house,
            clock=app.state.clock,
            reasons=app.state.reasons,
            wording=wording,
            cookies=Cookies(settings),
            templates=Templates(environment),
        )

    def refused(self, form: Form) -> Refused:
        """Return the words of what is wrong with a form."""
        refusal = form.refusal
        return Refused(
            self.reasons.words(refusal.reason, refusal.facts) if refusal else None,
            {name: self._beside(error) for name, error in form.errors.items()},
        )

    def _beside(self, error: FieldError) -> str:
        return self.reasons.words(error.reason, error.facts).detail

    def notice(self, notice: Notice) -> Line:
        """Return the words of a message kept from the page before."""
        return self.wording.notice(notice.code, notice.facts)
