"""FRONT DOOR: passenger lists as airlines' reservation systems send them: PNL and ADL (IATA RP 1708), as teletype text.

    reading = read_list([text, …], near=date(2026, 11, 23))     one message a part, in any order
    reading.document.content()          what `PassengerListSchema` or `ListChangesSchema` loads
    reading.problems                    why there is no document: part, line, reason; never what stood there
    reading.left_out                    lines that were left out of the one there is
    reading.missing                     parts that are still to come
    open_part(text, near)               one message, for whoever keeps parts until all are here
    write_list(document)                the messages of a document, for the demo's airline and for tests

A library: it knows no service, no database, no clock. A document is whole or there is none.
Source: docs/sources/passenger-lists.md.
"""

from __future__ import annotations

from services.checkin.teletype.document import (
    Bags,
    Connection,
    Entry,
    Flight,
    FrequentFlyer,
    Infant,
    Kind,
    Paper,
    Passenger,
    PassengerList,
    Special,
    Total,
)
from services.checkin.teletype.parts import Part, messages, open_part
from services.checkin.teletype.problems import Problem, Reason, Refused
from services.checkin.teletype.reading import Reading, read_list
from services.checkin.teletype.writing import CantWrite, Envelope, write_list

__all__ = [
    "Bags",
    "CantWrite",
    "Connection",
    "Entry",
    "Envelope",
    "Flight",
    "FrequentFlyer",
    "Infant",
    "Kind",
    "Paper",
    "Part",
    "Passenger",
    "PassengerList",
    "Problem",
    "Reading",
    "Reason",
    "Refused",
    "Special",
    "Total",
    "messages",
    "open_part",
    "read_list",
    "write_list",
]
