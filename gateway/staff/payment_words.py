"""What payments calls things, in words for its desk. A word that isn't known stays as the service says it."""

from __future__ import annotations

from typing import Final

from gateway.staff.texts import N_, Texts

SERVICES: Final = {
    "bus": N_("Airport bus"),
    "shop": N_("Shop"),
    "tickets": N_("Tickets"),
    "lounge": N_("Lounge"),
    "lostfound": N_("Lost and found"),
}
"""Who sells, by the service's name."""
KINDS: Final = {
    "TRANSACTION.SUCCESS": N_("Paid"),
    "REFUND.SUCCESS": N_("Refund arrived"),
    "REFUND.ABNORMAL": N_("Refund held up"),
    "REFUND.CLOSED": N_("Refund closed"),
}
"""Of notifications, by WeChat Pay's word."""
NOTICES: Final = {
    "received": N_("To be looked at"),
    "applied": N_("Booked"),
    "refused": N_("Set aside"),
}
REASONS: Final = {
    "other_merchant": N_("Of another merchant"),
    "other_order": N_("Of no order of ours"),
    "other_amount": N_("Of another amount"),
    "other_transaction": N_("Paid by another transaction"),
}
"""Why a notification was set aside."""
_ACCOUNTS: Final = {
    "wechat": N_("WeChat Pay holds for us"),
    "refunds": N_("Promised back, not gone yet"),
    "unclaimed": N_("Paid too late, nobody's order"),
}
_OF_A_SERVICE: Final = "order:"


def account(t: Texts, name: str) -> str:
    """An account of the ledger."""
    if not name.startswith(_OF_A_SERVICE):
        return t(_ACCOUNTS.get(name, name))
    service = name.removeprefix(_OF_A_SERVICE)
    return t(N_("Orders: %(service)s"), service=t(SERVICES.get(service, service)))
