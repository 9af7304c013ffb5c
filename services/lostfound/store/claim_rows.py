"""Rows of reports, matches, claims and finds as the rules know them, and back."""

from __future__ import annotations

from dataclasses import fields
from enum import StrEnum
from typing import Any

from services.lostfound.domain.claims import Claim, Handover, Match
from services.lostfound.domain.reports import Find, Report
from services.lostfound.schemas.claim_words import (
    ClaimState,
    ClosedWhy,
    Filer,
    FindState,
    FoundKind,
    MatchState,
    PickupWay,
    RefusalReason,
    ReportState,
)


def values_of(thing: Report | Find | Match | Claim | Handover) -> dict[str, Any]:
    """What its row holds: enums as their values, codes with commas."""
    return {each.name: _plain(getattr(thing, each.name)) for each in fields(thing)}


def report_of(row: Any) -> Report:
    values = dict(row._mapping)
    values["state"] = ReportState(row.state)
    values["why"] = None if row.why is None else ClosedWhy(row.why)
    values["filed_by"] = Filer(row.filed_by)
    values["colours"] = _codes(row.colours)
    values["places"] = _codes(row.places)
    return Report(**values)


def find_of(row: Any) -> Find:
    return Find(**{**row._mapping, "state": FindState(row.state), "colours": _codes(row.colours)})


def match_of(row: Any) -> Match:
    return Match(**{**row._mapping, "kind": FoundKind(row.kind), "state": MatchState(row.state)})


def claim_of(row: Any) -> Claim:
    values = dict(row._mapping)
    values["state"] = ClaimState(row.state)
    values["reason"] = None if row.reason is None else RefusalReason(row.reason)
    values["way"] = None if row.way is None else PickupWay(row.way)
    return Claim(**values)


def handover_of(row: Any) -> Handover:
    return Handover(**row._mapping)


def _codes(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    return ",".join(value) if isinstance(value, tuple) else value
