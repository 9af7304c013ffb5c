"""At the door of the bus: what goes today, who may get on, who has.

Order of locks: tickets by id, then the list of marks (docs/decisions/0047-after-the-ticket.md).
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from kernel.inbox import answer_once
from kernel.instants import instant, instant_or_none
from services.bus.domain import BusTicket, Occupancy
from services.bus.domain.boarding import (
    Mark,
    Marked,
    Scan,
    Tick,
    refusal,
    second_showing,
    short_code,
    typed,
)
from services.bus.errors import TicketNotBoarded, TicketNotFound
from services.bus.schemas import TicketState
from services.bus.schemas.inspection import ScanResult
from services.bus.ticketing import NotATicket, TicketReader
from services.bus.usecases.duties import duty_view, occupancy_of
from services.bus.usecases.searching import Here, capacity
from services.bus.usecases.shared import (
    Timetables,
    Tx,
    Work,
)

DOOR: Final = "inspector"
MARKS_PAGE: Final = 5_000
# A device must know of buses that left a while ago and are late; not of yesterday's.
LOOK_BACK: Final = timedelta(hours=18)


@dataclass(frozen=True)
class Gate:
    """What scans are judged with. keys: public keys by id."""

    keys: Mapping[int, bytes]

    @property
    def reader(self) -> TicketReader:
        return TicketReader(self.keys)


@dataclass(frozen=True)
class _Read:
    """What a scan leads to: a ticket, or a result at once."""

    scan: Scan
    ticket_id: str | None = None
    result: ScanResult | None = None


def ticket_keys(gate: Gate) -> dict[str, Any]:
    """TicketKeysSchema: what a device needs to read tickets without a network."""
    return {
        "keys": [
            {"key_id": key_id, "public_key": base64.b64encode(key).decode()}
            for key_id, key in sorted(gate.keys.items())
        ]
    }


def list_day(uow: Work, timetables: Timetables, here: Here, request: Mapping[str, Any]) -> dict[str, Any]:
    """DaySchema: the departures of a service day, by time. Raises NoTimetable."""
    with uow.read() as tx:
        timetable = timetables.current(tx.store)
        departures = timetable.on_day(request["day_local"], request["line_id"])
        ids = [departure.id for departure in departures]
        taken, boarded = tx.store.occupancies(ids), tx.store.boarded_counts(ids)
    views = []
    for departure in departures:
        known = taken.get(departure.id, Occupancy(capacity(departure, here.settings)))
        views.append(duty_view(timetable, departure.id, known, boarded.get(departure.id, 0), []))
    return {"departures": views}


def get_manifest(uow: Work, timetables: Timetables, here: Here, request: Mapping[str, Any]) -> dict[str, Any]:
    """ManifestSchema. Raises NoTimetable, DepartureNotFound."""
    departure_id = request["departure_id"]
    with uow.read() as tx:
        timetable = timetables.current(tx.store)
        known = occupancy_of(tx, timetable, here, departure_id)
        tickets = tx.store.tickets_on(departure_id)
    boarded = sum(ticket.state is TicketState.BOARDED for ticket in tickets)
    return {
        "departure": duty_view(timetable, departure_id, known, boarded, tickets),
        "tickets": [_manifest_ticket(ticket) for ticket in tickets],
    }


def list_revocations(uow: Work, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """RevocationsSchema: what became of tickets since a version, so that a device knows it without a network.

    now: the airport's time: tickets of days gone by are left out. Of a ticket's marks only the last counts.
    """
    with uow.read() as tx:
        marks, newest = tx.store.marks_since(request["since"], now - LOOK_BACK, MARKS_PAGE)
    more = len(marks) == MARKS_PAGE
    last = {marked.ticket_id: marked.mark for _, marked in marks}
    told: dict[Mark, list[str]] = {mark: [] for mark in Mark}
    for ticket_id, mark in last.items():
        told[mark].append(ticket_id)
    version = marks[-1][0] if more else max(newest, request["since"])
    return {
        "revoked": told[Mark.REVOKED],
        "boarded": told[Mark.BOARDED],
        "cleared": told[Mark.CLEARED],
        "version": version,
        "more": more,
    }


def board_tickets(
    uow: Work, timetables: Timetables, here: Here, gate: Gate, request: Mapping[str, Any]
) -> dict[str, Any]:
    """BoardedSchema: judge scans of one departure, one by one or as they were noted without a network.

    The same scan gets the same answer however often it comes, and a ticket is ticked once.
    Raises NoTimetable, DepartureNotFound, RequestReused, RequestInFlight.
    Source: docs/sources/bus-tickets.md, "At the door of the bus".
    """
    with uow.read() as reading:
        timetable = timetables.current(reading.store)
    scans = [_scan(request, each) for each in request["scans"]]

    def work(tx: Tx) -> dict[str, Any]:
        departure_id = request["departure_id"]
        known = occupancy_of(tx, timetable, here, departure_id)
        answers = tx.store.answered_scans({scan.id for scan in scans})
        new = {scan.id: scan for scan in scans if scan.id not in answers}
        read = _read(tx, gate.reader, new.values(), departure_id)
        answers |= _judge_all(tx, read, departure_id)
        boarded = tx.store.boarded_counts([departure_id]).get(departure_id, 0)
        return {"results": [answers[scan.id] for scan in scans], "boarded": boarded, "sold": known.sold}

    return answer_once(uow, request["request_id"], "board_tickets", request, work)


def unboard_ticket(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """UnboardedSchema: take a tick back that was a mistake. Raises TicketNotFound, TicketNotBoarded, RequestReused."""
    ticket_id = request["ticket_id"]

    def work(tx: Tx) -> dict[str, Any]:
        ticket = tx.store.find_tickets([ticket_id]).get(ticket_id)
        if ticket is None:
            raise TicketNotFound
        if not tx.store.untick(ticket_id, tx.now()):
            raise TicketNotBoarded
        tx.store.audit(
            tx.now(), (request["actor"], DOOR), ("unboarded", ticket_id), {"reason": request["reason"]}
        )
        tx.store.note_marks([Marked(ticket_id, Mark.CLEARED, ticket.ride.departs_at)])
        departure_id = ticket.ride.departure_id
        known = tx.store.occupancies([departure_id])[departure_id]
        boarded = tx.store.boarded_counts([departure_id]).get(departure_id, 0)
        return {"ticket_id": ticket_id, "boarded": boarded, "sold": known.sold}

    return answer_once(uow, request["request_id"], "unboard_ticket", request, work)


def list_copies(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """CopiesSchema: tickets on which two people seem to have ridden, the newest first."""
    with uow.read() as tx:
        copies = tx.store.copies(request["limit"])
        first = tx.store.ticked_by({copy.ticket_id for copy in copies})
    return {"copies": [_copy(copy, first.get(copy.ticket_id, copy)) for copy in copies]}


def _scan(request: Mapping[str, Any], given: Mapping[str, Any]) -> Scan:
    return Scan(
        id=given["scan_id"],
        departure_id=request["departure_id"],
        device=request["device"],
        actor=request["actor"],
        scanned_at=given["scanned_at"],
        code=given["code"],
        typed=given["ticket_id"],
    )


def _read(tx: Tx, reader: TicketReader, scans: Iterable[Scan], departure_id: str) -> list[_Read]:
    short: dict[str, str] | None = None
    read = []
    for scan in scans:
        if scan.code is not None:
            read.append(_read_code(reader, scan))
            continue
        meant = typed(scan.typed or "")
        if meant is not None and meant.short is not None:
            if short is None:
                short = {short_code(one.id): one.id for one in tx.store.tickets_on(departure_id)}
            ticket_id = short.get(meant.short)
        else:
            ticket_id = None if meant is None else meant.ticket_id
        read.append(_Read(scan, ticket_id, None if ticket_id else ScanResult.UNKNOWN))
    return read


def _read_code(reader: TicketReader, scan: Scan) -> _Read:
    try:
        return _Read(scan, reader.read(scan.code or "").id)
    except NotATicket as exc:
        return _Read(scan, result=ScanResult(exc.reason.value))


def _judge_all(tx: Tx, read: list[_Read], departure_id: str) -> dict[str, dict[str, Any]]:
    """The answers by scan. Tickets are taken in the order of their ids, each one's scans as they were made."""
    answers: dict[str, dict[str, Any]] = {}
    marks = []
    tickets = tx.store.find_tickets({one.ticket_id for one in read if one.ticket_id})
    for one in sorted(read, key=lambda one: (one.ticket_id or "", one.scan.scanned_at, one.scan.id)):
        ticket = tickets.get(one.ticket_id or "")
        result = one.result or (ScanResult.UNKNOWN if ticket is None else None)
        if result is None and ticket is not None:
            result, ticket = _judge(tx, one.scan, ticket, departure_id)
            if result is None:
                # Another copy of the service has just answered this very scan.
                answers |= tx.store.answered_scans([one.scan.id])
                continue
            if result is ScanResult.BOARDED:
                marks.append(Marked(ticket.id, Mark.BOARDED, ticket.ride.departs_at))
        assert result is not None
        answers[one.scan.id] = _scanned(one.scan, result, ticket)
        tx.store.keep_scan(one.scan, ticket.id if ticket else None, result, answers[one.scan.id], tx.now())
    tx.store.note_marks(marks)
    return answers


