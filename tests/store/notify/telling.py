"""News and messages, written and claimed as the service does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.notify import usecases
from services.notify.store import NewMessage, NewNews, Recipient, Settled, Wanted
from tests.unit.notify.examples import flight

NOW = datetime(2026, 11, 23, 8, 0, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ANNA = Recipient("anna", "o-anna", "en", True, 3, consent="given")
FLIGHT = usecases.first_seen(flight())
ID = FLIGHT.flight_id


def news(kind: str = "delayed", rank: int = 1, **changes: Any) -> NewNews:
    made = NewNews(ID, kind, {"number": "CZ3101"}, rank, NOW, NOW, None, NOW + 60 * MINUTE)
    return replace(made, **changes)


def tell(uow: Any, *who: str, now: datetime = NOW, **changes: Any) -> int:
    """News of the flight, and queued messages about it to these; the news' number."""
    with uow.write() as tx:
        number: int = tx.store.news.add(news(**changes), len(who), 1000)
        opened = next(one for one in [tx.store.news.next_open(now)] if one is not None)
        messages = [NewMessage(each, "passenger", "zh", "queued", None) for each in who]
        assert tx.store.news.write_messages(opened, messages, now) == len(who)
        tx.store.news.advance(opened, 1000, len(who), True)
    return number


def claimed(uow: Any, limit: int = 10, owner: str = "me", now: datetime = NOW) -> list[tuple[str, str]]:
    with uow.write() as tx:
        return [(one.passenger_id, one.kind) for one in tx.store.messages.claim(owner, now, limit)]


def settle(uow: Any, state: str = "sent", owner: str = "me", **changes: Any) -> None:
    """All that is being sent came to this."""
    with uow.write() as tx:
        sending = tx.store.messages.find(Wanted(state="sending", limit=100))
        tx.store.messages.settle(
            owner,
            [replace(Settled(one.id, state, None, None, None, None, NOW), **changes) for one in sending],
        )


def states(uow: Any) -> dict[tuple[str, str], str]:
    with uow.read() as tx:
        rows = tx.store.messages.find(Wanted(limit=100))
    return {(row.passenger_id, row.kind): row.state for row in rows}
