"""Delivering: one courier at a time, whatever the number of copies, so that a traveller's events stay in order.

A round: renew the lease; of every receiver take what may go now, the first of each traveller, and no more than a
receiver may have under way. Each is sent outside of any transaction and settled in one of its own. Who dies in
between leaves deliveries that wait: the next courier sends them again, with the same id.
Source: docs/decisions/0066-webhooks.md.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from kernel import clock
from kernel.ids import new_secret
from kernel.leases import new_owner
from services.partners.clients import NoAnswer, Receivers
from services.partners.domain.webhooks import Delivery, next_try, signatures, webhook_key
from services.partners.schemas import DeliveryState
from services.partners.usecases.clients import Cipher, Work

log = logging.getLogger(__name__)

LEASE: Final = "partners.courier"
LEASE_S: Final = 30.0
RENEW_S: Final = 5.0
PER_RECEIVER: Final = 4
"""Under way at once to one receiver: one that hangs holds up so many threads, and nobody else's."""
_LAST_START_S: Final = 12.0
"""A sending takes ten seconds at most, and must be over before another courier may begin."""


@dataclass(frozen=True)
class Claimed:
    """A delivery that is to be sent now."""

    delivery: Delivery
    client_id: str
    url: str


class Courier:
    """Sends what waits. now: the world's time."""

    def __init__(
        self,
        uow: Work,
        cipher: Cipher,
        receivers: Receivers,
        now: Callable[[], datetime] = clock.real_now,
    ) -> None:
        self._uow = uow
        self._cipher = cipher
        self._receivers = receivers
        self._now = now
        self._flying: dict[int, str] = {}
        self._leased_until = 0.0
        self._renew_at = 0.0
        self._owner = new_owner()

    def claim(self, most: int) -> list[Claimed]:
        """What to send now, at most `most`; each must be given to `deliver`."""
        if not self._leads():
            return []
        now, under_way = self._now(), Counter(self._flying.values())
        found: list[Claimed] = []
        with self._uow.read() as tx:
            for webhook_id in tx.store.due_webhooks(now):
                room = min(PER_RECEIVER - under_way[webhook_id], most - len(found))
                webhook = tx.store.webhook(webhook_id) if room > 0 else None
                if webhook is None:
                    continue
                heads = tx.store.due_heads(webhook_id, now, PER_RECEIVER * 2)
                free = [each for each in heads if each.number not in self._flying]
                found += [Claimed(each, webhook.client_id, webhook.url) for each in free[:room]]
        for each in found:
            self._flying[each.delivery.number] = each.delivery.subscription_id
        return found

    def deliver(self, claimed: Claimed) -> None:
        """Send one and note what became of it."""
        try:
            if self._leased_until - clock.monotonic() < _LAST_START_S:
                return
            self._settle(claimed.delivery, *self._sent(claimed))
        finally:
            self._flying.pop(claimed.delivery.number, None)

    def leave(self) -> None:
        """Let another courier begin at once."""
        if self._leased_until > clock.monotonic():
            with self._uow.write() as tx:
                tx.leases.take(LEASE, self._owner, 0)
        self._leased_until = 0.0

    def _leads(self) -> bool:
        started = clock.monotonic()
        if started >= self._renew_at:
            with self._uow.write() as tx:
                leads = tx.leases.take(LEASE, self._owner, LEASE_S)
            self._leased_until = started + LEASE_S if leads else 0.0
            self._renew_at = started + RENEW_S
        return self._leased_until - started > _LAST_START_S

    def _sent(self, claimed: Claimed) -> tuple[bool, str]:
        """Whether the receiver has it, and what it said."""
        delivery, now = claimed.delivery, self._now()
        with self._uow.read() as tx:
            partner = tx.store.partner(claimed.client_id)
            credentials = tx.store.credentials(claimed.client_id)
        if partner is None or partner.revoked_at is not None:
            return False, "revoked"
        live = [each for each in credentials if each.live(now)]
        keys = [
            webhook_key(self._cipher.decrypt(each.sealed_key, context=each.id), delivery.subscription_id)
            for each in live
        ]
        body, timestamp, nonce = delivery.body.encode(), int(now.timestamp()), new_secret(24)
        headers = {
            "Content-Type": "application/json",
            "X-Delivery": delivery.id,
            "X-Webhook": delivery.subscription_id,
            "X-Timestamp": str(timestamp),
            "X-Nonce": nonce,
            "X-Signature": signatures(keys, claimed.url, body, timestamp, nonce),
        }
        try:
            status = self._receivers.post(claimed.url, body, headers)
        except NoAnswer as exc:
            return False, exc.reason
        return 200 <= status < 300, str(status)

    def _settle(self, delivery: Delivery, done: bool, result: str) -> None:
        now = self._now()
        tried: dict[str, Any] = {"attempts": delivery.attempts + 1, "last_result": result}
        again = None if done else next_try(delivery, now)
        if done:
            settled = replace(delivery, state=DeliveryState.DELIVERED, delivered_at=now, **tried)
        elif again is None:
            settled = replace(delivery, state=DeliveryState.PARKED, **tried)
        else:
            settled = replace(delivery, due_at=again, **tried)
        with self._uow.write() as tx:
            tx.store.settle(settled)
        fields = {"delivery": delivery.id, "webhook": delivery.subscription_id, "result": result}
        log.log(logging.INFO if done else logging.WARNING, "webhook", extra=fields)
