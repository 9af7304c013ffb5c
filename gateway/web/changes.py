"""The history of a leg in words: when, what, from what to what, and who said so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from gateway.web.rows import status_word
from gateway.web.texts import N_, Texts
from gateway.web.times import Moment, date_words, moment
from gateway.web.words import AT_DESTINATION, FIELDS, MILESTONES, SIDES, SOURCES, TIME_TYPES
from services.flights.schemas import Milestone, SourceKind


@dataclass(frozen=True)
class Change:
    at: Moment
    day: str
    what: str
    old: str
    new: str
    source: str


def changes(
    documents: list[dict[str, Any]], flight: dict[str, Any], t: Texts, home: ZoneInfo
) -> list[Change]:
    """The changes of a HistorySchema document, newest first as they come; those that a reader can't use are left out."""
    base = date.fromisoformat(flight["service_day_local"])
    told = []
    for document in documents:
        what = _field_words(document["field"], t)
        at = moment(document["event_at"], home, base)
        if not what or at is None:
            continue
        value = _formatter(document["field"], flight, t)
        told.append(
            Change(
                at=at,
                day=date_words(t, at.at.astimezone(home).date()),
                what=what,
                old="" if document["old"] in (None, "", []) else value(document["old"]),
                new=value(document["new"]),
                source=t(SOURCES[SourceKind(document["source_kind"])]),
            )
        )
    return told


def _field_words(path: str, t: Texts) -> str:
    """`milestones.off_block.estimated_at` → `Leaves the stand (estimated)`; unknown paths are nothing."""
    if path in FIELDS:
        return t(FIELDS[path])
    parts = path.split(".")
    kind = TIME_TYPES.get(parts[-1])
    if kind is None:
        return ""
    if parts[0] == "milestones" and len(parts) == 3 and parts[1] in set(Milestone):
        label = MILESTONES[Milestone(parts[1])]
    elif parts[0] in SIDES and len(parts) == 2:
        label = SIDES[parts[0]]
    else:
        return ""
    return t("%(what)s (%(kind)s)", what=t(label), kind=t(kind))


def _formatter(path: str, flight: dict[str, Any], t: Texts) -> Callable[[Any], str]:
    if path == "status":
        return lambda value: t(status_word(value).text) if value else t("none")
    if path.endswith("_at"):
        parts = path.split(".")
        there = parts[0] == "arrival" or (len(parts) > 1 and parts[1] in AT_DESTINATION)
        zone = ZoneInfo(flight["arrival" if there else "departure"]["airport"]["zone"])
        base = date.fromisoformat(flight["service_day_local"])
        return lambda value: _clock(value, zone, base, t)
    return lambda value: _plain(value, t)


def _clock(value: str | None, zone: ZoneInfo, base: date, t: Texts) -> str:
    at = moment(value, zone, base)
    if at is None:
        return t("none")
    return f"{at.clock} {at.mark}".strip()


def _plain(value: Any, t: Texts) -> str:
    """Any other value of a flight document as words: a code, a list, a place, a leg, delay reasons."""
    if value is None or value in ("", []):
        return t("none")
    if isinstance(value, bool):
        return t(N_("yes")) if value else t(N_("no"))
    if isinstance(value, list):
        return t.listing([_plain(item, t) for item in value])
    if isinstance(value, dict):
        for key in ("text", "city", "name"):
            if isinstance(value.get(key), dict):
                return t.name(value[key])
        return str(value.get("number") or value.get("iata") or value.get("code") or t("changed"))
    return str(value)
