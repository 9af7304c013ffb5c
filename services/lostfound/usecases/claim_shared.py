"""What the use cases of reports, claims and finds stand on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kernel.instants import instant_or_none
from kernel.outbox import Event
from services.lostfound import events
from services.lostfound.domain.claims import Claim, ClaimLimits
from services.lostfound.domain.handover import DeskHours
from services.lostfound.domain.hints import Bars
from services.lostfound.domain.items import Item
from services.lostfound.domain.reports import Find, Report, ReportLimits
from services.lostfound.errors import ClaimNotFound, ReportNotFound
from services.lostfound.settings import LostFoundSettings
from services.lostfound.store.claims import Trace
from services.lostfound.usecases.shared import Tx


def asker(request: Mapping[str, Any]) -> str:
    """As traces name who did something."""
    actor: str | None = request.get("actor")
    return "traveller" if actor is None else actor


def report_for(tx: Tx, request: Mapping[str, Any], report_id: str) -> Report:
    """The report, for staff and for the account that filed it. Raises ReportNotFound, also when it is another's."""
    report = tx.store.report(report_id)
    if report is None or not _may(request, report.passenger_id):
        raise ReportNotFound
    return report


def claim_for(tx: Tx, request: Mapping[str, Any], claim_id: str) -> Claim:
    """The claim, for staff and for the account that made it. Raises ClaimNotFound, also when it is another's."""
    claim = tx.store.claim(claim_id)
    if claim is None or not _may(request, claim.passenger_id):
        raise ClaimNotFound
    return claim


def _may(request: Mapping[str, Any], passenger_id: str | None) -> bool:
    if request.get("actor") is not None:
        return True
    return passenger_id is not None and passenger_id == request["passenger_id"]


# --- limits, as an operator set them


def report_limits(settings: LostFoundSettings) -> ReportLimits:
    return ReportLimits(settings.reports_open, settings.reports_filed, settings.report_changes)


def claim_limits(settings: LostFoundSettings) -> ClaimLimits:
    return ClaimLimits(settings.claims_open, settings.claims_refused, settings.number_guesses)


def bars(settings: LostFoundSettings) -> Bars:
    return Bars(settings.kept_pct / 100, settings.possible_pct / 100, settings.likely_pct / 100)


def desk_hours(settings: LostFoundSettings) -> DeskHours:
    return settings.desk_hours()


# --- what is told


def tell_report(tx: Tx, name: str, report: Report) -> None:
    data = {
        "report_id": report.id,
        "passenger_id": report.passenger_id,
        "state": report.state.value,
        "category": report.category,
        "flight_id": report.flight_id,
        "why": report.why and report.why.value,
    }
    tx.outbox.add(Event(name, report.id, report.version, data, events.SCHEMA_VERSION))


def tell_find(tx: Tx, name: str, find: Find) -> None:
    data = {
        "find_id": find.id,
        "state": find.state.value,
        "category": find.category,
        "passenger_id": find.passenger_id,
    }
    tx.outbox.add(Event(name, find.id, find.version, data, events.SCHEMA_VERSION))


def tell_claim(tx: Tx, name: str, claim: Claim, item: Any, more: Mapping[str, Any] | None = None) -> None:
    """item: of the claim. The aggregate is the claim, whose version counts what happened to it."""
    data = {
        "claim_id": claim.id,
        "item_id": claim.item_id,
        "report_id": claim.report_id,
        "passenger_id": claim.passenger_id,
        "state": claim.state.value,
        "category": item.category,
        "flight_id": item.flight_id,
        "airline": item.airline,
        **(more or {}),
    }
    tx.outbox.add(Event(name, claim.id, claim.version, data, events.SCHEMA_VERSION))


def where_and_when(tx: Tx, claim: Claim, item: Item) -> dict[str, Any]:
    """What events of an approved claim say of the pick-up: schemas of names and instants as in `events`."""
    desk = next((each for each in tx.store.desks() if each.id == item.desk_id), None)
    return {
        "desk_id": item.desk_id,
        "desk": None if desk is None else {"zh": desk.name_zh, "en": desk.name_en},
        "fetch_by": instant_or_none(claim.fetch_by),
    }


def trace(tx: Tx, about_id: str, actor: str, what: str, note: str = "") -> None:
    tx.store.add_trace(Trace(about_id, tx.now(), actor, what, note))
