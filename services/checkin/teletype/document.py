"""A passenger list as values, and as the front door's lists (`PassengerListSchema`, `ListChangesSchema`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final

from services.checkin.schemas.vocabulary import Action, Gender, PaperKind, TravellerKind

_FIRST_VERSION_AT: Final = datetime(2020, 1, 1, tzinfo=UTC)
# INF with a seat of its own: an infant on a lap has no name element.
_CHILDREN: Final = frozenset({"CHD", "MSTR", "INF"})
_MEN: Final = frozenset({"MR", "MSTR"})
_WOMEN: Final = frozenset({"MRS", "MS", "MISS"})


class Kind(StrEnum):
    PNL = "pnl"  # the whole list: who isn't on it isn't booked
    ADL = "adl"  # additions, deletions and changes since


@dataclass(frozen=True)
class Flight:
    """number: as it was written, with its suffix: "3101", "12A". day_local: of departure, at the board point."""

    carrier: str
    number: str
    day_local: date
    board_point: str


@dataclass(frozen=True)
class Special:
    """A special service: its four letters, and the airline's text."""

    code: str
    text: str = ""


@dataclass(frozen=True)
class Paper:
    """A travel document (DOCS, FOID). sex: M, F or "" as it says."""

    kind: PaperKind
    number: str
    country: str = ""
    nationality: str = ""
    birth_date: date | None = None
    sex: str = ""
    expires_on: date | None = None


@dataclass(frozen=True)
class Infant:
    """On a passenger's lap (INFT)."""

    surname: str
    given: str = ""
    birth_date: date | None = None
    ticket: str | None = None


@dataclass(frozen=True)
class FrequentFlyer:
    airline: str
    number: str
    tier: str = ""


@dataclass(frozen=True)
class Bags:
    """Checked in already (.W/): not what is allowed."""

    pieces: int
    weight_kg: int


@dataclass(frozen=True)
class Connection:
    """A flight before or after this one (.I/, .O/)."""

    airline: str
    number: str
    booking_class: str
    day_local: date
    departure_airport: str
    arrival_airport: str


@dataclass(frozen=True)
class Passenger:
    """One person with a seat. child_born: of the CHLD remark; is_child: whether there is one."""

    given: str = ""
    title: str = ""
    ticket: str | None = None
    coupon: int | None = None
    is_child: bool = False
    child_born: date | None = None
    specials: tuple[Special, ...] = ()
    papers: tuple[Paper, ...] = ()
    infant: Infant | None = None
    frequent_flyer: FrequentFlyer | None = None
    seat: str | None = None
    bags: Bags | None = None

    @property
    def kind(self) -> TravellerKind:
        if any(special.code == "UMNR" for special in self.specials):
            return TravellerKind.UNACCOMPANIED
        return TravellerKind.CHILD if self.is_child or self.title in _CHILDREN else TravellerKind.ADULT

    @property
    def gender(self) -> Gender:
        """As a document says, else as the title does."""
        sex = next((paper.sex for paper in self.papers if paper.sex), "")
        if sex == "M" or (not sex and self.title in _MEN):
            return Gender.MALE
        return Gender.FEMALE if sex == "F" or (not sex and self.title in _WOMEN) else Gender.UNKNOWN

    @property
    def birth_date(self) -> date | None:
        return next((paper.birth_date for paper in self.papers if paper.birth_date), self.child_born)


@dataclass(frozen=True)
class Entry:
    """One name element: passengers of one surname, one booking, one class.

    party: the letters by which entries of one booking know each other, "" for none. company: .C/.
    """

    surname: str
    passengers: tuple[Passenger, ...]
    pnr: str
    destination: str
    booking_class: str
    cabin: str
    action: Action = Action.ADD
    party: str = ""
    company: str = ""
    phone: str = ""
    email: str = ""
    onward: tuple[Connection, ...] = ()
    inbound: tuple[Connection, ...] = ()


@dataclass(frozen=True)
class Total:
    """How many are booked to a destination in a class, infants aside."""

    destination: str
    booking_class: str
    count: int


