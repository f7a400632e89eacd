"""The main journey in a browser that runs no script: every page is a form and links."""

from datetime import date

import pytest

from tests.e2e.browser.person import Person
from tests.e2e.browser.writing import confirm, hamon, join_mandate, write

pytestmark = [pytest.mark.servers, pytest.mark.browser]


async def test_a_letter_is_written_and_scheduled_without_any_script(
    bare_agent: Person, today: date
) -> None:
    number = await write(bare_agent, hamon(today, name="Sansscript"), scripts=False)
    await join_mandate(bare_agent, number)
    await bare_agent.follow("Finaliser l'envoi")
    await confirm(bare_agent, "Programmer l'envoi")

    await bare_agent.sees("Envoi programmé pour le")
    await bare_agent.open("/resiliations?vue=programmees&souscripteur=sansscript")
    await bare_agent.sees(number)
