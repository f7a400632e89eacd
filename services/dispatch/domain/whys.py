"""Refusals that repeat, under their own name, what another part of the house decided."""

from kit.errors import TurnedDown


class NotPossible(TurnedDown):
    """The law does not let this letter leave like this; ``why`` is the legal engine's reason."""

    reason = "sending-not-possible"

    def __init__(self, why: str, **facts: str) -> None:
        super().__init__(f"not possible: {why}", why=why, **facts)


class MailNotAllowed(TurnedDown):
    """This letter must leave by the other kind of mail."""

    reason = "mail-kind-not-allowed"


class SameContractLately(TurnedDown):
    """Another letter lately ended the same contract, and nobody confirmed knowing of it."""

    reason = "same-contract-lately"


class PreparationRefused(TurnedDown):
    """The preparation was refused; ``why`` is the reason of the step that refused."""

    reason = "sending-turned-down"

    def __init__(self, why: str, **facts: str) -> None:
        super().__init__(f"turned down: {why}", **({"why": why} | facts))
