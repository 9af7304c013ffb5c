"""What partners can be asked and told: load, decide, save, commit."""

from __future__ import annotations

from services.partners.usecases.clients import (
    KEEP_DELIVERIES,
    PURGE_BATCH,
    SECRET_BYTES,
    Cipher,
    Issued,
    Listed,
    NewPartner,
    Storage,
    Tx,
    Work,
    add_partner,
    authenticate_client,
    get_partner,
    list_partners,
    purge,
    revoke_partner,
    rotate_credential,
    verify_request,
)
from services.partners.usecases.courier import (
    Claimed,
    Courier,
)
from services.partners.usecases.webhooks import (
    NewWebhook,
    create_webhook,
    list_deliveries,
    list_webhooks,
    note_event,
    remove_webhook,
    replay_deliveries,
)

__all__ = [
    "KEEP_DELIVERIES",
    "PURGE_BATCH",
    "SECRET_BYTES",
    "Cipher",
    "Claimed",
    "Courier",
    "Issued",
    "Listed",
    "NewPartner",
    "NewWebhook",
    "Storage",
    "Tx",
    "Work",
    "add_partner",
    "authenticate_client",
    "create_webhook",
    "get_partner",
    "list_deliveries",
    "list_partners",
    "list_webhooks",
    "note_event",
    "purge",
    "remove_webhook",
    "replay_deliveries",
    "revoke_partner",
    "rotate_credential",
    "verify_request",
]
