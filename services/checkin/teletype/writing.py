"""A list written as teletype text: for the demo's airline, and for tests of the reader."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.checkin.schemas.vocabulary import Action, PaperKind
from services.checkin.teletype import dates
from services.checkin.teletype.document import (
    Connection,
    Entry,
    Infant,
    Kind,
    Paper,
    Passenger,
    PassengerList,
    Total,
)

LINE: Final = 64
_SECTIONS: Final = {Action.DELETE: "DEL", Action.ADD: "ADD", Action.CHANGE: "CHG"}
_PLAIN: Final = re.compile(r"[A-Z0-9 \-/.,()'+=:?\"#&%$*!;<>]*")
_PAPERS: Final = {PaperKind.PASSPORT: "P", PaperKind.OTHER: "I"}
_EMAIL_SIGNS: Final = (("-", "./"), ("_", ".."), ("@", "//"))


class CantWrite(ValueError):
    """Teletype has no place for it: a character, or a name that is too long."""


@dataclass(frozen=True)
class Envelope:
    """to, sender: addresses of seven characters."""

    to: str = "CSXDCXH"
    sender: str = "CSXRMXH"


def write_list(document: PassengerList, envelope: Envelope | None = None, part_lines: int = 60) -> list[str]:
    """The messages of a list, a part each, of about `part_lines` lines; every line at most 64 characters.

    What is read of them is the document again. Raises CantWrite.
    """
    envelope = envelope or Envelope()
    blocks = list(_blocks(document))
    bodies: list[list[list[str]]] = [[]]
    for block in blocks:
        if bodies[-1] and sum(map(len, bodies[-1])) + len(block) > part_lines:
            bodies.append([])
        bodies[-1].append(block)
    texts = []
    for number, body in enumerate(bodies, 1):
        end = f"END{document.kind.name}" if number == len(bodies) else f"ENDPART{number}"
        lines = [*_head(document, envelope, number), *_joined(body), end]
        for line in lines:
            if len(line) > LINE or not _PLAIN.fullmatch(line):
                raise CantWrite("a line that teletype can't carry")
        texts.append("\r\n".join(lines) + "\r\n")
    return texts


def _head(document: PassengerList, envelope: Envelope, number: int) -> list[str]:
    flight = document.flight
    day = f"{flight.day_local.day:02}{dates.MONTHS[flight.day_local.month - 1]}"
    head = [envelope.to, f".{envelope.sender}{_sent(document.sent_at)}", document.kind.name]
    head.append(f"{flight.carrier}{flight.number}/{day} {flight.board_point} PART{number}")
    if number == 1 and document.configuration:
        head.append("CFG/" + "".join(f"{seats:03}{cabin}" for cabin, seats in document.configuration))
    if number == 1 and document.cabins:
        head.append("RBD " + " ".join(f"{cabin}/{classes}" for cabin, classes in document.cabins))
    return head


def _sent(at: datetime | None) -> str:
    return f" {at:%d%H%M}" if at else ""


def _blocks(document: PassengerList) -> Iterator[list[str]]:
    """For every entry its total, its section and its lines; for a total without entries, itself."""
    sizes = Counter[str]()
    for entry in document.entries:
        sizes[entry.party] += len(entry.passengers)
    for total in document.totals:
        mine = [entry for entry in document.entries if _belongs(entry, total)]
        head = f"-{total.destination}{total.count:03}{total.booking_class}"
        for entry in mine:
            section = [_SECTIONS[entry.action]] if document.kind is Kind.ADL else []
            yield [head, *section, *_entry(entry, sizes[entry.party])]
        if not mine:
            yield [head]
    if any(not any(_belongs(entry, total) for total in document.totals) for entry in document.entries):
        raise CantWrite("an entry without a total")


def _belongs(entry: Entry, total: Total) -> bool:
    return (entry.destination, entry.booking_class) == (total.destination, total.booking_class)


def _joined(blocks: list[list[str]]) -> list[str]:
    """The blocks with no total or section said twice in a row."""
    lines: list[str] = []
    total = section = ""
    for block in blocks:
        for line in block:
            if line.startswith("-"):
                if line == total:
                    continue
                total, section = line, ""
            elif line in _SECTIONS.values():
                if line == section:
                    continue
                section = line
            lines.append(line)
    return lines


def _entry(entry: Entry, party_size: int) -> Iterator[str]:
    names = "".join(f"/{one.given}{one.title}" if one.given or one.title else "" for one in entry.passengers)
    party = f"-{entry.party}{party_size}" if entry.party else ""
    first = f"{len(entry.passengers)}{entry.surname}{names}{party}"
    if len(first) > LINE:
        raise CantWrite("a name element longer than a line")
    yield first
    yield f".L/{entry.pnr}"
    if entry.company:
        yield from _broken(".C/", entry.company)
    for kind, connections in (("I", entry.inbound), ("O", entry.onward)):
        for place, connection in enumerate(connections, 1):
            yield f".{kind}{place if place > 1 else ''}/{_connection(connection)}"
    if entry.phone:
        yield f".R/CTCM HK1 {entry.phone.removeprefix('+')}"
    if entry.email:
        email = entry.email.upper()
        for sign, written in _EMAIL_SIGNS:
            email = email.replace(sign, written)
        yield from _broken(".R/", f"CTCE HK1 {email}")
    for one in entry.passengers:
        for remark in _remarks(one, entry.surname):
            yield from _broken(".R/", remark + f"-1{entry.surname}/{one.given}{one.title}".removesuffix("/"))
    if any(one.bags for one in entry.passengers[1:]):
        raise CantWrite("bags that aren't the first passenger's: an element's are counted together")
    if entry.passengers[0].bags:
        bags = entry.passengers[0].bags
        yield f".W/K/{bags.pieces}/{bags.weight_kg}"


def _connection(one: Connection) -> str:
    return f"{one.airline}{one.number}{one.booking_class}{one.day_local.day:02}{one.departure_airport}{one.arrival_airport}"


def _remarks(one: Passenger, surname: str) -> Iterator[str]:
    if one.ticket:
        yield f"TKNE HK1 {one.ticket}" + (f"/{one.coupon}" if one.coupon else "")
    if one.is_child:
        yield "CHLD HK1" + (f" {dates.written(one.child_born)}" if one.child_born else "")
    if one.infant:
        yield from _infant(one.infant)
    for paper in one.papers:
        yield _paper(paper, one, surname)
    if one.frequent_flyer:
        card = one.frequent_flyer
        yield f"FQTV {card.airline} {card.number}" + (f"/{card.tier}" if card.tier else "")
    if one.seat:
        yield f"SEAT HK1 {one.seat}"
    for special in one.specials:
        yield f"{special.code} HK1 {special.text}".rstrip()


def _infant(infant: Infant) -> Iterator[str]:
    born = f"{dates.written(infant.birth_date)} " if infant.birth_date else ""
    yield f"INFT HK1 {born}{infant.surname}" + (f"/{infant.given}" if infant.given else "")
    if infant.ticket:
        yield f"TKNE HK1 INF{infant.ticket}"


def _paper(paper: Paper, one: Passenger, surname: str) -> str:
    if paper.kind is PaperKind.RESIDENT_ID:
        return f"FOID HK1 NI{paper.number}"
    born = dates.written(paper.birth_date) if paper.birth_date else ""
    expires = dates.written(paper.expires_on) if paper.expires_on else ""
    name = f"{surname}/{one.given}".removesuffix("/")
    return (
        f"DOCS HK1/{_PAPERS[paper.kind]}/{paper.country}/{paper.number}/{paper.nationality}/{born}/{paper.sex}"
        f"/{expires}/{name}"
    )


def _broken(mark: str, text: str) -> Iterator[str]:
    """An element in lines of 64, the later ones as continuations; no line ends with a blank, which would be lost."""
    room = LINE - len(mark)
    while True:
        if len(text) <= room:
            yield mark + text
            return
        cut = len(text[:room].rstrip())
        yield mark + text[:cut]
        text, mark = text[cut:], ".RN/"
        room = LINE - len(mark)
