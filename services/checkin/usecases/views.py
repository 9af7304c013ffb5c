"""Flights, windows, parties and maps in the shape of the front door."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kernel.instants import instant
from services.checkin.domain import (
    DECLARATION,
    GOODS,
    Booking,
    Reason,
    Seat,
    SeatMap,
    Sitter,
    Traveller,
    agent_reasons,
    mask_phone,
    refusal,
    sitter_of,
    window_of,
    window_words,
)
from services.checkin.schemas.vocabulary import SeatAttribute, SeatState, Standing
from services.checkin.usecases.shared import (
    Flight,
    Place,
    Tx,
    flight_of,
    name_of,
)
from services.passengers.papers import DocumentKind, masked


@dataclass(frozen=True)
class Status:
    """What is shown of a booking to two factors. full: the asker is bound to it."""

    booking: Booking
    full: bool
    code_to: str | None


def flight_view(place: Place, flight: Flight) -> dict[str, Any]:
    """TripFlightSchema."""
    leg = flight.leg
    return {
        "id": leg.id,
        "number": leg.number,
        "airline": leg.airline,
        "departure_airport": leg.departure,
        "arrival_airport": leg.arrival,
        "departure_name": dict(leg.departure_name),
        "arrival_name": dict(leg.arrival_name),
        "day_local": leg.day_local.isoformat(),
        "international": leg.international,
        "scheduled_at": instant(leg.scheduled_at),
        "departs_at": instant(leg.departs_at),
        "boarding_at": instant(leg.boards_at(place.settings.boarding)),
        "gate_closes_at": instant(window_of(leg).gate_closes_at),
        "gate": leg.gate,
        "terminal": leg.terminal,
        "status": leg.status.value,
    }


def window_view(flight: Flight, now: datetime) -> dict[str, Any]:
    """WindowSchema at `now`, the airport's time."""
    window = window_of(flight.leg)
    state = window.state(flight.leg, now)
    return {
        "state": state.value,
        "opens_at": instant(window.opens_at),
        "closes_at": instant(window.closes_at),
        "counter_closes_at": instant(window.counter_closes_at),
        "reason": window_words(window, state).words(),
    }


def status_views(
    tx: Tx, place: Place, statuses: Sequence[Status], now: datetime, *, not_before: datetime
) -> list[dict[str, Any]]:
    """BookingStatusSchema of each whose flight isn't long gone, by departure."""
    views = []
    for status in statuses:
        row = tx.store.flight(status.booking.flight_id)
        if row is None or row.departs_at < not_before:
            continue
        flight = flight_of(row)
        party = [each for each in tx.store.party(status.booking.id) if each.on_list]
        views.append(
            {
                "booking_id": status.booking.id,
                "flight": flight_view(place, flight),
                "window": window_view(flight, now),
                "travellers": [
                    {"name": name_of(place.vault, each)[0].masked, "standing": each.standing.value}
                    for each in party
                ],
                "full": status.full,
                "code_to": status.code_to,
            }
        )
    return sorted(views, key=lambda view: (view["flight"]["departs_at"], view["booking_id"]))


def party_view(
    place: Place, booking: Booking, flight: Flight, everybody: Sequence[Traveller], now: datetime
) -> dict[str, Any]:
    """PartySchema. everybody: of the booking."""
    given = place.vault.open(booking.given_sealed, booking.id) if booking.given_sealed else None
    contact = _contact(place, booking, given)
    travellers = [each for each in everybody if each.on_list]
    return {
        "booking_id": booking.id,
        "version": booking.version,
        "pnr": booking.pnr,
        "flight": flight_view(place, flight),
        "window": window_view(flight, now),
        "travellers": [_traveller_view(place, flight, each, given) for each in travellers],
        "contact": mask_phone(contact) or None,
        "declaration": {"version": DECLARATION, "items": [item.view() for item in GOODS]},
        "seat_map": flight.row.configuration_version is not None,
    }


def _contact(place: Place, booking: Booking, given: Mapping[str, Any] | None) -> str:
    if given and given["phone"]:
        return str(given["phone"])
    if booking.contact_sealed is None:
        return ""
    return str(place.vault.open(booking.contact_sealed, booking.id)["phone"])


