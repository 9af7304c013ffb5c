"""What payments can be asked and told: load, decide, save, commit; the provider is asked between commits."""

from __future__ import annotations

from services.payments.usecases.keeping import erase, export_passenger, note_merge
from services.payments.usecases.notices import look_after_notices, record_notification
from services.payments.usecases.paying import (
    close_intent,
    create_intent,
    end,
    get_intent,
    look_after_unpaid,
    settle,
)
from services.payments.usecases.reading import list_abnormal, list_intents, trace
from services.payments.usecases.reconciling import reconcile, reconcile_yesterday
from services.payments.usecases.refunding import look_after_refunds, push, refund
from services.payments.usecases.shared import Provider, Work

__all__ = [
    "Provider",
    "Work",
    "close_intent",
    "create_intent",
    "end",
    "erase",
    "export_passenger",
    "get_intent",
    "list_abnormal",
    "list_intents",
    "look_after_notices",
    "look_after_refunds",
    "look_after_unpaid",
    "note_merge",
    "push",
    "reconcile",
    "reconcile_yesterday",
    "record_notification",
    "refund",
    "settle",
    "trace",
]
