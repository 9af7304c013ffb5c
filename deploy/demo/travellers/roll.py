"""The passenger list of a departure, as the airline sends it: whole, and its changes later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from string import ascii_uppercase
from typing import Any, Final

from deploy.demo.chance import Luck
from deploy.demo.travellers.departures import Departure
from deploy.demo.travellers.parties import Member, Parties, Party
from deploy.demo.travellers.seating import SeatGiver
from services.checkin.schemas.vocabulary import Action
from services.checkin.teletype import Entry, Flight, Kind, PassengerList, Special, Total, write_list

LIST_AHEAD: Final = timedelta(hours=50)
"""Before departure: every list is here when check-in opens, 48 hours before at the earliest."""
CHANGES_AHEAD: Final = timedelta(hours=6)
_CLASSES: Final = {"J": "C", "W": "W", "Y": "Y"}
# How full flights are by the local hour in which they leave; the rest of the day is like the last.
_LOAD: Final = {
    0: 0.62, 1: 0.55, 5: 0.72, 6: 0.76, 7: 0.86, 8: 0.92, 9: 0.9, 10: 0.85, 11: 0.82, 12: 0.78, 13: 0.78, 14: 0.82,
    15: 0.85, 16: 0.88, 17: 0.93, 18: 0.94, 19: 0.92, 20: 0.88, 21: 0.82, 22: 0.74, 23: 0.68,
}  # fmt: skip
# Airlines that check infants in at the counter: docs/sources/checkin-rules.md.
_SEES_INFANTS: Final = frozenset({"9C", "AQ", "PN"})
_TELETYPE_SHARE: Final = 0.3
_CHANGED_SHARE: Final = 0.2
_SEATED_SHARE: Final = 0.3


@dataclass(frozen=True)
class Trial:
    """A booking that is worth trying. zh, en: what is special."""

    pnr: str
    surname: str
    chinese: str
    phone: str
    ticket: str
    zh: str
    en: str


@dataclass(frozen=True)
class Roll:
    """A list. chinese: names in characters by ticket; teletype has none. trials: bookings worth trying."""

    departure: Departure
    document: PassengerList
    chinese: dict[str, str]
    trials: tuple[Trial, ...]

    @property
    def version(self) -> int:
        assert self.document.version is not None
        return self.document.version

    @property
    def as_teletype(self) -> bool:
        """Whether this departure's airline sends teletype; the others send JSON."""
        return self.departure.alone and _luck(self.departure, "form").happens(_TELETYPE_SHARE)

    def texts(self) -> list[str]:
        """One message a part."""
        return write_list(self.document)

    def content(self) -> dict[str, Any]:
        """PassengerListSchema or ListChangesSchema as JSON, with names in characters."""
        content = self.document.content()
        for traveller in _travellers(content):
            name = self.chinese.get(str(traveller["ticket"]))
            if name:
                traveller["name"]["chinese"] = name
        return content


def roll_of(departure: Departure) -> Roll:
    """The whole list of a departure, as it is 50 hours before."""
    luck = _luck(departure, "list")
    makes = Parties(departure, luck)
    parties, trials = _trials(departure, makes)
    for cabin, seats in departure.aircraft.capacity.items():
        room = _booked(luck, departure, cabin, seats)
        room -= sum(party.size for party in parties if party.cabin == cabin)
        while room > 0:
            party = makes.next(cabin, room)
            parties.append(party)
            room -= party.size
    # As lists have them: cabin after cabin.
    parties = sorted(luck.mixed(parties), key=lambda party: list(_CLASSES).index(party.cabin))
    tried = {trial.pnr for trial in trials}
    giver = SeatGiver(departure.aircraft, luck)
    for party in parties:
        if party.plain and party.pnr not in tried and luck.happens(_SEATED_SHARE):
            giver.give(party)
    document = _document(
        departure, Kind.PNL, departure.departs_at - LIST_AHEAD, _entries(departure, parties), parties
    )
    return Roll(departure, document, _chinese(parties), tuple(trials))


def changes_of(departure: Departure) -> Roll | None:
    """What the airline changes six hours before: somebody comes, somebody goes, somebody needs help. None: nothing."""
    luck = _luck(departure, "changes")
    if luck.share() >= _CHANGED_SHARE:
        return None
    base = roll_of(departure)
    tried = {trial.pnr for trial in base.trials}
    alone = [
        entry
        for entry in base.document.entries
        if entry.cabin == "Y"
        and not (entry.party or entry.passengers[0].specials or entry.passengers[0].is_child)
        and entry.pnr not in tried
    ]
    if len(alone) < 2:
        return None
    gone, helped = luck.mixed(alone)[:2]
    # Bookings and tickets of the whole list are counted from the other end.
    makes = Parties(replace(departure, serial=departure.serial + 500), luck)
    fresh = makes.single("Y")
    helped_passenger = replace(
        helped.passengers[0], specials=(*helped.passengers[0].specials, Special("WCHR"))
    )
    entries = [
        replace(gone, action=Action.DELETE),
        *_entries(departure, [fresh]),
        replace(helped, action=Action.CHANGE, passengers=(helped_passenger,)),
    ]
    totals = base.document.totals
    document = replace(
        base.document,
        kind=Kind.ADL,
        sent_at=_minute(departure.departs_at - CHANGES_AHEAD),
        entries=tuple(entries),
        totals=totals,
    )
    return Roll(departure, document, base.chinese | _chinese([fresh]), ())


