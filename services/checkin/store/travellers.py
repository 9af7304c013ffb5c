"""Bookings and travellers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from services.checkin.domain import Booking, Traveller
from services.checkin.errors import SeatTaken
from services.checkin.schemas.vocabulary import Standing
from services.checkin.store.rows import booking_of, traveller_of, traveller_values
from services.checkin.store.tables import BOOKINGS, PAPERS, TRAVELLERS

_HOT: Final = (
    "standing",
    "seat",
    "sequence",
    "boarded_at",
    "boarded_by",
    "given_sealed",
    "settled",
    "version",
)
_SAVE_HOT: Final = (
    update(TRAVELLERS)
    .where(TRAVELLERS.c.id == bindparam("key"))
    .values({name: bindparam(f"new_{name}") for name in _HOT})
)
_ALL: Final = tuple(column.name for column in TRAVELLERS.columns if column.name != "id")
_SAVE_ALL: Final = (
    update(TRAVELLERS)
    .where(TRAVELLERS.c.id == bindparam("key"))
    .values({name: bindparam(f"new_{name}") for name in _ALL})
)
_TRAVELLER: Final = select(TRAVELLERS).where(TRAVELLERS.c.id == bindparam("traveller"))
_PARTY: Final = (
    select(TRAVELLERS)
    .where(TRAVELLERS.c.booking_id == bindparam("booking"))
    .order_by(TRAVELLERS.c.place, TRAVELLERS.c.id)
)
_BOOKING: Final = select(BOOKINGS).where(BOOKINGS.c.id == bindparam("booking"))
_TOUCH: Final = (
    update(BOOKINGS)
    .where(BOOKINGS.c.id.in_(bindparam("ids", expanding=True)))
    .values(version=BOOKINGS.c.version + 1)
)
_MY_PAPERS: Final = PAPERS.alias("mine")
# Others on the flight who hold a good pass and show the same document, under another booking.
_TWINS: Final = (
    select(_MY_PAPERS.c.traveller_id)
    .join(PAPERS, PAPERS.c.number_index == _MY_PAPERS.c.number_index)
    .join(TRAVELLERS, TRAVELLERS.c.id == PAPERS.c.traveller_id)
    .where(
        _MY_PAPERS.c.traveller_id.in_(bindparam("ids", expanding=True)),
        TRAVELLERS.c.flight_id == bindparam("flight"),
        TRAVELLERS.c.booking_id != bindparam("booking"),
        TRAVELLERS.c.standing.in_([Standing.CHECKED_IN.value, Standing.BOARDED.value]),
    )
)


class TravellerRows:
    """Who is on which list."""

    _connection: Connection

    def booking(self, booking_id: str) -> Booking | None:
        row = self._connection.execute(_BOOKING, {"booking": booking_id}).first()
        return None if row is None else booking_of(row)

    def bookings(self, booking_ids: Collection[str]) -> list[Booking]:
        query = select(BOOKINGS).where(BOOKINGS.c.id.in_(booking_ids))
        return [booking_of(row) for row in self._connection.execute(query)]

    def bookings_of_flight(self, flight_id: str) -> dict[str, Booking]:
        """By PNR."""
        query = select(BOOKINGS).where(BOOKINGS.c.flight_id == flight_id)
        return {row.pnr: booking_of(row) for row in self._connection.execute(query)}

    def add_bookings(self, bookings: Sequence[Booking]) -> None:
        if bookings:
            self._connection.execute(insert(BOOKINGS), [asdict(booking) for booking in bookings])

    def save_booking(self, booking: Booking) -> None:
        self._connection.execute(update(BOOKINGS).where(BOOKINGS.c.id == booking.id).values(asdict(booking)))

    def touch_bookings(self, booking_ids: Collection[str]) -> None:
        """Note that something changed for those who look at them."""
        if booking_ids:
            self._connection.execute(_TOUCH, {"ids": sorted(booking_ids)})

    def traveller(self, traveller_id: str) -> Traveller | None:
        row = self._connection.execute(_TRAVELLER, {"traveller": traveller_id}).first()
        return None if row is None else traveller_of(row)

    def party(self, booking_id: str) -> list[Traveller]:
        """In the order in which the airline listed them."""
        rows: Any = self._connection.execute(_PARTY, {"booking": booking_id})
        return [traveller_of(row) for row in rows]

    def parties(self, booking_ids: Collection[str]) -> list[Traveller]:
        query = (
            select(TRAVELLERS)
            .where(TRAVELLERS.c.booking_id.in_(booking_ids))
            .order_by(TRAVELLERS.c.place, TRAVELLERS.c.id)
        )
        return [traveller_of(row) for row in self._connection.execute(query)]

    def travellers(self, flight_id: str) -> list[Traveller]:
        """Everybody who ever was on the flight's list."""
        query = (
            select(TRAVELLERS)
            .where(TRAVELLERS.c.flight_id == flight_id)
            .order_by(TRAVELLERS.c.place, TRAVELLERS.c.id)
        )
        return [traveller_of(row) for row in self._connection.execute(query)]

    def twins(self, flight_id: str, booking_id: str, traveller_ids: Collection[str]) -> set[str]:
        """Who of these shows a document with which somebody of another booking is on the flight already."""
        values = {"flight": flight_id, "booking": booking_id, "ids": list(traveller_ids)}
        return set(self._connection.execute(_TWINS, values).scalars())

    def add_travellers(self, travellers: Sequence[Traveller]) -> None:
        if travellers:
            self._connection.execute(insert(TRAVELLERS), [traveller_values(each) for each in travellers])

    def save_standings(self, travellers: Sequence[Traveller]) -> None:
        """Write where they stand and sit, all at once: seats may be exchanged. Raises SeatTaken."""
        self._save(travellers, _SAVE_HOT, _HOT)

    def save_travellers(self, travellers: Sequence[Traveller]) -> None:
        """Write everything about them. Raises SeatTaken."""
        self._save(travellers, _SAVE_ALL, _ALL)

    def _save(self, travellers: Sequence[Traveller], statement: Any, names: Sequence[str]) -> None:
        if not travellers:
            return
        # Seats are checked row by row: whoever moves gets up first, so that two may change places.
        if len(travellers) > 1:
            ids = [each.id for each in travellers]
            self._connection.execute(update(TRAVELLERS).where(TRAVELLERS.c.id.in_(ids)).values(seat=None))
        rows = []
        for each in travellers:
            values = traveller_values(each)
            rows.append({"key": each.id, **{f"new_{name}": values[name] for name in names}})
        try:
            self._connection.execute(statement, rows)
        except IntegrityError as exc:
            if "seat" not in str(exc.orig):
                raise
            raise SeatTaken(seats=[each.seat for each in travellers if each.seat]) from None

    def save_papers(self, indexes: Mapping[str, Collection[str]]) -> None:
        """By traveller, the indexes by which they are found from now on."""
        if indexes:
            self._connection.execute(delete(PAPERS).where(PAPERS.c.traveller_id.in_(list(indexes))))
        rows = [
            {"traveller_id": traveller_id, "number_index": index}
            for traveller_id, many in indexes.items()
            for index in sorted(set(many))
        ]
        if rows:
            self._connection.execute(insert(PAPERS), rows)

    # --- finding: those on a list, whatever the flight

    def by_pnr(self, pnr: str) -> list[Traveller]:
        ids = select(BOOKINGS.c.id).where(BOOKINGS.c.pnr == pnr)
        return self._listed(TRAVELLERS.c.booking_id.in_(ids))

    def by_ticket(self, ticket: str) -> list[Traveller]:
        return self._listed(TRAVELLERS.c.ticket == ticket)

    def by_paper(self, indexes: Collection[str]) -> list[Traveller]:
        ids = select(PAPERS.c.traveller_id).where(PAPERS.c.number_index.in_(indexes))
        return self._listed(TRAVELLERS.c.id.in_(ids))

    def _listed(self, condition: Any) -> list[Traveller]:
        on_list = TRAVELLERS.c.standing != Standing.DELETED.value
        query = (
            select(TRAVELLERS)
            .where(condition, on_list)
            .order_by(TRAVELLERS.c.place, TRAVELLERS.c.id)
            .limit(200)
        )
        return [traveller_of(row) for row in self._connection.execute(query)]
