"""A boarding pass as values. Texts are upper case and without the blanks that fill their places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

VERSION: Final = 8
MAX_LEGS: Final = 4
MAX_BAG_TAGS: Final = 3


@dataclass(frozen=True)
class Leg:
    """One flight. In the optional part None says that the field is missing, "" that it is there and blank.

    number: without leading zeros, with the operational suffix: "834", "12A". day_of_year: 1 to 366, None when open.
    seat: "1A"; "INF" for a lap infant. sequence: the check-in number without leading zeros.
    airline_numeric + document_serial: the e-ticket's 13 digits. free_baggage: "20K", "2PC".
    airline_data: the rest of the leg's part, which each airline fills as it likes.
    """

    pnr: str
    from_airport: str
    to_airport: str
    carrier: str
    number: str
    day_of_year: int | None
    compartment: str = "Y"
    seat: str = ""
    sequence: str = ""
    status: str = "0"
    airline_numeric: str | None = None
    document_serial: str | None = None
    selectee: str | None = None
    document_verification: str | None = None
    marketing_carrier: str | None = None
    frequent_flyer_airline: str | None = None
    frequent_flyer_number: str | None = None
    id_ad: str | None = None
    free_baggage: str | None = None
    fast_track: str | None = None
    airline_data: str = ""


@dataclass(frozen=True)
class Security:
    """kind: the type's character. text: what follows the length, up to 255 characters."""

    kind: str
    text: str


@dataclass(frozen=True)
class BoardingPass:
    """name: SURNAME/GIVEN, at most 20 letters (`passenger_name` makes it). legs: one to four.

    version: None for a pass that has no optional part at all; such a pass is 60 characters, and 37 for each further
    leg. issued: "YDDD", the year's last digit and the day of the year (`issue_code` makes it).
    bag_tags: up to three, each ten digits and how many follow each other in three ("0014123456002").
    """

    name: str
    legs: tuple[Leg, ...]
    electronic_ticket: bool = True
    version: str | None = str(VERSION)
    passenger_description: str | None = None
    check_in_source: str | None = None
    issue_source: str | None = None
    issued: str | None = None
    document_type: str | None = None
    issuer: str | None = None
    bag_tags: tuple[str, ...] = ()
    security: Security | None = None
