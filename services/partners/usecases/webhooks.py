"""Webhooks: where partners want to hear of what; what happened is noted for each, in the order it is to be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from kernel.ids import new_id
from kernel.inbox import answer_once
from kernel.instants import instant, instant_or_none
from services.partners.domain.webhooks import (
    GIVE_UP_AFTER,
    HOLD_OFF,
    MAX_SUBSCRIPTIONS,
    Delivery,
    Subscription,
    airline_of,
    check_url,
    content,
    scope_of,
    wants,
)
from services.partners.errors import BadWebhook, ClientNotFound, TooManyWebhooks, WebhookNotFound
from services.partners.schemas import EVERY_AIRLINE, WebhookEvent
from services.partners.usecases.clients import Storage, Tx, Work


@dataclass(frozen=True)
class NewWebhook:
    """What a partner asks for."""

    client_id: str
    url: str
    events: tuple[WebhookEvent, ...]
    airline: str | None = None


def create_webhook(
    uow: Work, request_id: str, new: NewWebhook, now: datetime, *, allow_private: bool
) -> dict[str, Any]:
    """WebhookResultSchema. Raises ClientNotFound, BadWebhook, TooManyWebhooks, RequestReused, RequestInFlight."""
    check_url(new.url, allow_private=allow_private)
    payload = {"client_id": new.client_id, "url": new.url, "events": new.events, "airline": new.airline}

    def work(tx: Tx) -> dict[str, Any]:
        partner = tx.store.lock_partner(new.client_id)
        if partner is None or partner.revoked_at is not None:
            raise ClientNotFound(client_id=new.client_id)
        if new.airline is not None and not {new.airline, EVERY_AIRLINE} & set(partner.airlines):
            raise BadWebhook(field="airline", reason="one of yours")
        for scope in sorted({scope_of(event) for event in new.events} - set(partner.scopes)):
            raise BadWebhook(field="events", reason=f"needs the scope {scope.value}")
        if len(tx.store.webhooks(new.client_id)) >= MAX_SUBSCRIPTIONS:
            raise TooManyWebhooks(limit=MAX_SUBSCRIPTIONS)
        events = tuple(dict.fromkeys(new.events))
        webhook = Subscription(new_id(), new.client_id, new.url, events, new.airline, now)
        tx.store.add_webhook(webhook)
        detail = {"webhook": webhook.id, "events": [event.value for event in events]}
        tx.store.audit(new.client_id, "webhook_added", new.client_id, detail, now)
        return {"webhook": webhook_view(webhook)}

    return answer_once(uow, request_id, "create_webhook", payload, work)


def list_webhooks(uow: Work, client_id: str) -> dict[str, Any]:
    """WebhooksSchema."""
    with uow.read() as tx:
        return {"webhooks": [webhook_view(each) for each in tx.store.webhooks(client_id)]}


def remove_webhook(uow: Work, client_id: str, webhook_id: str, now: datetime) -> dict[str, Any]:
    """WebhookResultSchema: nothing is sent to it any more. Raises WebhookNotFound."""
    with uow.write() as tx:
        webhook = _webhook(tx.store, client_id, webhook_id)
        tx.store.remove_webhook(webhook.id)
        tx.store.audit(client_id, "webhook_removed", client_id, {"webhook": webhook.id}, now)
    return {"webhook": webhook_view(webhook)}


def list_deliveries(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """DeliveriesSchema. request: ListDeliveriesSchema as loaded. Raises WebhookNotFound."""
    with uow.read() as tx:
        webhook = _webhook(tx.store, request["client_id"], request["webhook_id"])
        found = tx.store.deliveries(webhook.id, request["state"], request["before"], request["limit"])
    return {"deliveries": [delivery_view(each) for each in found]}


def replay_deliveries(uow: Work, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """ReplayedSchema: they wait again, for as long as new ones. request: ReplayDeliveriesSchema as loaded.

    Raises WebhookNotFound, also for a delivery that isn't kept any more.
    """
    with uow.write() as tx:
        webhook = _webhook(tx.store, request["client_id"], request["webhook_id"])
        which = request["delivery_id"] or request["since"]
        count = tx.store.replay(webhook.id, which, now, now + GIVE_UP_AFTER)
        if request["delivery_id"] and not count:
            raise WebhookNotFound
        tx.store.audit(webhook.client_id, "replayed", webhook.client_id, {"deliveries": count}, now)
    return {"replayed": count}


def note_event(uow: Work, event: Mapping[str, Any], now: datetime) -> int:
    """Note an event of checkin or lostfound for all who want to hear of it; for how many. The same again is nothing new."""
    airline = airline_of(event)
    if airline is None:
        return 0
    with uow.look_up() as store:
        listening = [each for each in store.webhooks() if event["name"] in {one.value for one in each.events}]
        partners = {each.client_id: store.partner(each.client_id) for each in listening}
    chosen = []
    for each in listening:
        partner = partners[each.client_id]
        if partner is not None and wants(each, partner, event["name"], airline):
            chosen.append(each)
    if not chosen:
        return 0
    with uow.write() as tx:
        if not tx.inbox.first_time(event["id"]):
            return 0
        kept = {each.id for each in tx.store.webhooks()}
        tx.store.add_deliveries(_delivery(each, event, now) for each in chosen if each.id in kept)
    return len(chosen)


def webhook_view(webhook: Subscription) -> dict[str, Any]:
    """WebhookSchema."""
    return {
        "id": webhook.id,
        "url": webhook.url,
        "events": [event.value for event in webhook.events],
        "airline": webhook.airline,
        "created_at": instant(webhook.created_at),
    }


def delivery_view(delivery: Delivery) -> dict[str, Any]:
    """DeliverySchema."""
    at = delivery.delivered_at
    return {
        "number": delivery.number,
        "id": delivery.id,
        "event": delivery.event,
        "traveller_id": delivery.aggregate,
        "version": delivery.version,
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "last_result": delivery.last_result,
        "created_at": instant(delivery.created_at),
        "due_at": instant(delivery.due_at),
        "delivered_at": instant_or_none(at),
    }


def _delivery(webhook: Subscription, event: Mapping[str, Any], now: datetime) -> Delivery:
    delivery_id = new_id()
    return Delivery(
        number=0,
        id=delivery_id,
        subscription_id=webhook.id,
        event_id=event["id"],
        event=event["name"],
        aggregate=event["aggregate"],
        version=event["aggregate_version"],
        body=orjson.dumps(content(delivery_id, event)).decode(),
        created_at=now,
        give_up_at=now + GIVE_UP_AFTER,
        due_at=now + HOLD_OFF,
    )


def _webhook(store: Storage, client_id: str, webhook_id: str) -> Subscription:
    webhook = store.webhook(webhook_id)
    if webhook is None or webhook.client_id != client_id:
        raise WebhookNotFound
    return webhook
