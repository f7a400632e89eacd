"""An agency with one of each thing, so that what is drawn may name what is there."""

import pytest

from local.house import House
from tests.e2e.outside import Outside
from tests.prove.fuzz.rest.running import Target
from tests.prove.security.rpcs import Switchboard
from tests.prove.security.world import World, build, log_in


@pytest.fixture(scope="session")
async def target(house: House) -> Target:
    """The API of the house, as one agency of its own and the staff use it."""
    board = Switchboard(house.plan)
    async with Outside.connect(house.plan.sandbox_url) as outside:
        world = await build(house, outside, board)
    await board.close()
    return Target(
        url=house.plan.public_url,
        known=_known(world),
        sessions={
            "agent": world.theirs.agency.rest.token,
            "staff": world.staff.token,
            "passing": await log_in(world.mine),
            "agency": world.theirs.ids.account_id,
        },
    )


def _known(world: World) -> dict[str, list[str]]:
    ids = world.theirs.ids
    return {
        "path.letter_id": [ids.draft_id, ids.letter_id],
        "path.contract_id": [ids.draft_contract_id, ids.contract_id],
        "path.sending_id": [ids.sending_id],
        "path.top_up_id": [ids.top_up_id],
        "path.proof_id": [ids.proof_id],
        "path.recipient_id": [ids.recipient_id],
        "path.account_id": [world.mine.account["id"], ids.account_id],
        "path.number": [ids.credit_note],
        "path.reason": ["letter-frozen"],
        "header.If-Match": ["*", '"1"'],
        "body.recipient_id": [ids.recipient_id],
        "body.copy_policyholder_from": ["", ids.draft_id],
        "body.contract_type": ["auto", "moto", "sante_individuelle", "habitation_locataire"],
        "body.ground": ["HAMON", "RIA", "ECHEANCE", "CUSTOM"],
        "body.warning_version": [ids.warning],
        "query.contract_type": ["auto", "sante_individuelle", "emprunteur"],
        "query.ground": ["HAMON", "RIA", "ECHEANCE", "CUSTOM"],
    }
