"""Numbers of papers: one series per kind and Paris year, each without a gap."""

from enum import StrEnum


class Series(StrEnum):
    """The series. Values are printed and stored: they are never renamed."""

    RECEIPT = "RC"  # not an invoice: a series of its own
    CREDIT_NOTE = "AV"


def paper_number(series: Series, year: int, rank: int) -> str:
    """Return the number of the ``rank``-th paper of a year: ``AV-2027-000012``."""
    return f"{series}-{year}-{rank:06d}"
