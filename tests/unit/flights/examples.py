"""Legs, reports and an airport to try the rules on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from itertools import count
from typing import Any

import orjson

from kernel.db import UnitOfWorkLike
from services.airport import Airport
from services.flights import usecases
from services.flights.domain import LegKey, Report, Source, Viewpoint, read_report
from services.flights.schemas import (
    FlightSchema,
    ReportResultSchema,
    ReportUpdatesSchema,
    SourceKind,
    UpdateSchema,
)
from services.flights.store import Store

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""20:00 in Changsha."""
OUT = LegKey("CZ", "3101", "", "CSX", "PEK", date(2026, 11, 23))
IN = LegKey("CZ", "3102", "", "PEK", "CSX", date(2026, 11, 23))
OUT_ID, IN_ID = OUT.flight_id, IN.flight_id

_requests = count(1)


@cache
def changsha() -> Viewpoint:
    return usecases.viewpoint(Airport())


def seen_from(iata: str, zone: str) -> Viewpoint:
    """Another airport's point of view."""
    return Viewpoint(iata, zone, changsha().names)


def at(text: str, day: str = "2026-11-23") -> str:
    """08:00 → an instant of the day in UTC."""
    return f"{day}T{text}:00Z"


def leg(key: LegKey = OUT) -> dict[str, Any]:
    return {**key._asdict(), "origin_date": key.origin_date.isoformat()}


def item(event_at: str, key: LegKey = OUT, **said: Any) -> dict[str, Any]:
    """One update. event_at: 08:00, or a whole instant."""
    return {"leg": leg(key), "event_at": at(event_at) if len(event_at) == 5 else event_at, **said}


def scheduled(off: str = "08:00", on: str = "10:30", key: LegKey = OUT, **said: Any) -> dict[str, Any]:
    """The timetable's word on a leg, said the day before."""
    times = {"off_block": {"scheduled_at": _instant(off)}, "on_block": {"scheduled_at": _instant(on)}}
    return item("2026-11-22T00:00:00Z", key, times=times, **said)


def _instant(text: str) -> str:
    return at(text) if len(text) == 5 else text


def actual(milestone: str, text: str | None) -> dict[str, Any]:
    """`times` of one actual time; None takes it back."""
    return {"times": {milestone: {"actual_at": None if text is None else _instant(text)}}}


def estimated(milestone: str, text: str | None) -> dict[str, Any]:
    return {"times": {milestone: {"estimated_at": None if text is None else _instant(text)}}}


def report(said: dict[str, Any], kind: SourceKind = SourceKind.AIRLINE, name: str = "southern") -> Report:
    return read_report(UpdateSchema().load(said), Source(name, kind))


def send(
    uow: UnitOfWorkLike[Store],
    *items: Any,
    kind: str = "airline",
    airlines: tuple[str, ...] = ("*",),
    request_id: str = "",
    view: Viewpoint | None = None,
    now: datetime = NOW,
) -> list[dict[str, Any]]:
    """Report a batch; answers the items' results."""
    request = ReportUpdatesSchema().load(
        {
            "request_id": request_id or f"request-{next(_requests)}",
            "source": {"name": f"an {kind}", "kind": kind, "airlines": list(airlines)},
            "items": list(items),
        }
    )
    answer = usecases.report_updates(uow, view or changsha(), request, now)
    assert not ReportResultSchema().validate(ready(answer))
    results: list[dict[str, Any]] = answer["results"]
    return results


def outcomes(results: list[dict[str, Any]]) -> list[str]:
    """applied, older, or the reason of a refusal."""
    return [one["reason"] if one["outcome"] == "refused" else one["outcome"] for one in results]


def ready(result: Any) -> Any:
    """A result as the caller gets it."""
    return orjson.loads(orjson.dumps(result))


def flight(uow: UnitOfWorkLike[Store], flight_id: str = OUT_ID) -> dict[str, Any]:
    """A leg as everybody sees it; it must be what its schema says."""
    found: dict[str, Any] = ready(usecases.get_flight(uow, flight_id))
    assert not FlightSchema(unknown="raise").validate(found)
    return found
