"""What notify learns of travellers: where they are reached, that two are one, that one is to be forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kernel.outbox import Event
from services.notify.domain import ErrandKind
from services.notify.events import ERASURE_DONE, PUBLISHER, SCHEMA_VERSION
from services.notify.schemas import FlightConsent
from services.notify.store import Recipient
from services.notify.usecases.shared import NO_CONSENT, Work


def note_passenger(uow: Work, data: dict[str, Any]) -> None:
    """Keep where and in which language a traveller is reached, and whether of flights; older news changes nothing.

    One whom WeChat reported as not following is reachable again once passengers has heard of them anew.
    """
    recipient = Recipient(
        passenger_id=data["passenger_id"],
        openid=data["openid"],
        language="en" if data["language"] == "en" else "zh",
        subscribed=data["subscribed"],
        version=data["version"],
        # An event from before the consent was told says nothing on it.
        consent=data.get("flight_messages", FlightConsent.NEVER.value),
    )
    with uow.write() as tx:
        tx.store.people.hold_merges()
        if tx.store.people.gone(recipient.passenger_id)[0]:
            return
        if tx.store.people.save_recipient(recipient) and recipient.consent != FlightConsent.GIVEN:
            tx.store.messages.stop_flights(recipient.passenger_id, NO_CONSENT)


def note_merge(uow: Work, event_id: str, from_id: str, into_id: str) -> None:
    """What one traveller has belongs to another from now on; moving what isn't there is no error."""
    with uow.write() as tx:
        if not tx.inbox.first_time(event_id):
            return
        tx.store.people.lock_merges()
        # That it became another in turn, or was erased, may have been heard before.
        gone, became = tx.store.people.gone(into_id)
        into = became if gone else into_id
        if into is None or into == from_id:
            return
        tx.store.people.merge(from_id, into)
        tx.store.cards.merge(from_id, into)
        tx.store.people.note_gone(from_id, into, tx.now())


def erase(uow: Work, event_id: str, data: dict[str, Any]) -> None:
    """Delete everything about a traveller and those who became one with them, and say so."""
    with uow.write() as tx:
        if not tx.inbox.first_time(event_id):
            return
        people = tx.store.people
        people.lock_merges()
        passenger_id = data["passenger_id"]
        ids = {passenger_id, *data["earlier_ids"], *people.merged_into(passenger_id)}
        counts = people.erase(ids)
        # What lies in their wallet stays good for nothing: only the code is kept, until WeChat has heard of it.
        for code_index in tx.store.cards.erase(ids):
            tx.store.cards.add_errand(ErrandKind.UNAVAILABLE, code_index, tx.now(), tx.now())
        for each in ids:
            people.note_gone(each, None, tx.now())
        done = {"erasure_id": data["erasure_id"], "service": PUBLISHER, "counts": counts}
        tx.outbox.add(Event(ERASURE_DONE, data["erasure_id"], 1, done, SCHEMA_VERSION))


def note_receipt(uow: Work, msgid: str, status: str, at: datetime) -> dict[str, Any]:
    """Note WeChat's receipt for a template message: schemas.NotedSchema. A repeat changes nothing.

    A receiver who blocks the account gets nothing more until passengers has heard of them anew.
    """
    with uow.write() as tx:
        whose = tx.store.messages.receipt(msgid, status, at)
        if whose is None:
            tx.store.messages.keep_receipt(msgid, status, at)
        elif "block" in status:
            tx.store.people.block(whose, tx.now())
            tx.store.messages.stop_all(whose, "not_following")
    return {"known": whose is not None}
