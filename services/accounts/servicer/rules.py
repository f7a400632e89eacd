"""Who may make each call."""

from typing import Final

from kit.grpc import Rule

_VISITOR: Final = Rule(callers={"gateway"})
_OWN: Final = Rule(callers={"gateway"}, roles={"owner"}, account=True)
_OWN_OR_STAFF: Final = Rule(callers={"gateway"}, roles={"owner", "staff"})
_STAFF: Final = Rule(callers={"gateway"}, roles={"staff"})

RULES: Final = {
    "SignUp": _VISITOR,
    "ResendActivation": _VISITOR,
    "Activate": _VISITOR,
    "RequestPasswordReset": _VISITOR,
    "ResetPassword": _VISITOR,
    "LogIn": _VISITOR,
    "LogOut": _VISITOR,
    "EndSessions": _OWN_OR_STAFF,
    "Authenticate": _VISITOR,
    "ChangePassword": _OWN_OR_STAFF,
    "SetTheme": _OWN_OR_STAFF,
    "GetAccount": _OWN_OR_STAFF,
    "UpdateContact": _OWN,
    "UploadProof": _OWN,
    "ListProofs": _OWN_OR_STAFF,
    "GetProofFile": _OWN_OR_STAFF,
    "CheckRegistration": _OWN_OR_STAFF,
    "GetStanding": Rule(callers={"gateway", "letters", "signature", "dispatch"}, account=True),
    "ListReviewQueue": _STAFF,
    "GetReview": _STAFF,
    "AcceptProof": _STAFF,
    "RejectProof": _STAFF,
    "SearchAccounts": _STAFF,
    "LiftThrottles": _STAFF,
}
