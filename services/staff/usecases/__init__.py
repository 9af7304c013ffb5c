"""What staff can be asked and told: load, decide, save, commit."""

from services.staff.usecases.accounts import (
    Enrolled,
    add_account,
    change_password,
    end_sessions,
    reset_account,
    set_active,
    set_roles,
    set_shops,
)
from services.staff.usecases.reading import (
    end_session,
    get_account,
    list_accounts,
    list_audit,
    list_sessions,
    record_action,
    verify_audit,
)
from services.staff.usecases.shared import Cipher, Passwords, Work
from services.staff.usecases.signing_in import begin_sign_in, finish_sign_in, get_session, get_sign_in
from services.staff.usecases.upkeep import head_of_trail, purge
from services.staff.usecases.vouching import vouch

__all__ = [
    "Cipher",
    "Enrolled",
    "Passwords",
    "Work",
    "add_account",
    "begin_sign_in",
    "change_password",
    "end_session",
    "end_sessions",
    "finish_sign_in",
    "get_account",
    "get_session",
    "get_sign_in",
    "head_of_trail",
    "list_accounts",
    "list_audit",
    "list_sessions",
    "purge",
    "record_action",
    "reset_account",
    "set_active",
    "set_roles",
    "set_shops",
    "verify_audit",
    "vouch",
]
