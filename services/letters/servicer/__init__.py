"""gRPC in, use case, message out; and who may call what."""

from services.letters.servicer.rules import RULES
from services.letters.servicer.servicer import LettersServicer, Tools

__all__ = ["RULES", "LettersServicer", "Tools"]
