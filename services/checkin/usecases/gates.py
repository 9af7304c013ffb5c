"""The gate: scans, undone boardings, the list that a gate works from without a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kernel.instants import instant
from services.checkin import events
from services.checkin.domain import Traveller, fits, judge
from services.checkin.errors import FlightNotFound, TravellerNotFound, WrongStanding
from services.checkin.schemas.vocabulary import Scan, Standing
from services.checkin.store import CheckinStore, ScanRow
from services.checkin.usecases.passes import shown_legs
from services.checkin.usecases.shared import (
    Asked,
    Flight,
    Place,
    Tx,
    Work,
    answer_in_turn,
    authorise,
    flight_of,
    locked,
    name_of,
)
from services.checkin.usecases.views import counts_view, flight_view
from services.checkin.usecases.writing import By, Step, write


@dataclass(frozen=True)
class _Gate:
    """A locked flight and the device that asks. offline: what it scanned, it let through already."""

    tx: Tx
    place: Place
    flight: Flight
    device: str
    offline: bool


@dataclass(frozen=True)
class _Answer:
    scan: ScanRow
    traveller: Traveller | None


def board_scan(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """ScanSchema. now: the airport's time, by which early and late are judged.

    The same scan_id of a device gets the same answer. Raises FlightNotFound, NotYourFlight.
    """
    with place.turns.on(request["flight_id"]), uow.write() as tx:
        gate = _gate(tx, place, request, offline=False)
        answer = _scanned(gate, request, now)
        return {"scan": _scan_view(gate, answer), "counts": _counts(tx.store, gate.flight.id)}


def sync_scans(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """SyncedScansSchema: what a gate let through on its own is written down as it was.

    Who may not have been let through is told as a conflict, and nobody is boarded twice.
    Raises FlightNotFound, NotYourFlight.
    """
    with place.turns.on(request["flight_id"]), uow.write() as tx:
        gate = _gate(tx, place, request, offline=True)
        answers = [_scanned(gate, scan, scan["scanned_at"]) for scan in request["scans"]]
        return {
            "scans": [_scan_view(gate, answer) for answer in answers],
            "counts": _counts(tx.store, gate.flight.id),
        }


def undo_boarding(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """UndoneSchema: somebody who went through is outside again, with the same pass.

    Raises FlightNotFound, NotYourFlight, TravellerNotFound, WrongStanding, RequestReused, RequestInFlight.
    """

    def work(tx: Tx) -> dict[str, Any]:
        gate = _gate(tx, place, request, offline=False)
        found = tx.store.holder_of(gate.flight.id, request["sequence"])
        if found is None or found[1]:
            raise TravellerNotFound
        traveller = found[0]
        if traveller.standing is not Standing.BOARDED:
            raise WrongStanding(standing=traveller.standing.value)
        back = replace(traveller, standing=Standing.CHECKED_IN, boarded_at=None, boarded_by=None)
        by = By("airline", f"gate:{gate.device}", request["reason"])
        write(tx, gate.flight, by, [Step(traveller, back, events.UNBOARDED)])
        return {"traveller_id": traveller.id, "counts": _counts(tx.store, gate.flight.id)}

    asked = Asked(request["request_id"], "undo_boarding", request, request["flight_id"])
    return answer_in_turn(uow, place, asked, work)


def boarding_counts(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """GateCountsSchema. Raises FlightNotFound, NotYourFlight."""
    with uow.read() as tx:
        flight = _read(tx, request)
        return {
            "flight_id": flight.id,
            "version": flight.row.changes,
            "counts": _counts(tx.store, flight.id),
        }


def get_boarding_list(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """BoardingListSchema: what a gate needs for an hour without us. Raises FlightNotFound, NotYourFlight."""
    with uow.read() as tx:
        flight = _read(tx, request)
        same = request["version"] == flight.row.changes
        inside = [] if same else [each for each in tx.store.travellers(flight.id) if each.inside]
        return {
            "flight": flight_view(place, flight),
            "version": flight.row.changes,
            "entries": None if same else sorted((_entry(place, each) for each in inside), key=_by_sequence),
            "void": [] if same else tx.store.void_sequences(flight.id),
            "counts": _counts(tx.store, flight.id),
        }


def _by_sequence(entry: dict[str, Any]) -> int:
    return int(entry["sequence"])


def _entry(place: Place, traveller: Traveller) -> dict[str, Any]:
    return {
        "traveller_id": traveller.id,
        "sequence": traveller.sequence,
        "pnr": traveller.pnr,
        "name": name_of(place.vault, traveller)[0].printed,
        "seat": traveller.seat,
        "cabin": traveller.cabin,
        "standing": traveller.standing.value,
        "specials": list(traveller.specials),
        "infant": traveller.infant,
    }


def _gate(tx: Tx, place: Place, request: Mapping[str, Any], *, offline: bool) -> _Gate:
    flight = locked(tx, request["flight_id"])
    authorise(request["partner"], flight.leg.airline)
    return _Gate(tx, place, flight, request["device"], offline)


def _read(tx: Tx, request: Mapping[str, Any]) -> Flight:
    row = tx.store.flight(request["flight_id"])
    if row is None:
        raise FlightNotFound(flight_id=request["flight_id"])
    authorise(request["partner"], row.airline)
    return flight_of(row)


def _scanned(gate: _Gate, request: Mapping[str, Any], at: datetime) -> _Answer:
    store = gate.tx.store
    before = store.scan(gate.flight.id, gate.device, request["scan_id"])
    if before is not None:
        whose = None if before.traveller_id is None else store.traveller(before.traveller_id)
        return _Answer(before, whose)
    result, traveller, pass_seat = _judged(gate, request, at)
    moved = traveller is not None and pass_seat not in (None, traveller.seat)
    if result is Scan.ACCEPTED and traveller is not None:
        traveller = _boarded(gate, traveller, at)
    scan = ScanRow(
        flight_id=gate.flight.id,
        device=gate.device,
        scan_id=request["scan_id"],
        scanned_at=request["scanned_at"],
        recorded_at=gate.tx.now(),
        result=result,
        traveller_id=None if traveller is None else traveller.id,
        sequence=None if traveller is None else traveller.sequence,
        moved=moved,
        conflict=gate.offline and result is not Scan.ACCEPTED,
    )
    store.add_scan(scan)
    return _Answer(scan, traveller)


def _judged(
    gate: _Gate, request: Mapping[str, Any], at: datetime
) -> tuple[Scan, Traveller | None, str | None]:
    """The answer, whose pass it is, and the seat that it shows."""
    store, flight = gate.tx.store, gate.flight
    sequence, seat, pnr = request["sequence"], None, None
    if request["code"]:
        legs = shown_legs(request["code"])
        if legs is None:
            return Scan.UNREADABLE, None, None
        mine = next((leg for leg in legs if fits(leg[0], flight.leg)), None)
        if mine is None:
            return Scan.WRONG_FLIGHT, None, None
        sequence, pnr, seat = mine[0].sequence, mine[0].pnr, mine[1]
    found = None if sequence is None else store.holder_of(flight.id, sequence)
    if found is None or (pnr is not None and found[0].pnr[:7] != pnr):
        return Scan.NOT_CHECKED_IN, None, None
    traveller, void = found
    if gate.offline and traveller.standing is Standing.CHECKED_IN and not void:
        # They are through: whether it was early or late is no question any more.
        return Scan.ACCEPTED, traveller, seat
    boards_at = flight.leg.boards_at(gate.place.settings.boarding)
    return judge(flight.leg, traveller, void=void, at=at, boards_at=boards_at), traveller, seat


def _boarded(gate: _Gate, traveller: Traveller, at: datetime) -> Traveller:
    inside = replace(traveller, standing=Standing.BOARDED, boarded_at=at, boarded_by=gate.device)
    more = {"at": instant(at), "device": gate.device, "offline": gate.offline}
    by = By("airline", f"gate:{gate.device}")
    return write(gate.tx, gate.flight, by, [Step(traveller, inside, events.BOARDED, more=more)])[0]


def _scan_view(gate: _Gate, answer: _Answer) -> dict[str, Any]:
    """ScanResultSchema."""
    scan, traveller = answer.scan, answer.traveller
    view: dict[str, Any] = {
        "scan_id": scan.scan_id,
        "result": scan.result.value,
        "sequence": scan.sequence,
        "moved": scan.moved,
        "conflict": scan.conflict,
        "traveller_id": None,
        "name": None,
        "seat": None,
        "specials": [],
        "infant": False,
        "boarded_at": None,
        "boarded_by": None,
    }
    if traveller is not None:
        view |= {
            "traveller_id": traveller.id,
            "name": name_of(gate.place.vault, traveller)[0].printed,
            "seat": traveller.seat,
            "specials": list(traveller.specials),
            "infant": traveller.infant,
            "boarded_at": None if traveller.boarded_at is None else instant(traveller.boarded_at),
            "boarded_by": traveller.boarded_by,
        }
    return view


def _counts(store: CheckinStore, flight_id: str) -> dict[str, int]:
    return counts_view(store.counts([flight_id])[flight_id])
