"""The calls under ``/sandbox`` that tests and the time machine make, and the page of switches."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from local.sandbox.faults import OFFERED, Fault, Partner, UnknownFault
from local.sandbox.world import World

SEE_OTHER: Final = 303
WORDS: Final = {
    Fault.OUTAGE: "En panne : ne répond à personne",
    Fault.MAINTENANCE: "En maintenance : répond « maintenance »",
    Fault.SLOW: "Lent : deux secondes avant de traiter",
    Fault.ERROR_BEFORE_ACCEPT: "Erreur avant d’accepter : rien n’est fait",
    Fault.TIMEOUT_AFTER_ACCEPT: "Accepte, puis ne répond jamais",
    Fault.DUPLICATED: "Nouvelles envoyées deux fois",
    Fault.REORDERED: "Nouvelles envoyées dans le désordre",
    Fault.LOST: "Nouvelles perdues",
    Fault.DELAYED: "Nouvelles en retard de cinq secondes",
    Fault.ANSWERS: "Réponses en clair (sinon chiffrées)",
    Fault.QUOTA: "Quota de 100 envois par jour",
    Fault.BOUNCE: "Adresses introuvables",
    Fault.HELD: "Dépôts retardés d’un jour",
    Fault.REJECTED: "Envois refusés",
}
PARTNER_WORDS: Final = {
    Partner.MAIL: "Messagerie",
    Partner.AR24: "Opérateur de recommandés",
    Partner.STRIPE: "Paiement par carte",
    Partner.ORIAS: "Registre des intermédiaires",
    Partner.TSA: "Horodatage",
}
DEFAULTS: Final[dict[Fault, dict[str, Any]]] = {Fault.ANSWERS: {"mode": "clear"}}


class Controls:
    """Switches, records and due instants."""

    def __init__(self, world: World) -> None:
        self._world = world

    def router(self) -> APIRouter:
        """Return the routes."""
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/pannes", self.page)
        router.add_api_route("/pannes/{partner}", self.switch, methods=["POST"])
        router.add_api_route("/sandbox/faults/{partner}", self.faults)
        router.add_api_route("/sandbox/faults/{partner}", self.replace, methods=["PUT"])
        router.add_api_route("/sandbox/record", self.record)
        router.add_api_route("/sandbox/due", self.due)
        router.add_api_route("/sandbox/webhooks", self.webhooks)
        router.add_api_route("/sandbox/webhooks/retry", self.retry, methods=["POST"])
        router.add_api_route("/health", self.health)
        return router

    async def page(self) -> Response:
        """Show every partner with its switches."""
        on = {
            who: {switch.fault: switch for switch in self._world.faults.on(who)} for who in Partner
        }
        return self._world.pages.show(
            "faults.html",
            offered=OFFERED,
            on=on,
            words=WORDS,
            partners=PARTNER_WORDS,
            webhooks=self._world.webhooks.listing(limit=50),
        )

    async def switch(self, partner: Partner, request: Request) -> Response:
        """Set a partner's switches from the page's form."""
        form = await request.form()
        wanted = {name: DEFAULTS.get(Fault(name), {}) for name in form if name in OFFERED[partner]}
        self._world.faults.replace(partner, wanted)
        return RedirectResponse("/pannes", SEE_OTHER)

    async def faults(self, partner: Partner) -> dict[str, dict[str, Any]]:
        """Return a partner's switches that are on."""
        return {switch.fault: switch.settings for switch in self._world.faults.on(partner)}

    async def replace(
        self, partner: Partner, wanted: Annotated[dict[str, dict[str, Any]], Body()]
    ) -> dict[str, dict[str, Any]]:
        """Replace a partner's switches; 422 for one it does not have."""
        try:
            self._world.faults.replace(partner, wanted)
        except UnknownFault as error:
            raise HTTPException(422, str(error)) from error
        return await self.faults(partner)

    async def record(self, partner: str = "", after: int = 0) -> dict[str, Any]:
        """Return what reached the partners and what it did."""
        return self._world.record.read(partner=partner, after=after)

    async def due(self) -> dict[str, Any]:
        """Return what the time machine needs: the next instant, and whether all is quiet."""
        world = self._world
        upcoming = world.due.next_item()
        late, waiting = world.due.late(), world.webhooks.waiting()
        return {
            "now": world.now().isoformat(),
            "next": upcoming.at.isoformat() if upcoming else None,
            "late": late,
            "webhooks": waiting,
            "quiet": late == 0 and waiting == 0,
        }

    async def webhooks(self) -> list[dict[str, Any]]:
        """Return the latest news and how its delivery stands."""
        return self._world.webhooks.listing()

    async def retry(self) -> dict[str, int]:
        """Try all waiting news now instead of at the partner's pace."""
        return {"waiting": self._world.webhooks.retry_all()}

    async def health(self) -> dict[str, str]:
        """Say that the process serves and its memory answers."""
        self._world.store.value("SELECT 1")
        return {"status": "ok"}