def _trials(departure: Departure, makes: Parties) -> tuple[list[Party], list[Trial]]:
    """Bookings that every departure has, so that there is always one to try."""
    exits = [row["row"] for block in departure.aircraft.blocks for row in block.rows() if row["exit"]]
    family = makes.family_of("Y", children=2, infant=True)
    pair, alone, helped = makes.couple("Y"), makes.single("Y"), makes.wheelchair("Y")
    at = f"{exits[0]}" if exits else "-"
    together = ("一家四口带一名婴儿：全家一起值机", "a family of four with an infant: checked in together")
    if departure.airline in _SEES_INFANTS:
        together = (
            "一家四口带一名婴儿：该航空公司要求到柜台",
            "a family of four with an infant: this airline sees infants",
        )
    tried = [
        (family, *together),
        (
            pair,
            f"两位成人：可选第{at}排紧急出口座位",
            f"two adults: may choose the exit row, {at}, and declare that they help",
        ),
        (alone, "一位成人：最快的值机", "one adult: the quickest way to a pass"),
        (helped, "轮椅旅客：须到柜台，并看到原因", "a wheelchair: sent to the counter, and told why"),
    ]
    trials = []
    for party, zh, en in tried:
        # Whoever tries it needs the code that goes to this number.
        party.phone = party.phone or "+8613800001234"
        first = party.members[0]
        trials.append(
            Trial(
                party.pnr,
                first.called.surname,
                first.called.chinese,
                party.phone,
                first.passenger.ticket or "",
                zh,
                en,
            )
        )
    return [party for party, _, _ in tried], trials


def _booked(luck: Luck, departure: Departure, cabin: str, seats: int) -> int:
    load = _LOAD.get(departure.hour, 0.7)
    if cabin != "Y":
        load *= 0.6
    return min(seats, int(seats * (load + (luck.share() - 0.5) / 5)))


def _document(
    departure: Departure, kind: Kind, sent_at: datetime, entries: Sequence[Entry], parties: Sequence[Party]
) -> PassengerList:
    cabins = list(departure.aircraft.capacity)
    booked = {cabin: sum(party.size for party in parties if party.cabin == cabin) for cabin in cabins}
    return PassengerList(
        kind=kind,
        flight=Flight(departure.airline, departure.number, departure.day_local, departure.board_point),
        cabins=tuple((cabin, _CLASSES[cabin]) for cabin in cabins),
        totals=tuple(Total(departure.destination, _CLASSES[cabin], booked[cabin]) for cabin in cabins),
        entries=tuple(entries),
        configuration=tuple(departure.aircraft.capacity.items()),
        sent_at=_minute(sent_at),
    )


def _entries(departure: Departure, parties: Iterable[Party]) -> list[Entry]:
    """A name element for each person: those of one booking know each other by their letters."""
    entries, letters = [], _letters()
    for party in parties:
        together = next(letters) if party.size > 1 else ""
        entries += [_entry(departure, party, member, together) for member in party.members]
    return entries


def _entry(departure: Departure, party: Party, member: Member, together: str) -> Entry:
    return Entry(
        surname=member.called.surname,
        passengers=(member.passenger,),
        pnr=party.pnr,
        destination=departure.destination,
        booking_class=_CLASSES[party.cabin],
        cabin=party.cabin,
        party=together,
        phone=party.phone,
    )


def _letters() -> Iterator[str]:
    yield from ascii_uppercase
    yield from (first + second for first in ascii_uppercase for second in ascii_uppercase)


def _chinese(parties: Iterable[Party]) -> dict[str, str]:
    return {
        member.passenger.ticket: member.called.chinese
        for party in parties
        for member in party.members
        if member.passenger.ticket and member.called.chinese
    }


def _travellers(content: dict[str, Any]) -> list[dict[str, Any]]:
    if "changes" in content:
        return [change["passenger"] for change in content["changes"]]
    return [one for booking in content["bookings"] for one in booking["passengers"]]


def _luck(departure: Departure, what: str) -> Luck:
    return Luck(departure.flight_id, what)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
