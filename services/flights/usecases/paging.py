"""Pages go on after the last thing seen, so that what comes and goes meanwhile moves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from services.flights.errors import BadSearch
from services.flights.store import Listed, Place


def read_cursor(cursor: str) -> Place | None:
    """Where to go on; None at the start. Raises BadSearch for what we never gave out."""
    if not cursor:
        return None
    us, _, flight_id = cursor.partition("~")
    if not (us.removeprefix("-").isdecimal() and us.isascii() and len(us) <= 18 and flight_id):
        raise BadSearch(field="cursor", reason="unreadable")
    return Place(int(us), flight_id)


def page(listed: Sequence[Listed], limit: int) -> dict[str, Any]:
    """FlightPageSchema of one more leg than the page holds, if there are more. Stored JSON goes out as it is."""
    shown = listed[:limit]
    cursor = None
    if len(listed) > limit:
        place = shown[-1].place
        cursor = f"{place.board_us}~{place.flight_id}"
    return {"flights": [orjson.Fragment(one.document) for one in shown], "cursor": cursor}
