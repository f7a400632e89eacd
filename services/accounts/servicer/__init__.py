"""gRPC in, use case, message out."""

from services.accounts.servicer.rules import RULES
from services.accounts.servicer.service import AccountsServicer

__all__ = ["RULES", "AccountsServicer"]
