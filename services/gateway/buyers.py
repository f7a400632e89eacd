"""Who a receipt names: an account, as its buyer."""

from preavis.accounts.v1 import accounts_pb2


def buyer_lines(address: accounts_pb2.PostalAddress) -> list[str]:
    """Return a postal address as a receipt prints it."""
    streets = [line for line in (address.street, address.complement) if line]
    return [*streets, f"{address.postcode} {address.town}"]
