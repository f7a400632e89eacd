"""gRPC in, use case, message out."""

from services.dispatch.servicer.servicer import RULES, Dispatch

__all__ = ["RULES", "Dispatch"]
