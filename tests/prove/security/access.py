"""Who may make each call: the calling services, and for whom each may speak.

Written apart from the services' own rules, and tried on the running house: a rule that changes
there changes here too, or fails. An RPC without a row fails.
"""

from collections.abc import Mapping
from typing import Final

For = frozenset[str]
Row = Mapping[str, For]

ANYONE: Final = frozenset({"visitor", "agent", "staff", "saga"})
AGENT: Final = frozenset({"agent"})
STAFF: Final = frozenset({"staff"})
AGENT_OR_STAFF: Final = AGENT | STAFF
AN_ACCOUNT: Final = frozenset({"agent", "saga"})  # one of its own, or a step of its saga

OPEN: Final[Row] = {"gateway": ANYONE}
OWN: Final[Row] = {"gateway": AGENT}
OWN_OR_STAFF: Final[Row] = {"gateway": AGENT_OR_STAFF}
OURS: Final[Row] = {"gateway": STAFF}
SENDING: Final[Row] = {"dispatch": AN_ACCOUNT}

ACCESS: Final[Mapping[str, Row]] = {
    "accounts.SignUp": OPEN,
    "accounts.ResendActivation": OPEN,
    "accounts.Activate": OPEN,
    "accounts.RequestPasswordReset": OPEN,
    "accounts.ResetPassword": OPEN,
    "accounts.LogIn": OPEN,
    "accounts.LogOut": OPEN,
    "accounts.Authenticate": OPEN,
    "accounts.EndSessions": OWN_OR_STAFF,
    "accounts.ChangePassword": OWN_OR_STAFF,
    "accounts.SetTheme": OWN_OR_STAFF,
    "accounts.GetAccount": OWN_OR_STAFF,
    "accounts.UpdateContact": OWN,
    "accounts.UploadProof": OWN,
    "accounts.ListProofs": OWN_OR_STAFF,
    "accounts.GetProofFile": OWN_OR_STAFF,
    "accounts.CheckRegistration": OWN_OR_STAFF,
    "accounts.GetStanding": {
        "gateway": AN_ACCOUNT,
        "letters": AN_ACCOUNT,
        "signature": AN_ACCOUNT,
        "dispatch": AN_ACCOUNT,
    },
    "accounts.ListReviewQueue": OURS,
    "accounts.GetReview": OURS,
    "accounts.AcceptProof": OURS,
    "accounts.RejectProof": OURS,
    "accounts.SearchAccounts": OURS,
    "accounts.LiftThrottles": OURS,
    "billing.GetWallet": {"gateway": AN_ACCOUNT, "dispatch": AN_ACCOUNT},
    "billing.ListPrices": {"gateway": ANYONE, "dispatch": ANYONE},
    "billing.Quote": OPEN,
    "billing.StartTopUp": OWN,
    "billing.GetTopUp": OWN,
    "billing.ListTopUps": OWN,
    "billing.GetReceipt": OWN,
    "billing.GetCreditNote": OWN,
    "billing.ListEntries": OWN,
    "billing.ReviewWallet": OURS,
    "billing.ListFrozenWallets": OURS,
    "billing.UnfreezeWallet": OURS,
    "billing.RecordTransfer": OURS,
    "billing.ReceiveWebhook": OPEN,
    "billing.Hold": SENDING,
    "billing.Capture": SENDING,
    "billing.Release": SENDING,
    "billing.Reverse": SENDING,
    "billing.ListOpenHolds": {"dispatch": ANYONE},
    "dispatch.Preflight": OWN,
    "dispatch.PlanSending": OWN,
    "dispatch.Finalise": OWN,
    "dispatch.GetSending": OWN,
    "dispatch.Reschedule": OWN,
    "dispatch.Cancel": OWN,
    "dispatch.GetProof": OWN,
    "dispatch.ListUnknown": OURS,
    "dispatch.ConfirmAccepted": OURS,
    "dispatch.ConfirmAbsent": OURS,
    "dispatch.ReceiveWebhook": OPEN,
    "letters.SearchRecipients": OPEN,
    "letters.GetRecipient": {"gateway": ANYONE, "dispatch": ANYONE},
    "letters.ListContractTypes": OPEN,
    "letters.ListGrounds": {"gateway": ANYONE, "signature": ANYONE},
    "letters.DescribeForm": OPEN,
    "letters.EvaluateTermination": OPEN,
    "letters.PlanTermination": OPEN,
    "letters.PlanTerminations": OPEN,
    "letters.CreateLetter": OWN,
    "letters.FollowLetter": OWN,
    "letters.GetLetter": {"gateway": AN_ACCOUNT, "dispatch": AN_ACCOUNT, "signature": AN_ACCOUNT},
    "letters.UpdatePolicyholder": OWN,
    "letters.SetRecipient": OWN,
    "letters.SetContract": OWN,
    "letters.RemoveContract": OWN,
    "letters.UpdateExtras": OWN,
    "letters.RenderLetter": {"gateway": AN_ACCOUNT},
    "letters.PreviewLetter": OWN,
    "letters.ListLetters": OWN,
    "letters.PlanLetter": {"gateway": AN_ACCOUNT, "dispatch": AN_ACCOUNT},
    "letters.FreezeLetter": SENDING,
    "letters.ThawLetter": SENDING,
    "signature.GetMandate": {"gateway": AN_ACCOUNT, "dispatch": AN_ACCOUNT},
    "signature.RenderMandate": OWN,
    "signature.UploadScan": OWN,
    "signature.GetScan": OWN,
    "signature.ValidateScan": OWN,
    "signature.OptOut": OWN,
    "signature.WithdrawDecision": OWN,
    "signature.CheckMandate": SENDING,
    "signature.ReleaseMandate": SENDING,
}
