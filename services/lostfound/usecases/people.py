"""Accounts that become one, that are forgotten, that want a copy; and what is too old to keep."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from kernel.instants import instant
from kernel.outbox import Event
from services.lostfound.domain.claims import Claim
from services.lostfound.domain.courier import CourierOrder
from services.lostfound.domain.reports import Find, Report
from services.lostfound.events import ERASURE_DONE, PUBLISHER, SCHEMA_VERSION
from services.lostfound.schemas.claim_words import ClaimState, ClosedWhy
from services.lostfound.usecases.claim_views import at_or_none, opened
from services.lostfound.usecases.ending import end_claims_of
from services.lostfound.usecases.finding import give_up
from services.lostfound.usecases.reporting import closed
from services.lostfound.usecases.shared import (
    Place,
    Tx,
    Work,
)

_BATCH: Final = 100
_TRIES_LAST: Final = timedelta(days=2)
_MOST: Final = 500
_MERGES: Final = "merges"


def note_merge(uow: Work, event_id: str, from_id: str, into_id: str) -> None:
    """What one account has belongs to another from now on; moving what isn't there is no error."""
    with uow.write() as tx:
        if not tx.inbox.first_time(event_id):
            return
        # One after the other: two at one moment would not see what the other moves.
        tx.store.lock_account(_MERGES)
        tx.store.lock_account(from_id)
        # That it became another in turn may have been heard before.
        into = tx.store.present(into_id)
        if into is not None:
            tx.store.merge(from_id, into)
            tx.store.sales.give(from_id, into)
            tx.store.note_gone(from_id, into, tx.now())


def erase(uow: Work, event_id: str, data: dict[str, Any]) -> None:
    """Forget an account and those that became one with it, and say so.

    Open claims are withdrawn, open reports closed, and finds no longer waited for. A handover's identity stays for as
    long as somebody could sue.
    """
    with uow.write() as tx:
        if not tx.inbox.first_time(event_id):
            return
        tx.store.lock_account(_MERGES)
        passenger_id = data["passenger_id"]
        ids = sorted({passenger_id, *data["earlier_ids"], *tx.store.merged_into(passenger_id)})
        for each in ids:
            # What they are filing or announcing at this moment comes first, or finds them gone.
            tx.store.lock_account(each)
            tx.store.lock_account(f"account {each}")
        reports = tx.store.report_ids_of(ids)
        end_claims_of(tx, reports, ClaimState.WITHDRAWN, "service")
        for report_id in reports:
            report = tx.store.lock_report(report_id)
            if report is not None and report.open:
                closed(tx, report, ClosedWhy.WITHDRAWN, "service")
        give_up(tx, [each.id for each in tx.store.finds_of(ids)], "")
        counts = tx.store.forget_people(ids)
        counts["courier_orders"] = tx.store.cut_off_couriers(ids)
        tx.store.note_erased(ids, tx.now())
        done = {"erasure_id": data["erasure_id"], "service": PUBLISHER, "counts": counts}
        tx.outbox.add(Event(ERASURE_DONE, data["erasure_id"], 1, done, SCHEMA_VERSION))


def export_passenger(uow: Work, place: Place, passenger_id: str) -> dict[str, Any]:
    """ExportSchema: all that an account told, and what it got."""
    with uow.read() as tx:
        reports = tx.store.reports_of(passenger_id, None, _MOST)
        photos = tx.store.evidence_ids([each.id for each in reports])
        claims = tx.store.claims_of(passenger_id, None, _MOST)
        finds = tx.store.finds_of([passenger_id])
        couriers = tx.store.couriers_of_buyer(passenger_id, _MOST)
        return {
            "reports": [_report(place, each, len(photos[each.id])) for each in reports],
            "claims": [_claim(tx, place, each) for each in claims],
            "finds": [_find(place, each) for each in finds],
            "courier_orders": [_courier(place, each) for each in couriers],
        }


def forget_old(uow: Work, place: Place) -> int:
    """Let go what is personal of reports, claims, finds and handovers that are long over; returns how many reports.

    A find that nobody brought in all that time is over, too.
    """
    settings, gone = place.settings, 0
    while True:
        with uow.write() as tx:
            old = tx.store.old_reports(tx.now() - timedelta(days=settings.keep_days), _BATCH)
            tx.store.forget_reports(old)
        gone += len(old)
        if len(old) < _BATCH:
            break
    with uow.write() as tx:
        before = tx.now() - timedelta(days=settings.keep_days)
        stale = tx.store.old_finds(before, _BATCH)
        give_up(tx, stale, "")
        tx.store.forget_find_rows(stale)
        tx.store.forget_finds(tx.now() - timedelta(days=settings.keep_days))
        tx.store.forget_identities(tx.now() - timedelta(days=settings.identity_days))
        tx.store.forget_tries(tx.now() - _TRIES_LAST)
    return gone


def _report(place: Place, report: Report, photos: int) -> dict[str, Any]:
    marks = opened(place, report.marks_sealed, report.id) or {"marks": "", "serial": ""}
    return {
        "number": report.number,
        "state": report.state.value,
        "filed_at": instant(report.filed_at),
        **{name: getattr(report, name) for name in ("category", "brand", "description", "flight_id")},
        "lost_from": instant(report.lost_from),
        "lost_to": instant(report.lost_to),
        "places": list(report.places),
        **marks,
        "document": opened(place, report.document_sealed, report.id),
        "contact": opened(place, report.contact_sealed, report.id),
        "photos": photos,
    }


def _claim(tx: Tx, place: Place, claim: Claim) -> dict[str, Any]:
    proof = opened(place, claim.proof_sealed, claim.id) or {"marks": "", "serial": "", "words": ""}
    handover = tx.store.handover(claim.id)
    return {
        "number": claim.number,
        "state": claim.state.value,
        "submitted_at": instant(claim.submitted_at),
        **{name: proof[name] for name in ("marks", "serial", "words")},
        "identity": None if handover is None else opened(place, handover.identity_sealed, handover.id),
        "handed_over_at": at_or_none(None if handover is None else handover.at),
    }


def _courier(place: Place, order: CourierOrder) -> dict[str, Any]:
    sale, parcel = order.sale, order.parcel
    return {
        "state": sale.state.value,
        "parcel": parcel.parcel.value,
        "ordered_at": instant(sale.held_at),
        "amount_fen": sale.amount_fen,
        "refunded_fen": sale.refunded_fen,
        "province": parcel.province,
        "address": opened(place, parcel.address_sealed, sale.id),
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "sent_at": at_or_none(parcel.sent_at),
    }


def _find(place: Place, find: Find) -> dict[str, Any]:
    return {
        "number": find.number,
        "state": find.state.value,
        "announced_at": instant(find.announced_at),
        "description": find.description,
        "place": find.place,
        "document": opened(place, find.document_sealed, find.id),
        "contact": opened(place, find.contact_sealed, find.id) or {"name": "", "phone": "", "email": ""},
    }
