"""A buyer's bank disputes a payment, in the sandbox."""

import httpx

from preavis.billing.v1 import billing_pb2 as pb
from services.billing.tests.wire.conftest import House


async def dispute(house: House, begun: pb.StartTopUpResponse) -> None:
    """Dispute the payment of a purchase."""
    session_id = begun.checkout_url.rpartition("/")[2]
    session = await house.stripe.v1.checkout.sessions.retrieve_async(session_id)
    intent = await house.stripe.v1.payment_intents.retrieve_async(str(session.payment_intent))
    async with httpx.AsyncClient(base_url=house.sandbox.url, timeout=20) as http:
        charge = {"charge": str(intent.latest_charge)}
        assert (await http.post("/paiements/litige", data=charge)).status_code == 303
