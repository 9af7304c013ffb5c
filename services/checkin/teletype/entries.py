"""One name element and all that follows it, up to the next: an entry of the list."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from services.checkin.schemas.vocabulary import Action
from services.checkin.teletype import dates, remarks
from services.checkin.teletype.document import Bags, Connection, Entry, Infant, Passenger, Special
from services.checkin.teletype.names import SEATS_BESIDE, Named, titled
from services.checkin.teletype.parts import AIRLINE, Line
from services.checkin.teletype.problems import Problem, Reason, Refused
from services.checkin.teletype.remarks import Booking, Draft, Unfit

MAX_ONWARD: Final = 3
MAX_REMARK: Final = 1000
ELEMENT: Final = re.compile(r"\.([A-Z]{1,2})([0-9]?)/(.*)")
# Between elements on one line; a remark's own text has no such sign in it.
BETWEEN: Final = re.compile(r" (?=\.[A-Z]{1,2}[0-9]?/)")
_LOCATOR: Final = re.compile(rf"([A-Z0-9]{{5,13}})(?:/({AIRLINE}))?")
_CONNECTION: Final = re.compile(
    rf"({AIRLINE})([0-9]{{1,4}}[A-Z]?)([A-Z])([0-9]{{2}})(?:{'|'.join(dates.MONTHS)})?([A-Z]{{3}})([A-Z]{{3}})(.*)"
)
_BAGS: Final = re.compile(r"(?:K/)?([0-9]{1,2})/([0-9]{1,3})(?:/.*)?")
_NOT_USED: Final = frozenset({"N", "P", "E", "D", "G", "M", "Q", "S", "V", "BG", "PN", "PR", "CS", "LF"})


@dataclass(frozen=True)
class Place:
    """Where in the list an entry stands."""

    destination: str
    booking_class: str
    cabin: str
    action: Action


@dataclass
class OpenEntry:
    """An entry while its elements come."""

    line: Line
    named: Named
    place: Place
    carrier: str
    flies: date
    drafts: list[Draft] = field(default_factory=list)
    booking: Booking = field(default_factory=Booking)
    pnr: str = ""
    company: str = ""
    bags: Bags | None = None
    onward: list[Connection] = field(default_factory=list)
    inbound: list[Connection] = field(default_factory=list)
    left_out: list[Problem] = field(default_factory=list)
    _remark: tuple[Line, str] | None = None

    def __post_init__(self) -> None:
        for written in self.named.givens:
            given, title = titled(written)
            if written in SEATS_BESIDE and self.drafts:
                self.drafts[-1].specials.append(Special(written))
            else:
                self.drafts.append(Draft(self.named.surname, given, title))

    def add(self, line: Line, text: str) -> None:
        """The next element. Raises Refused."""
        found = ELEMENT.fullmatch(text)
        if found is None:
            self._leave(line, Reason.UNKNOWN)
            return
        kind, body = found[1], found[3]
        if kind == "RN":
            self._go_on(line, body)
            return
        self._end_remark()
        if kind == "R":
            self._remark = (line, body)
        elif kind == "L":
            self._locator(line, body.strip())
        elif kind in ("O", "I"):
            self._connection(line, kind, body.strip())
        elif kind == "C":
            self.company = body.strip()[: remarks.MAX_TEXT]
        elif kind == "W":
            self._bags(line, body.strip())
        else:
            self._leave(line, Reason.NOT_USED if kind in _NOT_USED else Reason.UNKNOWN)

    def _go_on(self, line: Line, body: str) -> None:
        if self._remark is None:
            self._leave(line, Reason.NOTHING_TO_CONTINUE)
            return
        first, text = self._remark
        if len(text) + len(body) > MAX_REMARK:
            raise Refused(Problem(line.part, line.number, Reason.TOO_LONG))
        self._remark = (first, text + body)

    def _end_remark(self) -> None:
        if self._remark is None:
            return
        (line, text), self._remark = self._remark, None
        try:
            cut = remarks.take(text, self.drafts, self.booking, self.flies)
        except Unfit as exc:
            if exc.fatal:
                raise Refused(Problem(line.part, line.number, exc.reason)) from exc
            self._leave(line, exc.reason)
            return
        if cut:
            self._leave(line, cut)

    def _locator(self, line: Line, body: str) -> None:
        """The carrier's own, when several are given: it is what travellers are told."""
        found = _LOCATOR.fullmatch(body)
        if found is None:
            raise Refused(Problem(line.part, line.number, Reason.BAD_LOCATOR))
        if not self.pnr or found[2] == self.carrier:
            self.pnr = found[1]

    def _connection(self, line: Line, kind: str, body: str) -> None:
        found = _CONNECTION.fullmatch(body)
        try:
            if found is None:
                raise ValueError("not a flight")
            day = int(found[4])
            day_local = (
                dates.on_or_after(day, self.flies) if kind == "O" else dates.on_or_before(day, self.flies)
            )
        except ValueError:
            self._leave(line, Reason.BAD_VALUE)
            return
        airline, number, booking_class = found[1], found[2].lstrip("0") or "0", found[3]
        connection = Connection(airline, number, booking_class, day_local, found[5], found[6])
        connections = self.onward if kind == "O" else self.inbound
        if len(connections) >= MAX_ONWARD:
            self._leave(line, Reason.TOO_MANY)
        else:
            connections.append(connection)

    def _bags(self, line: Line, body: str) -> None:
        found = _BAGS.fullmatch(body)
        if found is None:
            self._leave(line, Reason.BAD_VALUE)
        else:
            self.bags = Bags(int(found[1]), int(found[2]))

    def _leave(self, line: Line, reason: Reason) -> None:
        self.left_out.append(Problem(line.part, line.number, reason))

    def close(self) -> Entry:
        """The entry, its locator perhaps still empty. Raises Refused."""
        self._end_remark()
        return Entry(
            surname=self.named.surname,
            passengers=tuple(self._passenger(at, draft) for at, draft in enumerate(self.drafts)),
            pnr=self.pnr,
            destination=self.place.destination,
            booking_class=self.place.booking_class,
            cabin=self.place.cabin,
            action=self.place.action,
            party=self.named.party,
            company=self.company,
            phone=self.booking.phone,
            email=self.booking.email,
            onward=tuple(self.onward),
            inbound=tuple(self.inbound),
        )

    def _passenger(self, at: int, draft: Draft) -> Passenger:
        return Passenger(
            given=draft.given,
            title=draft.title,
            ticket=draft.ticket,
            coupon=draft.coupon,
            is_child=draft.is_child,
            child_born=draft.child_born,
            specials=tuple(draft.specials),
            papers=tuple(draft.papers),
            infant=self._infant(draft),
            frequent_flyer=draft.frequent_flyer,
            seat=draft.seat,
            # those of an element are counted together, under its first name
            bags=self.bags if at == 0 else None,
        )

    def _infant(self, draft: Draft) -> Infant | None:
        if draft.infant is None:
            if draft.infant_ticket or draft.infant_born:
                self._leave(self.line, Reason.WHOSE)
            return None
        return replace(
            draft.infant,
            birth_date=draft.infant.birth_date or draft.infant_born,
            ticket=draft.infant_ticket,
        )
