"""Who and what a house of tests starts with: one member of staff, and the directory."""

from pathlib import Path
from typing import Final

from local.house import House

STAFF_EMAIL: Final = "ines.maurel@preavis.example"
STAFF_PASSWORD: Final = "une-phrase-pour-les-essais"
DIRECTORY: Final = Path("local/demo/bodies.csv")


def furnish(house: House) -> None:
    """Import the directory, and let the staff member in."""
    house.run("services.letters.main", "import-directory", str(DIRECTORY), service="letters")
    house.run(
        "services.accounts.main",
        "create-staff",
        "--email",
        STAFF_EMAIL,
        "--first-name",
        "Inès",
        "--last-name",
        "Maurel",
        service="accounts",
        env={"ACCOUNTS_STAFF_PASSWORD": STAFF_PASSWORD},
    )
