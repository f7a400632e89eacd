"""The pages anyone may read."""

from typing import Final

from fastapi import APIRouter, Response

from preavis.billing.v1 import billing_pb2
from services.gateway.pages import example
from services.gateway.pages.enums import slug
from services.gateway.pages.frame import quietly
from services.gateway.pages.visit import Anyone

router = APIRouter()

TEXTS: Final = {
    "/aide": "public/aide.html",
    "/conditions": "public/conditions.html",
    "/confidentialite": "public/confidentialite.html",
    "/mentions-legales": "public/mentions_legales.html",
    "/accessibilite": "public/accessibilite.html",
    "/contact": "public/contact.html",
}


@router.get("/")
async def home(visit: Anyone) -> Response:
    """Say what Préavis does, what it costs today, and a day it computes."""
    listed = await quietly(
        visit.house.billing.ListPrices(
            billing_pb2.ListPricesRequest(on_day=visit.today.isoformat())
        )
    )
    prices = (
        {slug(billing_pb2.Product, price.product): price for price in listed.prices}
        if listed
        else {}
    )
    planned = await quietly(
        visit.house.letters.PlanTermination(example.question(visit.today), timeout=2)
    )
    return await visit.page(
        "public/accueil.html",
        prices=prices,
        dates=planned.plan.evaluation if planned and planned.plan.evaluation.ok else None,
        example=example.address(visit.today),
    )


@router.get("/aide")
@router.get("/conditions")
@router.get("/confidentialite")
@router.get("/mentions-legales")
@router.get("/accessibilite")
@router.get("/contact")
async def text(visit: Anyone) -> Response:
    """Show one of the texts linked at the foot of every page."""
    return await visit.page(TEXTS[visit.request.url.path])


@router.get("/robots.txt")
async def robots() -> Response:
    """Let search engines read the public pages alone."""
    closed = ("/resiliations", "/compte", "/credit", "/equipe", "/activation", "/mot-de-passe")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed)]
    return Response("\n".join(lines) + "\n", media_type="text/plain")
