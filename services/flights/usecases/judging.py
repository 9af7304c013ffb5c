"""What can be said of each item of a batch before the store is asked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from marshmallow import ValidationError

from kernel.loading import Unsure, reader
from services.flights.domain import (
    Names,
    Refused,
    Report,
    Source,
    Viewpoint,
    direction_at,
    judge_times,
    read_report,
    to_us,
)
from services.flights.errors import Refusal
from services.flights.schemas import SourceKind, UpdateSchema

_UPDATE: Final = UpdateSchema()
_read: Final = reader(_UPDATE)
_MAX_ERRORS: Final = 20
_MAX_PATH: Final = 80

_CANT_BE_TAKEN_BACK: Final = ("off_block", "on_block")


@dataclass(frozen=True, slots=True)
class Judged:
    """An item that may go on to the store, or why it may not."""

    index: int
    item: Any
    report: Report | None = None
    refused: Refused | None = None
    flight_id: str | None = None


def judge_items(items: list[Any], source: Mapping[str, Any], view: Viewpoint, now: datetime) -> list[Judged]:
    """Judge each item on its own, so that a bad one doesn't cost the others.

    source: loaded SourceSchema data. now: the airport's time, aware UTC.
    """
    judge = _judge(source, view, to_us(now))
    return [judge(index, item) for index, item in enumerate(items)]


def _judge(source: Mapping[str, Any], view: Viewpoint, now_us: int) -> Callable[[int, Any], Judged]:
    speaker = Source(source["name"], SourceKind(source["kind"]))
    airlines = frozenset(source["airlines"])

    def judge(index: int, item: Any) -> Judged:
        try:
            loaded = _load(item)
        except ValidationError as exc:
            return Judged(index, item, refused=_invalid(exc.messages))
        company = view.names.airline(loaded["leg"]["airline"])
        if company is None:
            detail = {"airline": loaded["leg"]["airline"]}
            return Judged(index, item, refused=Refused(Refusal.UNKNOWN_AIRLINE, detail))
        if not _may_speak_for(airlines, {loaded["leg"]["airline"], company.iata, company.icao}):
            detail = {"airline": loaded["leg"]["airline"]}
            return Judged(index, item, refused=Refused(Refusal.NOT_YOUR_AIRLINE, detail))
        loaded["leg"]["airline"] = company.iata or loaded["leg"]["airline"]
        report = read_report(loaded, speaker)
        refused = _refused(report, loaded, view, now_us)
        return Judged(index, item, None if refused else report, refused, report.flight_id)

    return judge


def _load(item: Any) -> Any:
    try:
        return _read(item)
    except Unsure:
        return _UPDATE.load(item)


def _may_speak_for(airlines: frozenset[str], codes: Collection[str]) -> bool:
    return "*" in airlines or not airlines.isdisjoint(codes)


def _refused(report: Report, loaded: Mapping[str, Any], view: Viewpoint, now_us: int) -> Refused | None:
    unknown = _unknown_airport(report, view.names)
    if unknown is not None:
        return Refused(Refusal.UNKNOWN_AIRPORT, {"airport": unknown})
    if direction_at(report.leg, view.iata) is None:
        return Refused(Refusal.NOT_THIS_AIRPORT, {"airport": view.iata})
    for milestone in _CANT_BE_TAKEN_BACK:
        field = f"milestones.{milestone}.scheduled_at"
        if field in report.values and report.values[field] is None:
            text = "A schedule can be changed, not taken back."
            return Refused(Refusal.INVALID, {"fields": {f"times.{milestone}.scheduled_at": [text]}})
    return judge_times(report, now_us)


def _unknown_airport(report: Report, names: Names) -> str | None:
    airports = [report.leg.departure_airport, report.leg.arrival_airport, *(report.values.get("route") or ())]
    if report.values.get("diverted_to"):
        airports.append(report.values["diverted_to"])
    return next((iata for iata in airports if names.airport(iata) is None), None)


def _invalid(messages: Any) -> Refused:
    """{"leg.number": ["…"]}; bounded, because the field names may be the sender's."""
    fields: dict[str, list[str]] = {}
    _flatten("", messages, fields)
    return Refused(Refusal.INVALID, {"fields": fields})


def _flatten(path: str, messages: Any, fields: dict[str, list[str]]) -> None:
    if len(fields) >= _MAX_ERRORS:
        return
    if isinstance(messages, dict):
        for name, inner in messages.items():
            # Dict fields put their errors under "key" and "value", lists under numbers.
            plain = getattr(name, "value", name)
            step = "" if plain in ("value", "key", "_schema") else str(plain)
            _flatten(".".join(part for part in (path, step) if part)[:_MAX_PATH], inner, fields)
        return
    texts = messages if isinstance(messages, list) else [messages]
    fields.setdefault(path or "item", []).extend(str(text)[:200] for text in texts)
