"""Who follows what."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from kernel.errors import ServiceError
from kernel.ids import new_id
from kernel.inbox import answer_once
from kernel.outbox import Event
from services.notify import clients, domain
from services.notify.clients import Caller
from services.notify.errors import FlightNotFound, TooManyFollows
from services.notify.events import FOLLOWS_CHANGED, SCHEMA_VERSION
from services.notify.schemas import MAX_FOLLOWS, FlightConsent
from services.notify.store import Follow, Followed, NotifyStore, Recipient
from services.notify.usecases.news import hear
from services.notify.usecases.shared import View, Work, follow_document, held, held_unless_erased, present

log = logging.getLogger(__name__)


def follow(uow: Work, caller: Caller, view: View, request: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Follow a flight, or follow it in another role: schemas.FollowResultSchema.

    now: the airport's time. Who follows is told of what changes from here on.
    Raises FlightNotFound, also for who was erased, TooManyFollows, Unavailable, DeadlineExceeded, RequestReused, RequestInFlight.
    """
    passenger_id, flight_id = request["passenger_id"], request["flight_id"]
    with uow.read() as tx:
        known = tx.store.news.is_followed(flight_id)
    flight = None if known else clients.get_flight(caller, flight_id)

    def work(tx: Any) -> dict[str, Any]:
        return _follow(tx, request, flight)

    payload = {"passenger_id": passenger_id, "flight_id": flight_id, "role": request["role"].value}
    answer = answer_once(uow, request["request_id"], "follow", payload, work)
    if flight is not None:
        _look_again(uow, caller, view, flight_id, now)
    return answer


def _look_again(uow: Work, caller: Caller, view: View, flight_id: str, now: datetime) -> None:
    """A change between the look at the flight and the commit found nobody who follows it: hear of it now.

    They follow already: when flights is away, its next change brings up what this would have.
    """
    try:
        hear(uow, view, clients.get_flight(caller, flight_id), now)
    except ServiceError as exc:
        log.warning("a flight could not be looked at again", extra={"code": exc.code})


def _follow(tx: Any, request: dict[str, Any], flight: dict[str, Any] | None) -> dict[str, Any]:
    store: NotifyStore = tx.store
    passenger_id, flight_id = held_unless_erased(store, request["passenger_id"]), request["flight_id"]
    if passenger_id is None:
        raise FlightNotFound(flight_id=flight_id)
    if flight is not None:
        store.news.add_flight(first_seen(flight))
    followed = store.news.lock(flight_id)
    if followed is None:
        raise FlightNotFound(flight_id=flight_id)
    mine = store.people.follows(passenger_id)
    if len(mine) >= MAX_FOLLOWS and flight_id not in {one.flight_id for one in mine}:
        raise TooManyFollows(limit=MAX_FOLLOWS)
    kept = store.people.follow(Follow(passenger_id, flight_id, request["role"].value, tx.now()))
    tx.outbox.add(_changed(passenger_id))
    recipient = store.people.recipient(passenger_id)
    return {"follow": follow_document(kept, followed), **_hears(recipient)}


def first_seen(flight: dict[str, Any]) -> Followed:
    """A flight as it is when the first one follows it: what is so already is news to nobody."""
    shown = {name: value for name, value in flight.items() if name != "keywords"}
    return Followed(
        flight_id=flight["id"],
        version=flight["version"],
        board_at=datetime.fromisoformat(flight["board_at"]),
        document=shown,
        memory=domain.baseline(domain.facts_of(flight)).to_json(),
        next_due_at=None,
    )


def unfollow(uow: Work, request: dict[str, Any]) -> dict[str, Any]:
    """Follow no longer: schemas.FollowingSchema. Who doesn't follow isn't told so.

    What waits to be sent about the flight doesn't go out any more. Raises RequestReused, RequestInFlight.
    """
    asker, flight_id = request["passenger_id"], request["flight_id"]

    def work(tx: Any) -> dict[str, Any]:
        passenger_id = held(tx.store, asker)
        ended = tx.store.people.unfollow(passenger_id, flight_id)
        if ended:
            tx.store.messages.stop_flight(passenger_id, flight_id)
            tx.outbox.add(_changed(passenger_id))
        return {"following": False, "role": None}

    payload = {"passenger_id": asker, "flight_id": flight_id}
    return answer_once(uow, request["request_id"], "unfollow", payload, work)


def list_follows(uow: Work, passenger_id: str) -> dict[str, Any]:
    """schemas.FollowsSchema: by scheduled time here."""
    with uow.read() as tx:
        passenger_id = present(tx.store, passenger_id)
        follows = tx.store.people.follows(passenger_id)
        flights = tx.store.news.flights([one.flight_id for one in follows])
        recipient = tx.store.people.recipient(passenger_id)
    follows.sort(key=lambda one: (flights[one.flight_id].board_at, one.flight_id))
    return {
        "follows": [follow_document(one, flights[one.flight_id]) for one in follows],
        **_hears(recipient),
    }


def is_following(uow: Work, passenger_id: str, flight_id: str) -> dict[str, Any]:
    """schemas.FollowingSchema."""
    with uow.read() as tx:
        found = tx.store.people.follow_of(present(tx.store, passenger_id), flight_id)
    return {"following": found is not None, "role": None if found is None else found.role}


def _hears(recipient: Recipient | None) -> dict[str, Any]:
    """Whether messages of flights reach this traveller, and what is missing if they don't."""
    if recipient is None:
        return {"reachable": False, "consent": FlightConsent.NEVER.value}
    return {"reachable": recipient.reachable, "consent": recipient.consent}


def _changed(passenger_id: str) -> Event:
    # The version counts nothing here: whoever hears it asks again, however many came before.
    return Event(FOLLOWS_CHANGED, passenger_id, 1, {"passenger_id": passenger_id}, SCHEMA_VERSION, new_id())
