"""Every question about what happens after the ticket has its index, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from kernel.db import UnitOfWork
from services.bus.domain import BusTicket
from services.bus.domain.boarding import Mark, Marked, Scan
from services.bus.domain.changes import FlightNow
from services.bus.schemas import Rider, ScanResult
from services.bus.store import BusStore
from tests.store.bus.test_plans import ROWS, fill
from tests.store.bus.test_store import NOW, ORDER
from tests.store.plans import plans, prefer_indexes, scans

LATER = NOW + timedelta(days=1)
ID = f"{1:032x}"
FLIGHT = FlightNow("f1", 2, True, NOW, NOW)
SCAN = Scan("new-scan", "d1", "phone", "staff:li", NOW)
QUERIES: dict[str, Callable[[BusStore], Any]] = {
    "tickets by id": lambda store: store.find_tickets([ID]),
    "tickets on a bus": lambda store: store.tickets_on("d3"),
    "lock tickets": lambda store: store.lock_tickets([ID]),
    "boarded": lambda store: store.boarded_counts(["d3", "d4"]),
    "tick": lambda store: store.tick(ID, "d1", NOW, "staff:li"),
    "untick": lambda store: store.untick(ID, NOW),
    "scans": lambda store: store.answered_scans(["scan-1"]),
    "keep a scan": lambda store: store.keep_scan(SCAN, None, ScanResult.FORGED, {}, NOW),
    "ticked by": lambda store: store.ticked_by([ID]),
    "copies": lambda store: store.copies(10),
    "marks": lambda store: store.marks_since(ROWS - 5, NOW, 10),
    "cancel": lambda store: store.mark_cancelled("d3", NOW),
    "cancellation": lambda store: store.cancellation("d3"),
    "moved": lambda store: store.moved([ID]),
    "bound": lambda store: store.is_bound("f1"),
    "bound among many": lambda store: store.bound_among(["f1", "f2"]),
    "note a flight": lambda store: store.note_flight(FLIGHT),
    "flights": lambda store: store.flights(["f1"]),
    "orders of a flight": lambda store: store.bound_orders("f1"),
    "offer": lambda store: store.offer("o1", 1, NOW),
    "reminders": lambda store: store.due_reminders(NOW, NOW + timedelta(hours=1), 10),
    "remind": lambda store: store.remind("o1", "d1", NOW),
    "audit": lambda store: store.audits(ID),
}


def filled(uow: UnitOfWork[BusStore]) -> None:
    fill(uow)
    with uow.write() as tx:
        for number in range(2, ROWS):
            ride = replace(
                ORDER.ride, departure_id=f"d{number}", departs_at=NOW + number * timedelta(hours=1)
            )
            ticket_id = f"{number:032x}"
            tx.store.add_tickets(
                [BusTicket(ticket_id, f"o{number}", 1, Rider.ADULT, 2000, ride, "BUS1:", NOW)]
            )
            scan = replace(SCAN, id=f"scan-{number}")
            tx.store.keep_scan(scan, ticket_id, ScanResult.BOARDED, {}, NOW)
            tx.store.note_flight(replace(FLIGHT, flight_id=f"f{number}"))
            tx.store.remind(f"o{number}", f"d{number}", NOW)
        tx.store.note_marks([Marked(f"{n:032x}", Mark.BOARDED, NOW) for n in range(ROWS)])


def test_no_question_reads_a_whole_table(real_uow: UnitOfWork[BusStore]) -> None:
    filled(real_uow)
    for name, query in QUERIES.items():
        with real_uow.write() as tx:
            prefer_indexes(tx)
            for plan in plans(tx, query):
                assert not scans(plan), (name, plan)
