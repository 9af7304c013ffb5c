"""Reports: filed by travellers, or by staff for somebody who called; changed, closed, looked for, expired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import orjson

from kernel.errors import RequestReused, ServiceError
from kernel.ids import new_id
from services.lostfound import events
from services.lostfound.domain.keys import normal
from services.lostfound.domain.references import as_reference, new_reference
from services.lostfound.domain.reports import Report, loss_problem, phone_key
from services.lostfound.errors import (
    AlreadyFiled,
    BadRequest,
    ChangedMeanwhile,
    ContactNeeded,
    ReportClosed,
    ReportNotFound,
    TooManyChanges,
    TooManyReports,
)
from services.lostfound.schemas.claim_words import ClaimState, ClosedWhy, Filer, ReportState
from services.lostfound.schemas.reports import LookForSchema, ReportPrivateSchema
from services.lostfound.store.reports import ReportQuery
from services.lostfound.usecases.claim_shared import (
    asker,
    report_for,
    report_limits,
    tell_report,
    trace,
)
from services.lostfound.usecases.claim_views import opened, report_views
from services.lostfound.usecases.ending import end_claims_of
from services.lostfound.usecases.shared import Place, Tx, Work, loaded, once

_BATCH = 100
_ID_LENGTH = 32


def file_report(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """OneReportSchema, or OneDeskReportSchema for staff. now: the airport's time.

    Raises BadSeal, BadRequest, UnknownPlace, ContactNeeded, TooManyReports, RequestInFlight; AlreadyFiled when this form
    came before with other words.
    """
    private = loaded(place, request["sealed"], ReportPrivateSchema()) or {}
    if request["passenger_id"] is None and not _reachable(private.get("contact")):
        raise ContactNeeded

    def work(tx: Tx) -> dict[str, Any]:
        passenger_id = None
        if request["passenger_id"] is not None:
            # Held before it is asked whether they are still there.
            tx.store.lock_account(request["passenger_id"])
            passenger_id = tx.store.present(request["passenger_id"])
            if passenger_id is None:
                raise ReportNotFound
            _refuse_too_many(tx, place, passenger_id)
        report = _with_private(place, _new(tx, place, request, (passenger_id, now)), private, tx.now())
        tx.store.add_report(report)
        tell_report(tx, events.REPORT_FILED, report)
        trace(tx, report.id, asker(request), "filed")
        return {"report_id": report.id}

    try:
        done = once(uow, place, {**request, "sealed": private}, "file_report", work)
    except RequestReused:
        raise _filed_before(uow, request) from None
    return get_report(uow, place, {**request, **done})


def _filed_before(uow: Work, request: Mapping[str, Any]) -> ServiceError:
    """What to say of a form that was sent, gone back to and sent again: the report that it became, if the asker may know."""
    with uow.read() as tx:
        kept = tx.inbox.answer_of(request["request_id"])
        known = None if kept is None else orjson.loads(kept.answer).get("report_id")
        try:
            report = report_for(tx, request, known or "")
        except ReportNotFound:
            return RequestReused()
    return AlreadyFiled(report_id=report.id, number=report.number)


def change_report(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """As file_report. Also keeps it open for as long as a new one. now: the airport's time.

    Raises as that does, and ReportNotFound, ReportClosed, ChangedMeanwhile, TooManyChanges.
    """
    private = loaded(place, request["sealed"], ReportPrivateSchema()) or {}

    def work(tx: Tx) -> dict[str, Any]:
        report = _locked(tx, request)
        if report.version != request["version"]:
            raise ChangedMeanwhile
        at = tx.now()
        # Staff change as often as a caller remembers something.
        if request["actor"] is None and report.changes >= report_limits(place.settings).changes:
            raise TooManyChanges
        loss = {} if request["loss"] is None else _loss(place, request["loss"], now)
        changed = replace(
            report,
            version=report.version + 1,
            changed_at=at,
            expires_at=at + timedelta(days=place.settings.report_days),
            changes=report.changes + (1 if request["actor"] is None else 0),
            **loss,
        )
        changed = _with_private(place, changed, private, at)
        tx.store.save_report(changed, report.version)
        tell_report(tx, events.REPORT_CHANGED, changed)
        trace(tx, report.id, asker(request), "changed")
        return {"report_id": report.id}

    done = once(uow, place, {**request, "sealed": private}, "change_report", work)
    return get_report(uow, place, {**request, **done})


def close_report(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """As file_report. Its open claims are withdrawn. Raises ReportNotFound, ReportClosed."""

    def work(tx: Tx) -> dict[str, Any]:
        asked = report_for(tx, request, request["report_id"])
        end_claims_of(tx, [asked.id], ClaimState.WITHDRAWN, asker(request))
        report = _locked(tx, request)
        if any(each.open for each in tx.store.claims_of_reports([report.id])[report.id]):
            # Submitted since: its item would have to be held after the report, in the wrong order.
            raise ChangedMeanwhile
        closed(tx, report, request["why"], asker(request))
        return {"report_id": report.id}

    done = once(uow, place, request, "close_report", work)
    return get_report(uow, place, {**request, **done})


def closed(tx: Tx, report: Report, why: ClosedWhy, actor: str) -> Report:
    """The report, closed; it no longer matches anything. report: open, and held."""
    now = tx.now()
    done = replace(
        report,
        state=ReportState.CLOSED,
        why=why,
        version=report.version + 1,
        changed_at=now,
        closed_at=now,
    )
    tx.store.save_report(done, report.version)
    tell_report(tx, events.REPORT_CHANGED, done)
    trace(tx, report.id, actor, "closed", why.value)
    return done


def get_report(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """OneReportSchema, or OneDeskReportSchema for staff. Raises ReportNotFound."""
    with uow.read() as tx:
        asked = request["report_id"]
        report = report_for(tx, request, as_reference(asked) if len(asked) < _ID_LENGTH else asked)
        (view,) = report_views(tx, place, [report], desk=request["actor"] is not None)
    return {"report": view}


def list_my_reports(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """ReportPageSchema."""
    most = request["limit"]
    with uow.read() as tx:
        reports = tx.store.reports_of(request["passenger_id"], request["cursor"], most + 1)
        views = report_views(tx, place, reports[:most], desk=False)
    return {"reports": views, "next_cursor": reports[most - 1].id if len(reports) > most else None}


def search_reports(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """DeskReportPageSchema. Raises BadSeal, BadRequest."""
    secrets = loaded(place, request["sealed"], LookForSchema()) or {}
    most = request["limit"]
    with uow.read() as tx:
        reports = tx.store.find_reports(_query(place, request, secrets), request["cursor"], most + 1)
        views = report_views(tx, place, reports[:most], desk=True)
    return {"reports": views, "next_cursor": reports[most - 1].id if len(reports) > most else None}


def expire_reports(uow: Work, place: Place) -> int:
    """Close what stood open to its end; returns how many. A report with an open claim stays until that is over."""
    with uow.read() as tx:
        due = tx.store.expired_reports(tx.now(), _BATCH)
    done = 0
    for report_id in due:
        with uow.write() as tx:
            report = tx.store.lock_report(report_id)
            if report is None or not report.open or report.expires_at > tx.now():
                continue
            if any(each.open for each in tx.store.claims_of_reports([report_id])[report_id]):
                tx.store.keep_report(report_id, tx.now() + timedelta(days=place.settings.fetch_days))
                continue
            closed(tx, report, ClosedWhy.EXPIRED, "service")
            done += 1
    return done


_NOTHING_PRIVATE: dict[str, Any] = dict.fromkeys(
    (
        "marks_sealed",
        "document_sealed",
        "contact_sealed",
        "phone_index",
        "document_index",
        "marks_changed_at",
    )
)


def _locked(tx: Tx, request: Mapping[str, Any]) -> Report:
    """The report of a request, open and held. Raises ReportNotFound, ReportClosed."""
    asked = report_for(tx, request, request["report_id"])
    report = tx.store.lock_report(asked.id)
    assert report is not None
    if not report.open:
        raise ReportClosed
    return report


def _refuse_too_many(tx: Tx, place: Place, passenger_id: str) -> None:
    limits = report_limits(place.settings)
    tx.store.lock_account(passenger_id)
    open_, filed = tx.store.count_reports(passenger_id, tx.now() - limits.within)
    if open_ >= limits.open or filed >= limits.filed:
        raise TooManyReports(open=open_, most=limits.open)


def _new(tx: Tx, place: Place, request: Mapping[str, Any], said: tuple[str | None, datetime]) -> Report:
    """What is filed, without what was told in confidence. said: for whom, and when by the airport's time."""
    passenger_id, now = said
    at = tx.now()
    return Report(
        id=new_id(),
        number=new_reference("R"),
        state=ReportState.OPEN,
        why=None,
        version=1,
        passenger_id=passenger_id,
        filed_by=Filer.TRAVELLER if request["actor"] is None else Filer.STAFF,
        filer=request["actor"],
        language=request["language"],
        **_loss(place, request["loss"], now),
        **_NOTHING_PRIVATE,
        filed_at=at,
        changed_at=at,
        expires_at=at + timedelta(days=place.settings.report_days),
        closed_at=None,
        first_hint_at=None,
        changes=0,
    )