def _traveller_view(
    place: Place, flight: Flight, traveller: Traveller, given: Mapping[str, Any] | None
) -> dict[str, Any]:
    """PartyTravellerSchema."""
    person, infant = name_of(place.vault, traveller)
    papers = papers_of(place, traveller)
    return {
        "id": traveller.id,
        "name": person.shown,
        "kind": traveller.kind.value,
        "gender": traveller.gender.value,
        "cabin": traveller.cabin,
        "ticket": None
        if traveller.ticket is None
        else f"{traveller.ticket[:3]}-******{traveller.ticket[-4:]}",
        "standing": traveller.standing.value,
        "seat": traveller.seat,
        "sequence": traveller.sequence,
        "infant": None if infant is None else infant.shown,
        "specials": list(traveller.specials),
        "papers": [
            {"kind": paper["kind"], "number": _masked(paper), "expires_on": paper["expires_on"]}
            for paper in papers
        ],
        "agent": [reason.view() for reason in agent_reasons(traveller, flight.leg.airline)],
        "needs": needs_of(flight, papers, given),
        "exit_row": sitter_of(traveller).able,
    }


def papers_of(place: Place, traveller: Traveller) -> list[dict[str, Any]]:
    """The airline's and those that were given at check-in, the newest last."""
    papers: list[dict[str, Any]] = place.vault.open(traveller.details_sealed, traveller.id)["papers"]
    if traveller.given_sealed is not None:
        papers = [*papers, place.vault.open(traveller.given_sealed, traveller.id)]
    return papers


def needs_of(
    flight: Flight, papers: Sequence[Mapping[str, Any]], given: Mapping[str, Any] | None
) -> list[str]:
    """What must be added before somebody flies abroad: a passport that holds on the day, and the party's contact."""
    if not flight.leg.international:
        return []
    day = flight.leg.day_local.isoformat()
    good = any(
        paper["kind"] != "resident_id" and (paper["expires_on"] is None or paper["expires_on"] >= day)
        for paper in papers
    )
    needs = [] if good else ["paper"]
    if not given or not given["phone"]:
        needs.append("contact")
    if not given or not given["destination"]:
        needs.append("destination")
    return needs


def _masked(paper: Mapping[str, Any]) -> str:
    kind = DocumentKind.RESIDENT_ID if paper["kind"] == "resident_id" else DocumentKind.PASSPORT
    number = str(paper["number"])
    return masked(kind, number) if len(number) > 5 else "*" * len(number)


def map_view(
    flight: Flight, seat_map: SeatMap, taken: Mapping[str, Sitter], party: Collection[Traveller]
) -> dict[str, Any]:
    """SeatMapSchema, as this party sees it. A seat at an exit is free for whoever could declare that they help."""
    sitters = [sitter_of(each, declared=True) for each in party if each.on_list]
    ids = {sitter.id for sitter in sitters}

    def seat_view(seat: Seat) -> dict[str, Any]:
        state, why = _state(seat, seat_map, taken, sitters)
        who = taken.get(seat.name)
        return {
            "seat": seat.name,
            "column": seat.column,
            "attributes": sorted(attribute.value for attribute in seat.attributes),
            "state": state.value,
            "traveller_id": who.id if who is not None and who.id in ids else None,
            "why": None if why is None else why.view(),
        }

    cabins = [
        {
            "cabin": cabin.code,
            "columns": cabin.columns,
            "rows": [
                {"row": row.number, "exit": row.exit, "seats": [seat_view(seat) for seat in row.seats]}
                for row in cabin.rows
            ],
        }
        for cabin in seat_map.cabins
    ]
    return {
        "flight_id": flight.id,
        "version": flight.row.changes,
        "aircraft": seat_map.aircraft,
        "cabins": cabins,
    }


def _state(
    seat: Seat, seat_map: SeatMap, taken: Mapping[str, Sitter], sitters: Sequence[Sitter]
) -> tuple[SeatState, Reason | None]:
    who = taken.get(seat.name)
    if who is not None:
        mine = any(sitter.id == who.id for sitter in sitters)
        return (SeatState.MINE if mine else SeatState.TAKEN), None
    if seat.is_(SeatAttribute.BLOCKED):
        return SeatState.BLOCKED, None
    whys = [refusal(seat, sitter, seat_map, taken) for sitter in sitters]
    if not whys or None in whys:
        return SeatState.FREE, None
    return SeatState.NOT_FOR_YOU, whys[0]


def counts_view(counts: Mapping[tuple[str, bool], int]) -> dict[str, int]:
    """CountsSchema."""

    def of(*standings: Standing, infants: bool = False) -> int:
        return sum(
            number
            for (standing, infant), number in counts.items()
            if standing in {each.value for each in standings} and (infant or not infants)
        )

    inside = (Standing.CHECKED_IN, Standing.BOARDED)
    return {
        "booked": of(*(each for each in Standing if each is not Standing.DELETED)),
        "checked_in": of(*inside),
        "boarded": of(Standing.BOARDED),
        "off_loaded": of(Standing.OFF_LOADED),
        "infants": of(*inside, infants=True),
        "infants_boarded": of(Standing.BOARDED, infants=True),
    }
