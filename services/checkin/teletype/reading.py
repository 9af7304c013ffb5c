"""A whole list read from its parts, or not at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from services.checkin.schemas.vocabulary import MAX_TRAVELLERS, Action
from services.checkin.teletype import parts as opening
from services.checkin.teletype.document import Entry, Kind, PassengerList, Total
from services.checkin.teletype.entries import BETWEEN, OpenEntry, Place
from services.checkin.teletype.names import name_element
from services.checkin.teletype.parts import Line, Part
from services.checkin.teletype.problems import Problem, Reason, Refused

MAX_TOLD: Final = 1000
MAX_NAME: Final = 64
_TOTAL: Final = re.compile(r"-([A-Z]{3})([0-9]{1,3})([A-Z])(?:-?PAD[0-9]{1,3})?")
_SECTIONS: Final = {"ADD": Action.ADD, "CHG": Action.CHANGE, "DEL": Action.DELETE}
_CLASSES: Final = re.compile(r"([A-Z])/([A-Z]+)")
_SEATS: Final = re.compile(r"([0-9]{1,3})([A-Z])")
# A class that a list without RBD needn't explain: the cabin has its letter.
_PLAIN_CABINS: Final = frozenset("FCJWY")
_BEFORE_TOTALS: Final = ("AVAIL", "TRANSIT", "SI", "ANA/", "NIL", "CODESHARE")


@dataclass(frozen=True)
class Reading:
    """document: None when it was refused (problems say why) or parts are still to come (missing says which).

    left_out: lines that were left out of a document that was taken. Of either, the first thousand.
    """

    document: PassengerList | None = None
    problems: tuple[Problem, ...] = ()
    left_out: tuple[Problem, ...] = ()
    missing: tuple[int, ...] = ()


def read_list(texts: Iterable[str], near: date) -> Reading:
    """A PNL or ADL from its messages: one text or several, each with one part or several, in any order.

    near: a day near the flight's, for lists don't say the year. It is all or nothing: one line without which the
    list can't be trusted, and there is no document. Never raises.
    """
    problems: list[Problem] = []
    found: list[Part] = []
    for text in texts:
        for message in opening.messages(text):
            try:
                found.append(opening.open_part(message, near))
            except Refused as exc:
                problems.append(exc.problem)
    if not found and not problems:
        problems.append(Problem(0, 0, Reason.NO_MESSAGE))
    if problems:
        return Reading(problems=tuple(problems))
    try:
        assembled = opening.assemble(found)
    except Refused as exc:
        return Reading(problems=(exc.problem,))
    if assembled.missing:
        return Reading(missing=assembled.missing)
    return _ListReader(assembled.parts).read()


class _ListReader:
    """One list while it is read, line by line."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts
        self._first = parts[0]
        self._cabins: dict[str, str] = {}
        self._configuration: tuple[tuple[str, int], ...] = ()
        self._totals: dict[tuple[str, str], Total] = {}
        self._total: Total | None = None
        self._section: Action | None = None
        self._open: OpenEntry | None = None
        self._closed: list[tuple[OpenEntry, Entry]] = []
        self._problems: list[Problem] = []
        self._left_out: list[Problem] = []
        self._in_free_lines = False

    def read(self) -> Reading:
        for part in self._parts:
            self._total, self._section, self._in_free_lines = None, None, False
            for line in part.lines:
                self._try(line)
            self._close()
        entries = self._with_locators()
        self._check_parties()
        self._check_totals()
        if self._problems:
            told = sorted(set(self._problems), key=lambda one: (one.part, one.line))
            return Reading(problems=tuple(told[:MAX_TOLD]))
        document = PassengerList(
            kind=self._first.kind,
            flight=self._first.flight,
            cabins=tuple(self._cabins.items()),
            totals=tuple(self._totals.values()),
            entries=tuple(entries),
            configuration=self._configuration,
            sent_at=self._first.sent_at,
        )
        return Reading(document, left_out=tuple(self._left_out[:MAX_TOLD]))

    def _try(self, line: Line) -> None:
        if len(self._problems) >= MAX_TOLD:
            return  # nobody reads more of them
        try:
            self._line(line)
        except Refused as exc:
            self._problems.append(exc.problem)

    def _refuse(self, line: Line, reason: Reason) -> None:
        self._problems.append(Problem(line.part, line.number, reason))

    def _line(self, line: Line) -> None:
        text = line.text
        if text.startswith("-"):
            self._close()
            self._in_free_lines = False
            self._start_total(line)
        elif text in _SECTIONS:
            self._close()
            self._start_section(line)
        elif text.startswith("."):
            self._elements(line, BETWEEN.split(text))
        elif self._total is None:
            self._heading(line)
        elif text[:1].isdigit():
            self._close()
            self._name(line)
        elif text != "NIL":
            self._left_out.append(Problem(line.part, line.number, Reason.UNKNOWN))

    def _heading(self, line: Line) -> None:
        """What stands before the first total: which class is sold in which cabin, and much that isn't needed."""
        text = line.text
        if text.startswith("CFG/"):
            self._configuration = tuple(
                (cabin, int(seats)) for seats, cabin in _SEATS.findall(text[4:].split("/")[0])
            )
        elif text.startswith("RBD "):
            for cabin, classes in _CLASSES.findall(text[4:]):
                self._cabins[cabin] = "".join(dict.fromkeys(self._cabins.get(cabin, "") + classes))
        elif text.startswith(_BEFORE_TOTALS):
            self._in_free_lines = True
        elif name_element(text) is not None and not self._in_free_lines:
            self._refuse(line, Reason.NO_TOTAL)
        elif not self._in_free_lines:
            self._left_out.append(Problem(line.part, line.number, Reason.UNKNOWN))

    def _start_total(self, line: Line) -> None:
        found = _TOTAL.fullmatch(line.text)
        if found is None:
            self._total, self._section = None, None
            self._in_free_lines = True  # the names below are nowhere: one problem is enough
            self._refuse(line, Reason.BAD_TOTAL)
            return
        total = Total(found[1], found[3], int(found[2]))
        known = self._totals.setdefault((total.destination, total.booking_class), total)
        if known != total:
            self._refuse(line, Reason.TOTALS)
        self._total, self._section = total, None

    def _start_section(self, line: Line) -> None:
        if self._first.kind is Kind.PNL:
            self._refuse(line, Reason.SECTION)
        elif self._total is None:
            self._refuse(line, Reason.NO_TOTAL)
        self._section = _SECTIONS[line.text]

    def _name(self, line: Line) -> None:
        text, *elements = BETWEEN.split(line.text)
        named = name_element(text.rstrip())
        if named is None or any(len(name) > MAX_NAME for name in (named.surname, *named.givens)):
            raise Refused(Problem(line.part, line.number, Reason.BAD_NAME))
        if self._section is None and self._first.kind is Kind.ADL:
            raise Refused(Problem(line.part, line.number, Reason.NO_SECTION))
        if len(self._closed) >= MAX_TRAVELLERS:
            raise Refused(Problem(line.part, line.number, Reason.TOO_LONG))
        assert self._total is not None
        flight, booking_class = self._first.flight, self._total.booking_class
        place = Place(
            self._total.destination,
            booking_class,
            self._cabin(line, booking_class),
            self._section or Action.ADD,
        )
        self._open = OpenEntry(line, named, place, flight.carrier, flight.day_local)
        self._elements(line, elements)

    def _cabin(self, line: Line, booking_class: str) -> str:
        cabin = next((cabin for cabin, classes in self._cabins.items() if booking_class in classes), None)
        if cabin is None and not self._cabins and booking_class in _PLAIN_CABINS:
            return booking_class
        if cabin is None:
            raise Refused(Problem(line.part, line.number, Reason.NO_CABIN))
        return cabin

    def _elements(self, line: Line, elements: list[str]) -> None:
        for element in elements:
            if self._open is None:
                if not self._in_free_lines:
                    self._left_out.append(Problem(line.part, line.number, Reason.NOTHING_TO_CONTINUE))
                continue
            self._open.add(line, element)

    def _close(self) -> None:
        if self._open is None:
            return
        entry, self._open = self._open, None
        try:
            self._closed.append((entry, entry.close()))
        except Refused as exc:
            self._problems.append(exc.problem)
        self._left_out += entry.left_out

    def _with_locators(self) -> list[Entry]:
        """Entries of a party share a locator, which may stand with one of them only."""
        by_party = {
            entry.party: entry.pnr for _, entry in reversed(self._closed) if entry.party and entry.pnr
        }
        entries = []
        for opened, entry in self._closed:
            pnr = entry.pnr or by_party.get(entry.party, "")
            if not pnr:
                self._refuse(opened.line, Reason.NO_LOCATOR)
            entries.append(replace(entry, pnr=pnr))
        return entries

    def _check_parties(self) -> None:
        """In a whole list a party has as many names as it says; in changes at most as many."""
        counts: Counter[str] = Counter()
        for opened, entry in self._closed:
            if entry.action is not Action.DELETE:
                counts[entry.party] += opened.named.count
        for opened, entry in self._closed:
            size, count = opened.named.party_size, counts[entry.party]
            if not entry.party or entry.action is Action.DELETE:
                continue
            if count > size or (self._first.kind is Kind.PNL and count != size):
                self._refuse(opened.line, Reason.PARTY)

    def _check_totals(self) -> None:
        """A PNL with fewer names than booked would take the others off the flight."""
        if self._first.kind is Kind.ADL:
            return
        # whether a seat beside is counted, systems don't agree
        people: Counter[tuple[str, str]] = Counter()
        seats: Counter[tuple[str, str]] = Counter()
        for opened, entry in self._closed:
            key = entry.destination, entry.booking_class
            seats[key] += opened.named.count
            people[key] += len(entry.passengers)
        booked = Counter({key: total.count for key, total in self._totals.items()})
        if booked not in (people, seats) and not self._problems:
            self._problems.append(Problem(0, 0, Reason.TOTALS))