def _loss(place: Place, loss: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """A loss's fields of a report. Raises BadRequest, UnknownPlace."""
    problem = loss_problem(loss["lost_from"], loss["lost_to"], now)
    if problem is not None:
        raise BadRequest(fields={problem: ["Not a time in which something may have been lost."]})
    place.refuse_unknown(*loss["places"])
    return {**loss, "colours": tuple(loss["colours"]), "places": tuple(loss["places"])}


def _with_private(place: Place, report: Report, private: Mapping[str, Any], now: datetime) -> Report:
    """The report with what its owner told in confidence; what they left out stays."""
    vault, changes = place.vault, dict[str, Any]()
    old = opened(place, report.marks_sealed, report.id) or {"marks": "", "serial": ""}
    marks = {name: private.get(name, old[name]).strip() for name in ("marks", "serial")}
    if marks != old:
        changes["marks_sealed"] = vault.seal(marks, report.id) if any(marks.values()) else None
        changes["marks_changed_at"] = now
    document = opened(place, report.document_sealed, report.id)
    if private.get("document", document) != document:
        document = private["document"]
        number = "" if document is None else normal(document["number"])
        changes["document_sealed"] = None if document is None else vault.seal(document, report.id)
        changes["document_index"] = vault.index(number, "report document") if number else None
        changes["marks_changed_at"] = now
    if "contact" in private:
        contact = private["contact"]
        phone = "" if contact is None else phone_key(contact["phone"])
        changes["contact_sealed"] = None if contact is None else vault.seal(contact, report.id)
        changes["phone_index"] = vault.index(phone, "report phone") if phone else None
    return replace(report, **changes)


def _reachable(contact: Mapping[str, str] | None) -> bool:
    return contact is not None and bool(contact["phone"].strip() or contact["email"].strip())


def _query(place: Place, request: Mapping[str, Any], secrets: Mapping[str, str]) -> ReportQuery:
    vault, q = place.vault, request["q"].strip()
    number = as_reference(q) if q.upper().startswith(("R-", "R ")) and " " not in q[2:] else None
    phone, document = phone_key(secrets.get("phone", "")), normal(secrets.get("document", ""))
    return ReportQuery(
        state=request["state"],
        category=request["category"],
        flight_id=request["flight_id"],
        number=number,
        words=() if number else tuple(q.split()),
        phones=tuple(vault.candidates(phone, "report phone")) if phone else None,
        documents=tuple(vault.candidates(document, "report document")) if document else None,
        filed_from=request["filed_from"],
        filed_to=request["filed_to"],
    )