def _judge(tx: Tx, scan: Scan, ticket: BusTicket, departure_id: str) -> tuple[ScanResult | None, BusTicket]:
    """What this scan of a ticket is, None when it was answered meanwhile; and the ticket as it is then."""
    at = min(scan.scanned_at, tx.now())
    if tx.store.tick(ticket.id, departure_id, at, scan.actor):
        return ScanResult.BOARDED, replace(
            ticket, state=TicketState.BOARDED, boarded_at=at, boarded_by=scan.actor
        )
    now_is = tx.store.find_tickets([ticket.id])[ticket.id]
    refused = refusal(now_is.state, now_is.ride.departure_id, departure_id)
    if refused is not None:
        return refused, now_is
    by = tx.store.ticked_by([ticket.id]).get(ticket.id)
    if by is not None and by.scan_id == scan.id:
        return None, now_is
    return second_showing(scan, by.device if by else "", tx.now()), now_is


def _scanned(scan: Scan, result: ScanResult, ticket: BusTicket | None) -> dict[str, Any]:
    """ScannedSchema."""
    return {
        "scan_id": scan.id,
        "ticket_id": ticket.id if ticket else None,
        "result": result.value,
        "kind": ticket.rider.value if ticket else None,
        "from_name": ticket.ride.words["from_name"] if ticket else None,
        "to_name": ticket.ride.words["to_name"] if ticket else None,
        "boarded_at": instant_or_none(ticket.boarded_at) if ticket else None,
        "boarded_by": ticket.boarded_by if ticket else None,
    }


def _manifest_ticket(ticket: BusTicket) -> dict[str, Any]:
    return {
        "id": ticket.id,
        "short_code": short_code(ticket.id),
        "kind": ticket.rider.value,
        "from_name": ticket.ride.words["from_name"],
        "to_name": ticket.ride.words["to_name"],
        "state": ticket.state.value,
        "boarded_at": instant_or_none(ticket.boarded_at),
    }


def _copy(copy: Tick, first: Tick) -> dict[str, Any]:
    return {
        "scan_id": copy.scan_id,
        "ticket_id": copy.ticket_id,
        "departure_id": copy.departure_id,
        "scanned_at": instant(copy.scanned_at),
        "device": copy.device,
        "actor": copy.actor,
        "first_at": instant(first.scanned_at),
        "first_device": first.device,
        "first_actor": first.actor,
    }
