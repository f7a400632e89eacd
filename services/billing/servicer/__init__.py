"""gRPC in, use case, message out."""

from services.billing.servicer.rpc import RULES, Billing

__all__ = ["RULES", "Billing"]
