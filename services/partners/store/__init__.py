"""The only SQL of partners."""

from __future__ import annotations

from sqlalchemy import Connection

from services.partners.store.clients import (
    AUDIT,
    CLIENTS,
    CREDENTIALS,
    FAILED_ATTEMPTS,
    NONCES,
    ClientRows,
    metadata,
)
from services.partners.store.webhooks import DELIVERIES, WEBHOOKS, WebhookRows

__all__ = [
    "AUDIT",
    "CLIENTS",
    "CREDENTIALS",
    "DELIVERIES",
    "FAILED_ATTEMPTS",
    "NONCES",
    "WEBHOOKS",
    "PartnersStore",
    "metadata",
]


class PartnersStore(ClientRows, WebhookRows):
    """Partners, their credentials, nonces, audit rows and webhooks, in one transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        ClientRows.__init__(self, connection)
