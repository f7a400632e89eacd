"""The French web pages: routes by journey, thin: parse, call, render."""

from fastapi import FastAPI

from services.gateway.pages import (
    account,
    calculator,
    credit,
    lists,
    public,
    refusals,
    session,
    signup,
    staff,
    wallets,
)
from services.gateway.pages.assets import Assets
from services.gateway.pages.desk import Desk
from services.gateway.pages.letters import contract, letter, mandate, new, recipient
from services.gateway.pages.sending import changing, finalise, tracking

JOURNEY = (
    public, calculator, signup, session, account, credit,
    new, lists, recipient, contract, letter, mandate, finalise, tracking, changing, staff,
    wallets,
)  # fmt: skip


def install(app: FastAPI) -> None:
    """Serve the pages on ``app``, whose state holds settings, house, clock and reasons."""
    assets = Assets(app.state.settings.assets_dir)
    app.state.desk = Desk.of(app, assets)
    assets.mount(app)
    for step in JOURNEY:
        app.include_router(step.router)
    refusals.install(app)
