"""E-mail addresses: one reading of them, so that what is taken at the door can be written to."""

from email_validator import EmailNotValidError, validate_email


def ascii_address(text: str) -> str | None:
    """Return an e-mail address as it travels, in ASCII; ``None`` when it is none that we write to.

    A foreign domain comes back in its ASCII form. What stands before the @ is ASCII already: few
    servers take anything else, and a mark that nobody sees, or that turns the direction of
    writing, would show another address than the one written to.
    """
    try:
        found = validate_email(
            text, check_deliverability=False, globally_deliverable=False, allow_smtputf8=False
        )
    except EmailNotValidError:
        return None
    return found.ascii_email
