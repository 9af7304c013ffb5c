"""Reads of legs, histories, windows and refusals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson

from kernel.db import UnitOfWorkLike
from services.flights.domain import to_text, to_us
from services.flights.errors import BadRequest, BadSearch, FlightNotFound
from services.flights.store import Store
from services.flights.usecases.paging import page, read_cursor

MAX_HISTORY: Final = 1000
"""Changes of one leg that are shown; a leg of a bad day has a few dozen."""


def get_flight(uow: UnitOfWorkLike[Store], flight_id: str) -> Any:
    """FlightSchema as an orjson.Fragment of the stored JSON. Raises FlightNotFound."""
    with uow.look_up() as store:
        document = store.document(flight_id)
    if document is None:
        raise FlightNotFound(flight_id=flight_id)
    return orjson.Fragment(document)


def get_history(uow: UnitOfWorkLike[Store], flight_id: str) -> dict[str, Any]:
    """HistorySchema, newest first, at most MAX_HISTORY changes. Raises FlightNotFound."""
    with uow.read() as tx:
        if not tx.store.known([flight_id]):
            raise FlightNotFound(flight_id=flight_id)
        rows = tx.store.history(flight_id, MAX_HISTORY)
    for row in rows:
        row["event_at"] = to_text(row.pop("event_us"))
        row["recorded_at"] = to_text(row.pop("recorded_us"))
    return {"flight_id": flight_id, "changes": rows}


def list_window(uow: UnitOfWorkLike[Store], request: Mapping[str, Any]) -> dict[str, Any]:
    """FlightPageSchema of every leg with board_at in [from_at, to_at), in the order of boards.

    request: loaded WindowSchema data. Raises BadRequest, BadSearch (cursor).
    """
    from_us, to_us_ = _range(request)
    after = read_cursor(request["cursor"])
    with uow.read() as tx:
        listed = tx.store.window(from_us, to_us_, after, request["limit"] + 1)
    return page(listed, request["limit"])


def window_digest(uow: UnitOfWorkLike[Store], request: Mapping[str, Any]) -> dict[str, Any]:
    """DigestSchema of a window. request: loaded DigestArgumentsSchema data. Raises BadRequest."""
    with uow.read() as tx:
        count, version_sum = tx.store.digest(*_range(request))
    return {"count": count, "version_sum": version_sum}


def list_refusals(uow: UnitOfWorkLike[Store], request: Mapping[str, Any]) -> dict[str, Any]:
    """RefusalPageSchema, newest first. request: loaded ListRefusalsSchema data. Raises BadSearch (cursor)."""
    cursor, limit = request["cursor"], request["limit"]
    if cursor and not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= 18):
        raise BadSearch(field="cursor", reason="unreadable")
    with uow.read() as tx:
        rows = tx.store.refusals(int(cursor) if cursor else None, limit + 1)
    shown = [
        {
            "recorded_at": to_text(row.recorded_us),
            "flight_id": row.flight_id,
            "source_name": row.source_name,
            "reason": row.reason,
            "detail": orjson.loads(row.detail),
            "item": orjson.loads(row.item),
        }
        for _, row in rows[:limit]
    ]
    return {"refusals": shown, "cursor": str(rows[limit - 1][0]) if len(rows) > limit else None}


def _range(request: Mapping[str, Any]) -> tuple[int, int]:
    from_us, to_us_ = to_us(request["from_at"]), to_us(request["to_at"])
    if to_us_ < from_us:
        raise BadRequest(fields={"to_at": ["Must not be before from_at."]})
    return from_us, to_us_
