"""Webhooks: who is told what, where they may be sent, how they are signed, and when they are tried again.

Pure: no I/O, no clock, no chance. Source: docs/decisions/0066-webhooks.md.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from services.partners.domain.credentials import Partner, sign
from services.partners.errors import BadWebhook
from services.partners.schemas import EVERY_AIRLINE, MAX_URL, DeliveryState, Scope, WebhookEvent

GIVE_UP_AFTER: Final = timedelta(hours=72)
HOLD_OFF: Final = timedelta(milliseconds=500)
"""Events of one traveller come through several queues: this long a later one waits for an earlier one."""
MAX_SUBSCRIPTIONS: Final = 10
_PAUSES_S: Final = (5, 30, 120, 600, 1800, 3600)
_FIRST_OPEN_PORT: Final = 1024
# What is_global takes for public, and leads inside: translated and tunnelled addresses, Azure's wire server.
_NEVER: Final = tuple(
    ipaddress.ip_network(text)
    for text in (
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/32",
        "::/96",
        "fec0::/10",
        "168.63.129.16/32",
        "192.0.0.0/24",
        "192.88.99.0/24",
    )
)
_TOLD: Final = (
    "traveller_id",
    "pnr",
    "flight_id",
    "number",
    "airline",
    "day_local",
    "standing",
    "seat",
    "sequence",
    "why",
    "by",
    "old_seat",
    "at",
    "device",
    "offline",
)


_LOST_TOLD: Final = (
    "item_id",
    "claim_id",
    "category",
    "state",
    "flight_id",
    "airline",
    "desk_id",
    "what",
    "decision",
    "reason",
)
_LOST: Final = frozenset(
    {
        WebhookEvent.ITEM_REGISTERED,
        WebhookEvent.ITEM_CHANGED,
        WebhookEvent.CLAIM_SUBMITTED,
        WebhookEvent.CLAIM_DECIDED,
        WebhookEvent.ITEM_RETURNED,
    }
)
_HOUSEKEEPING: Final = frozenset({"moved_shelf", "counted", "corrected", "published", "photo"})
"""What a desk does with an item that changes neither who has it nor who gets it."""
_FLIGHT: Final = re.compile(r"([A-Z]{3}|[A-Z]{2}|[A-Z][0-9]|[0-9][A-Z])[0-9]{1,4}[A-Z]?-[0-9]{8}-.+")


@dataclass(frozen=True)
class Subscription:
    """Where a partner wants to hear of which events. airline None: of all of the partner's."""

    id: str
    client_id: str
    url: str
    events: tuple[WebhookEvent, ...]
    airline: str | None
    created_at: datetime


@dataclass(frozen=True)
class Delivery:
    """One event for one subscription. number: its place among all; version: its place in the traveller's life."""

    number: int
    id: str
    subscription_id: str
    event_id: str
    event: str
    aggregate: str
    version: int
    body: str
    created_at: datetime
    give_up_at: datetime
    due_at: datetime
    attempts: int = 0
    state: DeliveryState = DeliveryState.WAITING
    last_result: str | None = None
    delivered_at: datetime | None = None


def scope_of(event: str) -> Scope:
    """What a partner must be allowed to be told of this event."""
    return Scope.LOSTFOUND_READ if event in _LOST else Scope.BOARDING_READ


def airline_of(event: Mapping[str, Any]) -> str | None:
    """Whom an event's envelope concerns; None: no airline. What a desk has from a flight concerns who flew it."""
    data = event["data"]
    if data.get("what") in _HOUSEKEEPING:
        return None
    found = data["airline"] or _FLIGHT.fullmatch(data["flight_id"] or "")
    return found[1] if isinstance(found, re.Match) else found


def wants(subscription: Subscription, partner: Partner, event: str, airline: str) -> bool:
    """Whether a partner is told of an event of this airline: theirs, asked for, and still allowed to them."""
    return (
        partner.revoked_at is None
        and scope_of(event) in partner.scopes
        and (EVERY_AIRLINE in partner.airlines or airline in partner.airlines)
        and subscription.airline in (None, airline)
        and event in {each.value for each in subscription.events}
    )


def content(delivery_id: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """What is sent of an event's envelope: no account, no name, no document."""
    data = event["data"]
    told = _LOST_TOLD if event["name"] in _LOST else _TOLD
    return {
        "id": delivery_id,
        "event": event["name"],
        "event_id": event["id"],
        "occurred_at": event["at"],
        "version": event["aggregate_version"],
        "data": {name: data[name] for name in told if name in data},
    }


def webhook_key(signing_key: str, subscription_id: str) -> str:
    """The secret of one subscription, which the partner works out as we do: it never travels.

    Another key than the one of their own requests, so that what we sign is no request of theirs.
    """
    text = f"webhook\n{subscription_id}".encode()
    return hmac.new(signing_key.encode(), text, hashlib.sha256).hexdigest()


def signatures(keys: Sequence[str], url: str, body: bytes, timestamp: int, nonce: str) -> str:
    """X-Signature: one for each key that is valid now, the newest first."""
    parts = urlsplit(url)
    digest = hashlib.sha256(body).hexdigest()
    text = f"POST\n{parts.path or '/'}\n{parts.query}\n{digest}\n{timestamp}\n{nonce}"
    return ",".join(sign(key, text) for key in keys)


def next_try(delivery: Delivery, now: datetime) -> datetime | None:
    """When to try again after a failure at `now`; None: it is given up."""
    pause = timedelta(seconds=_PAUSES_S[min(delivery.attempts, len(_PAUSES_S) - 1)])
    if now >= delivery.give_up_at:
        return None
    # The last try is at the end of the three days, and not an hour after.
    return min(now + pause, delivery.give_up_at)


def check_url(url: str, *, allow_private: bool) -> SplitResult:
    """An address that may be sent to, as far as its text tells. Raises BadWebhook.

    allow_private: for development; http and any port will do.
    """
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise BadWebhook(field="url", reason=f"at most {MAX_URL} printable ASCII characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as exc:
        raise BadWebhook(field="url", reason="an https address") from exc
    if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
        raise BadWebhook(field="url", reason="an https address")
    if not parts.hostname or parts.username is not None or parts.password is not None or "#" in url:
        raise BadWebhook(field="url", reason="a host, without user, password or fragment")
    if port not in (None, 443) and (port or 0) < _FIRST_OPEN_PORT and not allow_private:
        raise BadWebhook(field="url", reason="port 443, or 1024 and above")
    return parts


def is_public(address: str) -> bool:
    """Whether an IP address is out in the world: not this machine, this network, or a way around to either."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if any(found in network for network in _NEVER if network.version == found.version):
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)