@dataclass(frozen=True)
class PassengerList:
    """cabins: each cabin and the booking classes sold in it, in their order ("Y", "YKM").

    configuration: seats by cabin, as the list has them. sent_at: when the message says that it was sent (UTC).
    """

    kind: Kind
    flight: Flight
    cabins: tuple[tuple[str, str], ...]
    totals: tuple[Total, ...]
    entries: tuple[Entry, ...]
    configuration: tuple[tuple[str, int], ...] = ()
    sent_at: datetime | None = None

    @property
    def off_points(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(total.destination for total in self.totals))

    @property
    def version(self) -> int | None:
        """A count that grows with every message of a flight; None when the message doesn't say when it was sent.

        Minutes since 2020, a hundred apart: changes come after the whole list of the same minute, and whoever gets
        several in one minute may add to it.
        """
        if self.sent_at is None:
            return None
        minutes = int((self.sent_at - _FIRST_VERSION_AT).total_seconds()) // 60
        return minutes * 100 + (1 if self.kind is Kind.ADL else 0)

    def content(self) -> dict[str, Any]:
        """JSON-ready: what `PassengerListSchema` loads of a PNL and `ListChangesSchema` of an ADL.

        What those have no place for stays here: destinations, connections in, bags, companies.
        """
        if self.kind is Kind.ADL:
            return {"changes": [change for entry in self.entries for change in _changes(entry)]}
        bookings: dict[str, dict[str, Any]] = {}
        for entry in self.entries:
            booking = bookings.setdefault(entry.pnr, {"pnr": entry.pnr, "contact": None, "passengers": []})
            booking["contact"] = booking["contact"] or _contact(entry)
            booking["passengers"] += [_traveller(entry, one) for one in entry.passengers]
        return {"bookings": list(bookings.values())}


def _changes(entry: Entry) -> Iterable[dict[str, Any]]:
    for one in entry.passengers:
        yield {
            "action": entry.action.value,
            "pnr": entry.pnr,
            "contact": _contact(entry),
            "passenger": _traveller(entry, one),
        }


def _contact(entry: Entry) -> dict[str, str] | None:
    return {"phone": entry.phone, "email": entry.email} if entry.phone or entry.email else None


def _traveller(entry: Entry, one: Passenger) -> dict[str, Any]:
    return {
        "name": _name(surname=entry.surname, given=one.given, title=one.title),
        "kind": one.kind.value,
        "gender": one.gender.value,
        "birth_date": _day(one.birth_date),
        "ticket": one.ticket,
        "coupon": one.coupon or 1,
        "cabin": entry.cabin,
        "booking_class": entry.booking_class,
        "papers": [_paper(paper) for paper in one.papers],
        "specials": [
            {"code": special.code, "text": special.text} if special.text else {"code": special.code}
            for special in one.specials
        ],
        "infant": _infant(one.infant) if one.infant else None,
        "frequent_flyer": _frequent_flyer(one.frequent_flyer) if one.frequent_flyer else None,
        "seat": one.seat,
        "onward": [_onward(connection) for connection in entry.onward],
    }  # fmt: skip


def _name(**parts: str) -> dict[str, str]:
    return {part: text for part, text in parts.items() if text}


def _paper(paper: Paper) -> dict[str, Any]:
    return {
        "kind": paper.kind.value,
        "number": paper.number,
        "country": paper.country,
        "nationality": paper.nationality,
        "birth_date": _day(paper.birth_date),
        "expires_on": _day(paper.expires_on),
    }


def _infant(infant: Infant) -> dict[str, Any]:
    name = _name(surname=infant.surname, given=infant.given)
    return {"name": name, "birth_date": _day(infant.birth_date), "ticket": infant.ticket}


def _frequent_flyer(card: FrequentFlyer) -> dict[str, Any]:
    return {"airline": card.airline, "number": card.number} | ({"tier": card.tier} if card.tier else {})


def _onward(connection: Connection) -> dict[str, Any]:
    return {
        "airline": connection.airline,
        "number": connection.number,
        "departure_airport": connection.departure_airport,
        "arrival_airport": connection.arrival_airport,
        "day_local": connection.day_local.isoformat(),
        "cabin": connection.booking_class,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
