"""The store of partners in memory, and a cipher that shows whether it was used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.partners import domain
from services.partners.domain import Credential, Partner
from services.partners.domain.webhooks import Delivery, Subscription
from services.partners.schemas import DeliveryState


class FakePartnersStore:
    """What `services.partners.store.PartnersStore` does, without a database."""

    def __init__(self) -> None:
        self.clients: dict[str, Partner] = {}
        self.kept: dict[str, Credential] = {}
        self.nonces: dict[tuple[str, str], tuple[str, datetime]] = {}
        self.attempts: dict[tuple[str, int], int] = {}
        self.hooks: dict[str, Subscription] = {}
        self.sent: list[Delivery] = []
        self.log: list[tuple[str, str, str, dict[str, Any]]] = []

    def partner(self, client_id: str) -> Partner | None:
        return self.clients.get(client_id)

    def lock_partner(self, client_id: str) -> Partner | None:
        return self.clients.get(client_id)

    def partners(self) -> list[Partner]:
        return [self.clients[client_id] for client_id in sorted(self.clients)]

    def credentials(self, client_id: str) -> list[Credential]:
        mine = [credential for credential in self.kept.values() if credential.client_id == client_id]
        return sorted(mine, key=lambda credential: (credential.created_at, credential.id), reverse=True)

    def add_partner(self, partner: Partner) -> bool:
        if partner.client_id in self.clients:
            return False
        self.clients[partner.client_id] = partner
        return True

    def save_partner(self, partner: Partner) -> None:
        self.clients[partner.client_id] = replace(
            self.clients[partner.client_id], revoked_at=partner.revoked_at, version=partner.version
        )

    def add_credential(self, credential: Credential) -> None:
        self.kept[credential.id] = credential

    def end_credential(self, credential_id: str, expires_at: datetime) -> None:
        self.kept[credential_id] = replace(self.kept[credential_id], expires_at=expires_at)

    def take_nonce(self, client_id: str, nonce: str, request_id: str, expires_at: datetime) -> bool:
        holder = self.nonces.setdefault((client_id, nonce), (request_id, expires_at))
        return holder[0] == request_id

    def failed_attempts(self, subject: str, window: int) -> int:
        return self.attempts.get((subject, window), 0)

    def count_failed_attempt(self, subject: str, window: int) -> None:
        self.attempts[subject, window] = self.attempts.get((subject, window), 0) + 1

    def audit(self, client_id: str, action: str, actor: str, detail: dict[str, Any], at: datetime) -> None:
        self.log.append((client_id, action, actor, detail))

    def audits(self, client_id: str) -> list[tuple[str, str, dict[str, Any]]]:
        return [entry[1:] for entry in self.log if entry[0] == client_id]

    def purge(self, now: datetime, limit: int) -> int:
        nonces = [key for key, (_, expires_at) in self.nonces.items() if expires_at <= now][:limit]
        past = [key for key in self.attempts if key[1] < domain.attempt_window(now) - 3600]
        ended = [key for key, kept in self.kept.items() if kept.expires_at and kept.expires_at <= now]
        for nonce in nonces:
            del self.nonces[nonce]
        for attempt in past:
            del self.attempts[attempt]
        for credential in ended:
            del self.kept[credential]
        return len(nonces) + len(past) + len(ended)

    # --- webhooks

    def webhook(self, webhook_id: str) -> Subscription | None:
        return self.hooks.get(webhook_id)

    def webhooks(self, client_id: str | None = None) -> list[Subscription]:
        mine = [each for each in self.hooks.values() if client_id in (None, each.client_id)]
        return sorted(mine, key=lambda each: (each.created_at, each.id))

    def add_webhook(self, webhook: Subscription) -> None:
        self.hooks[webhook.id] = webhook

    def remove_webhook(self, webhook_id: str) -> None:
        del self.hooks[webhook_id]
        self.sent = [each for each in self.sent if each.subscription_id != webhook_id]

    def add_deliveries(self, deliveries: Iterable[Delivery]) -> None:
        there = {(each.subscription_id, each.event_id) for each in self.sent}
        for each in deliveries:
            if (each.subscription_id, each.event_id) not in there:
                number = max((one.number for one in self.sent), default=0) + 1
                self.sent.append(replace(each, number=number))

    def due_webhooks(self, now: datetime) -> list[str]:
        return sorted({each.subscription_id for each in self._waiting() if each.due_at <= now})

    def due_heads(self, webhook_id: str, now: datetime, limit: int) -> list[Delivery]:
        heads: dict[str, Delivery] = {}
        waiting = [each for each in self._waiting() if each.subscription_id == webhook_id]
        for each in sorted(waiting, key=lambda one: (one.version, one.number)):
            heads.setdefault(each.aggregate, each)
        due = [each for each in heads.values() if each.due_at <= now]
        return sorted(due, key=lambda each: (each.due_at, each.number))[:limit]

    def settle(self, delivery: Delivery) -> None:
        for at, each in enumerate(self.sent):
            if each.state is not DeliveryState.WAITING:
                continue
            if each.number == delivery.number:
                self.sent[at] = delivery
            elif (
                delivery.state is DeliveryState.WAITING
                and (each.subscription_id, each.aggregate) == (delivery.subscription_id, delivery.aggregate)
                and each.due_at < delivery.due_at
            ):
                self.sent[at] = replace(each, due_at=delivery.due_at)

    def deliveries(
        self, webhook_id: str, state: DeliveryState | None, before: int | None, limit: int
    ) -> list[Delivery]:
        found = [
            each
            for each in self.sent
            if each.subscription_id == webhook_id
            and state in (None, each.state)
            and (before is None or each.number < before)
        ]
        return sorted(found, key=lambda each: -each.number)[:limit]

    def replay(self, webhook_id: str, which: str | datetime, now: datetime, give_up_at: datetime) -> int:
        count = 0
        for at, each in enumerate(self.sent):
            chosen = each.id == which if isinstance(which, str) else each.created_at >= which
            if each.subscription_id == webhook_id and chosen:
                waits = DeliveryState.WAITING
                self.sent[at] = replace(each, state=waits, attempts=0, due_at=now, give_up_at=give_up_at)
                count += 1
        return count

    def forget_deliveries(self, before: datetime, limit: int) -> int:
        old = [
            each.number
            for each in self.sent
            if each.created_at < before and each.state is not DeliveryState.WAITING
        ][:limit]
        self.sent = [each for each in self.sent if each.number not in old]
        return len(old)

    def _waiting(self) -> list[Delivery]:
        return [each for each in self.sent if each.state is DeliveryState.WAITING]


class FakeCipher:
    """Seals by reversing; refuses to open under another context, as the real one does."""

    def encrypt(self, plain: str, context: str) -> str:
        return f"sealed:{context}:{plain[::-1]}"

    def decrypt(self, sealed: str, context: str) -> str:
        head = f"sealed:{context}:"
        assert sealed.startswith(head), "opened under another context"
        return sealed.removeprefix(head)[::-1]

    def index(self, plain: str, column: str) -> str:
        return f"index:{column}:{hash(plain)}"
