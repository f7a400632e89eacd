"""The demonstration's certificate authority and its RFC 3161 timestamp service."""

from local.sandbox.authority.certificates import Authority, ensure

__all__ = ["Authority", "ensure"]
