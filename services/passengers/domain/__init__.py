"""The rules of passengers: who is one person, how long a session lasts, which document number can be right.

Pure: no I/O, no clock, no chance.
"""

from services.passengers.domain.accounts import (
    Passenger,
    WeChatAccount,
    WeChatIdentity,
    after_writing,
    merge_order,
    message_account,
)
from services.passengers.domain.consents import ConsentEntry, current_state, in_force
from services.passengers.domain.documents import (
    Companion,
    Document,
    ReadDocument,
    ShownForm,
    masked,
    read_document,
)
from services.passengers.domain.erasure import HOLDERS, Erasure, ServiceErasure, completed_at, due_at, overdue
from services.passengers.domain.pairings import Pairing, PairingState, number_from, open_for
from services.passengers.domain.sessions import (
    CODE_IN_FLIGHT,
    CODE_KEPT,
    Session,
    expires_at,
    live,
    needs_touch,
)

__all__ = [
    "CODE_IN_FLIGHT",
    "CODE_KEPT",
    "HOLDERS",
    "Companion",
    "ConsentEntry",
    "Document",
    "Erasure",
    "Pairing",
    "PairingState",
    "Passenger",
    "ReadDocument",
    "ServiceErasure",
    "Session",
    "ShownForm",
    "WeChatAccount",
    "WeChatIdentity",
    "after_writing",
    "completed_at",
    "current_state",
    "due_at",
    "expires_at",
    "in_force",
    "live",
    "masked",
    "merge_order",
    "message_account",
    "needs_touch",
    "number_from",
    "open_for",
    "overdue",
    "read_document",
]
