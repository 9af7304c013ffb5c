"""What passengers can be asked and told: load, decide, save, commit.

What is stored as an answer holds ids only: numbers, names and tokens are read or derived again for a repeat,
so that the inbox is no second copy of them.
"""

from services.passengers.usecases.accounts import get_passenger, identified, note_follower, set_language
from services.passengers.usecases.companions import (
    add_companion,
    change_companion,
    list_companions,
    remove_companion,
)
from services.passengers.usecases.consents import give_consent, list_consents, withdraw_consent
from services.passengers.usecases.documents import (
    add_document,
    find_documents,
    list_documents,
    remove_document,
    unmask_document,
)
from services.passengers.usecases.pairings import (
    begin_pairing,
    claim_pairing,
    decide_pairing,
    get_pairing,
    pairing_state,
)
from services.passengers.usecases.payers import get_payer
from services.passengers.usecases.rights import (
    count_overdue,
    erase_dormant,
    get_erasure,
    list_erasures,
    note_erasure_done,
    request_erasure,
    request_export,
)
from services.passengers.usecases.sessions import end_all_sessions, end_session, get_session, sign_in
from services.passengers.usecases.shared import Storage
from services.passengers.usecases.upkeep import Progress, purge, rotate_keys

__all__ = [
    "Progress",
    "Storage",
    "add_companion",
    "add_document",
    "begin_pairing",
    "change_companion",
    "claim_pairing",
    "count_overdue",
    "decide_pairing",
    "end_all_sessions",
    "end_session",
    "erase_dormant",
    "find_documents",
    "get_erasure",
    "get_pairing",
    "get_passenger",
    "get_payer",
    "get_session",
    "give_consent",
    "identified",
    "list_companions",
    "list_consents",
    "list_documents",
    "list_erasures",
    "note_erasure_done",
    "note_follower",
    "pairing_state",
    "purge",
    "remove_companion",
    "remove_document",
    "request_erasure",
    "request_export",
    "rotate_keys",
    "set_language",
    "sign_in",
    "unmask_document",
    "withdraw_consent",
]
