"""Who may call each RPC of letters."""

from typing import Final

from kit.grpc import Rule

_ANYONE: Final = Rule(callers={"gateway"})  # the public calculator has no account
_OWNER: Final = Rule(callers={"gateway"}, roles={"owner"}, account=True)
_READ: Final = Rule(callers={"gateway", "dispatch", "signature"}, account=True)
_SENDING: Final = Rule(callers={"dispatch"}, account=True)

RULES: Final = {
    "SearchRecipients": _ANYONE,
    "GetRecipient": Rule(callers={"gateway", "dispatch"}),
    "ListContractTypes": _ANYONE,
    "ListGrounds": Rule(callers={"gateway", "signature"}),
    "DescribeForm": _ANYONE,
    "EvaluateTermination": _ANYONE,
    "PlanTermination": _ANYONE,
    "PlanTerminations": _ANYONE,
    "CreateLetter": _OWNER,
    "FollowLetter": _OWNER,
    "GetLetter": _READ,
    "UpdatePolicyholder": _OWNER,
    "SetRecipient": _OWNER,
    "SetContract": _OWNER,
    "RemoveContract": _OWNER,
    "UpdateExtras": _OWNER,
    "RenderLetter": Rule(callers={"gateway"}, account=True),
    "PreviewLetter": _OWNER,
    "ListLetters": _OWNER,
    "PlanLetter": Rule(callers={"gateway", "dispatch"}, account=True),
    "FreezeLetter": _SENDING,
    "ThawLetter": _SENDING,
}
