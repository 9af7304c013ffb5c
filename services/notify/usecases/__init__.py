"""What notify can be asked and told: load, decide, save, commit."""

from __future__ import annotations

from services.notify.usecases.account import publish_menu, sign_js_page, wechat_language
from services.notify.usecases.card_errands import run_card_errands
from services.notify.usecases.cards import (
    CardDesk,
    list_card_errands,
    note_campaign,
    note_card,
    note_given_back,
    note_used,
    note_void,
    retry_card_errands,
    sign_card,
)
from services.notify.usecases.customer import send_customer_message
from services.notify.usecases.following import first_seen, follow, is_following, list_follows, unfollow
from services.notify.usecases.news import concerns, fan_out, hear, release_due
from services.notify.usecases.notices import (
    Place,
    note_bus,
    note_checkin,
    note_lost,
    note_mall,
    note_payment,
    send_code,
)
from services.notify.usecases.people import erase, note_merge, note_passenger, note_receipt
from services.notify.usecases.reading import (
    export_passenger,
    list_messages,
    purge,
    search_messages,
    status,
)
from services.notify.usecases.sending import BATCH, Courier, Sent, client_msg_id
from services.notify.usecases.shared import View, Work
from services.notify.usecases.tokens import Tokens

__all__ = [
    "BATCH",
    "CardDesk",
    "Courier",
    "Place",
    "Sent",
    "Tokens",
    "View",
    "Work",
    "client_msg_id",
    "concerns",
    "erase",
    "export_passenger",
    "fan_out",
    "first_seen",
    "follow",
    "hear",
    "is_following",
    "list_card_errands",
    "list_follows",
    "list_messages",
    "note_bus",
    "note_campaign",
    "note_card",
    "note_checkin",
    "note_given_back",
    "note_lost",
    "note_mall",
    "note_merge",
    "note_passenger",
    "note_payment",
    "note_receipt",
    "note_used",
    "note_void",
    "publish_menu",
    "purge",
    "release_due",
    "retry_card_errands",
    "run_card_errands",
    "search_messages",
    "send_code",
    "send_customer_message",
    "sign_card",
    "sign_js_page",
    "status",
    "unfollow",
    "wechat_language",
]
