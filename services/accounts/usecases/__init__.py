"""What accounts can do, one module per occasion."""

from services.accounts.usecases.entering import activate, resend_activation, sign_up
from services.accounts.usecases.erasing import erase_proof
from services.accounts.usecases.holding import read_account, set_theme, update_contact
from services.accounts.usecases.lifting import lift_throttles
from services.accounts.usecases.passwords import (
    change_password,
    request_password_reset,
    reset_password,
)
from services.accounts.usecases.proving import list_proofs, read_proof_file, upload_proof
from services.accounts.usecases.registering import check_registration
from services.accounts.usecases.reviewing import (
    accept_proof,
    read_review,
    reject_proof,
    review_queue,
    search_accounts,
)
from services.accounts.usecases.sessions import (
    authenticate,
    create_staff,
    end_sessions,
    end_sessions_of,
    log_in,
    log_out,
    sweep,
)
from services.accounts.usecases.standings import read_standing, review_standing
from services.accounts.usecases.telling import tell_low_credit

__all__ = [
    "accept_proof",
    "activate",
    "authenticate",
    "change_password",
    "check_registration",
    "create_staff",
    "end_sessions",
    "end_sessions_of",
    "erase_proof",
    "lift_throttles",
    "list_proofs",
    "log_in",
    "log_out",
    "read_account",
    "read_proof_file",
    "read_review",
    "read_standing",
    "reject_proof",
    "request_password_reset",
    "resend_activation",
    "reset_password",
    "review_queue",
    "review_standing",
    "search_accounts",
    "set_theme",
    "sign_up",
    "sweep",
    "tell_low_credit",
    "update_contact",
    "upload_proof",
]
