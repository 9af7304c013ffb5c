"""From an entry of a list to a traveller: new, or changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from kernel.ids import new_id
from services.checkin import events
from services.checkin.domain import (
    Booking,
    Entry,
    Known,
    SeatMap,
    Sitter,
    Traveller,
    normal,
    refusal,
    seats_for,
    sitter_of,
    still_settled,
)
from services.checkin.schemas.vocabulary import Standing
from services.checkin.usecases.shared import Flight, Place, Tx
from services.checkin.usecases.writing import Step


@dataclass(frozen=True)
class Changed:
    """A traveller as the list has them now, and the entry that says so."""

    step: Step
    listed: Mapping[str, Any]


@dataclass
class Listing:
    """A list while it is applied to its locked flight. taken: who has which seat."""

    tx: Tx
    place: Place
    flight: Flight
    seat_map: SeatMap | None
    document: Mapping[str, Any]
    contacts: dict[str, dict[str, str]] = field(init=False)
    taken: dict[str, Sitter] = field(init=False)

    def __post_init__(self) -> None:
        parts = self.document.get("bookings") or self.document.get("changes") or ()
        self.contacts = {part["pnr"]: part["contact"] for part in parts if part["contact"] is not None}
        self.taken = dict(self.tx.store.seated(self.flight.id))

    @property
    def cabins(self) -> frozenset[str]:
        """The aircraft's; empty while they aren't known."""
        return frozenset() if self.seat_map is None else self.seat_map.codes

    def free(self, seats: Collection[str | None]) -> None:
        """Those who had them are off the list."""
        for seat in seats:
            self.taken.pop(seat or "", None)

    def seat(self, wanted: str | None, traveller: Traveller) -> str | None:
        """The seat that the airline gives, if it is free and in the aircraft's cabin; it is taken then."""
        if wanted is None or wanted in self.taken:
            return None
        if self.seat_map is not None:
            seat = self.seat_map.seats.get(wanted)
            if seat is None or not seat.usable or seat.cabin != traveller.cabin:
                return None
        self.taken[wanted] = sitter_of(traveller, declared=True)
        return wanted

    def may_keep(self, traveller: Traveller) -> bool:
        """Whether their seat is still for them as the list has them now: with an infant nobody sits at an exit."""
        if self.seat_map is None or traveller.seat not in self.seat_map.seats:
            return True
        sitter = sitter_of(traveller, declared=True)
        return refusal(self.seat_map.seats[traveller.seat], sitter, self.seat_map, self.taken) is None

    def another(self, traveller: Traveller) -> str | None:
        """A seat near their party, instead of one that is no longer for them; it is taken then."""
        assert self.seat_map is not None
        sitter = sitter_of(traveller)
        found = seats_for([sitter], self.seat_map, self.taken)
        if found is None:
            return None
        self.taken[found[sitter.id]] = sitter
        return found[sitter.id]


def new_traveller(listing: Listing, entry: Entry, booking: Booking, place: int) -> Changed:
    listed = entry.listed
    traveller_id = new_id()
    vault = listing.place.vault
    traveller = Traveller(
        id=traveller_id,
        booking_id=booking.id,
        flight_id=listing.flight.id,
        pnr=entry.pnr,
        place=place,
        **_plain(listed),
        name_sealed=vault.seal(_name(listed), traveller_id),
        details_sealed=vault.seal(_details(listed), traveller_id),
        given_sealed=None,
        standing=Standing.BOOKED,
        seat=None,
        sequence=None,
        boarded_at=None,
        boarded_by=None,
        version=1,
    )
    traveller = replace(traveller, seat=listing.seat(listed["seat"], traveller))
    return Changed(Step(traveller, traveller, ""), listed)


def changed(listing: Listing, known: Known, entry: Entry) -> Changed | None:
    """The traveller as the list has them now; None: nothing is different.

    Whoever is checked in keeps seat and pass, unless they change cabins: then they sit where the airline says, or
    must check in anew. Whoever chose a seat keeps it: the airline's is for those who have none. A seat that is no
    longer for them, as an infant came along, is changed for another.
    """
    was, listed, vault = known.traveller, entry.listed, listing.place.vault
    why = ""
    now = replace(was, **_plain(listed))
    now = replace(now, settled=still_settled(was, now))
    if was.standing is Standing.DELETED:
        now = replace(now, standing=Standing.BOOKED)
    if was.seat is not None and listed["cabin"] != was.cabin and listing.cabins:
        listing.free([was.seat])
        now = replace(now, seat=listing.seat(listed["seat"], now))
        why = "other_cabin"
    elif was.seat is None and now.standing is Standing.BOOKED:
        now = replace(now, seat=listing.seat(listed["seat"], now))
    elif sitter_of(was) != sitter_of(now) and not listing.may_keep(now):
        listing.free([was.seat])
        now = replace(now, seat=listing.another(now))
        why = "seat_rule"
    elif was.seat is not None and was.seat in listing.taken:
        listing.taken[was.seat] = sitter_of(now, declared=True)
    step = _step(was, now, why)
    if vault.open(was.name_sealed, was.id) != _name(listed):
        step = replace(step, now=replace(step.now, name_sealed=vault.seal(_name(listed), was.id)))
    if vault.open(was.details_sealed, was.id) != _details(listed):
        step = replace(step, now=replace(step.now, details_sealed=vault.seal(_details(listed), was.id)))
    if step.now == was:
        return None
    return Changed(replace(step, now=replace(step.now, version=was.version + 1)), listed)


def _step(was: Traveller, now: Traveller, why: str) -> Step:
    if not was.inside or was.seat == now.seat:
        return Step(was, now, "")
    if now.seat is None:
        gone = replace(now, standing=Standing.BOOKED, sequence=None, boarded_at=None, boarded_by=None)
        return Step(was, gone, events.CANCELLED, why)
    return Step(was, now, events.SEAT_CHANGED, why, {"old_seat": was.seat})


def indexes_of(place: Place, listed: Mapping[str, Any]) -> list[str]:
    """By which the documents of an entry are found."""
    return [place.vault.index(normal(paper["number"]), "paper") for paper in listed["papers"]]


def _plain(listed: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "ref": listed["ref"],
        "ticket": listed["ticket"],
        "coupon": listed["coupon"],
        "kind": listed["kind"],
        "gender": listed["gender"],
        "cabin": listed["cabin"],
        "infant": listed["infant"] is not None,
        "specials": tuple(dict.fromkeys(special["code"] for special in listed["specials"])),
        "flags": tuple(dict.fromkeys(listed["flags"])),
    }


def _name(listed: Mapping[str, Any]) -> dict[str, Any]:
    infant = listed["infant"]
    return {**listed["name"], "infant": None if infant is None else dict(infant["name"])}


def _details(listed: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept and rarely looked at; JSON-ready."""
    infant = listed["infant"]
    return {
        "birth_date": _day(listed["birth_date"]),
        "booking_class": listed["booking_class"],
        "papers": [
            {
                **paper,
                "kind": paper["kind"].value,
                "birth_date": _day(paper["birth_date"]),
                "expires_on": _day(paper["expires_on"]),
            }
            for paper in listed["papers"]
        ],
        "specials": [dict(special) for special in listed["specials"]],
        "infant": None
        if infant is None
        else {"birth_date": _day(infant["birth_date"]), "ticket": infant["ticket"]},
        "frequent_flyer": listed["frequent_flyer"],
        "bags": listed["bags"],
        "onward": [{**each, "day_local": _day(each["day_local"])} for each in listed["onward"]],
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
