"""From a flight's change to news, and from news to messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from services.notify import domain, templates
from services.notify.domain import Memory, Moment
from services.notify.schemas import NewsKind
from services.notify.store import Followed, Listener, NewMessage, NewNews, NotifyStore
from services.notify.usecases.shared import NO_CONSENT, View, Work, in_real_time

PAGE: Final = 500
"""Followers written to in one transaction: what a fan-out holds in memory, and holds others up for."""


def hear(uow: Work, view: View, flight: dict[str, Any], now: datetime) -> bool:
    """Judge a flight as it is now; whether there is news. An older version, or one nobody follows, is dropped.

    flight: flights.schemas.FlightSchema as JSON. now: the airport's time.
    """
    # Most flights have no follower, and a look takes no lock.
    if not _is_followed(uow, flight):
        return False
    with uow.write() as tx:
        kept = tx.store.news.lock(flight["id"])
        if kept is None or flight["version"] <= kept.version:
            return False
        shown = {name: value for name, value in flight.items() if name != "keywords"}
        fresh = replace(
            kept,
            version=flight["version"],
            board_at=datetime.fromisoformat(flight["board_at"]),
            document=shown,
        )
        return _judge(tx, view, fresh, now)


def concerns(uow: Work, event: Mapping[str, Any]) -> bool:
    """Whether `hear` has anything to do with a flight's change: False when nobody follows the flight.

    Who begins to follow at this moment has it looked at again after that (`follow`).
    """
    return _is_followed(uow, event["data"]["flight"])


def _is_followed(uow: Work, flight: Mapping[str, Any]) -> bool:
    with uow.look_up() as store:
        followed: bool = store.news.is_followed(flight["id"])
    return followed


def release_due(uow: Work, view: View, now: datetime) -> bool:
    """Judge again the flights of which something has waited long enough; whether there is news."""
    with uow.read() as tx:
        due = tx.store.news.due(now, 100)
    found = False
    for flight_id in due:
        with uow.write() as tx:
            kept = tx.store.news.lock(flight_id)
            if kept is not None and kept.next_due_at is not None and kept.next_due_at <= now:
                found = _judge(tx, view, kept, now) or found
    return found


def _judge(tx: Any, view: View, flight: Followed, now: datetime) -> bool:
    facts = domain.facts_of(flight.document)
    before = Memory.from_json(flight.memory)
    memory, kinds = domain.judge(before, facts, Moment(now, view.hold_off))
    tx.store.news.save_flight(replace(flight, memory=memory.to_json(), next_due_at=memory.next_due_at()))
    for kind in kinds:
        _decide(tx, view, flight, kind, now)
    return bool(kinds)


def _decide(tx: Any, view: View, flight: Followed, kind: NewsKind, now: datetime) -> None:
    """Save news for those who follow the flight now, unless nobody does."""
    store: NotifyStore = tx.store
    followers, last_id = store.people.last_follow(flight.flight_id)
    if not followers:
        return
    rule, real_now = domain.RULES[kind], tx.now()
    flight_at = domain.facts_of(flight.document).best_at
    opens_at = domain.send_from(kind, now.astimezone(view.zone), flight_at, view.settings.quiet())
    wait = None if opens_at is None else in_real_time(opens_at - now)
    not_before_at = None if wait is None else real_now + wait
    number = store.news.add(
        NewNews(
            flight_id=flight.flight_id,
            kind=kind.value,
            said=domain.news_words(kind, flight.document),
            rank=0 if rule.urgent else 1,
            decided_at=now,
            created_at=real_now,
            not_before_at=not_before_at,
            expires_at=(not_before_at or real_now) + in_real_time(rule.useful),
        ),
        followers,
        last_id,
    )
    store.news.overtake(flight.flight_id, [each.value for each in rule.overtakes], number)


def fan_out(uow: Work, now: datetime, *, urgent_only: bool = False) -> int:
    """Write the messages of the next page of followers; how many followers it was for, 0: nothing is left.

    now: the world's time. Page and cursor are one transaction: what a crash cuts short is done again, whole,
    and nobody has two messages of one piece of news.
    """
    with uow.read() as tx:
        news = tx.store.news.next_open(now)
    if news is None or (urgent_only and news.rank):
        return 0
    kind = NewsKind(news.kind)
    keys = {
        language: templates.wording().words[kind.value, language].template.key
        for language in templates.LANGUAGES
    }
    with uow.write() as tx:
        # Who follows now is who the message is for: nobody becomes another in between.
        tx.store.people.hold_merges()
        news = tx.store.news.next_open(now)
        if news is None or news.kind != kind.value:
            return 0
        listeners = tx.store.news.listeners(news, list(keys.values()), PAGE)
        if listeners:
            overtaken = [each.value for each in domain.RULES[kind].overtakes]
            ids = [one.passenger_id for one in listeners]
            tx.store.news.drop_overtaken(news, overtaken, ids)
            late = news.expires_at <= now
            tx.store.news.write_messages(news, [_message(one, late=late) for one in listeners], now)
        last = len(listeners) < PAGE
        done_id = news.last_id if last else listeners[-1].follow_id
        tx.store.news.advance(news, done_id, len(listeners), last)
    # A news without followers left is done with, which is work too.
    return max(len(listeners), 1)


def _message(one: Listener, *, late: bool) -> NewMessage:
    """The message to a follower; what can't go out is written too, so that staff can see why it didn't."""
    if not one.reachable:
        return NewMessage(one.passenger_id, one.role, one.language, "refused", "not_following")
    if not one.agreed:
        return NewMessage(one.passenger_id, one.role, one.language, "refused", NO_CONSENT)
    if not one.wanted:
        return NewMessage(one.passenger_id, one.role, one.language, "refused", "refused_kind")
    if late:
        return NewMessage(one.passenger_id, one.role, one.language, "expired", "too_late")
    return NewMessage(one.passenger_id, one.role, one.language, "queued", None)
