"""Every field of a pass: how wide it is, what may be written into it, and how its places are filled.

Source: docs/sources/boarding-pass.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

NAME_WIDTH: Final = 20
HEAD_WIDTH: Final = 23
LEG_WIDTH: Final = 37
FORMAT: Final = "M"
VERSION_MARK: Final = ">"
SECURITY_MARK: Final = "^"
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_NUMBER: Final = re.compile(r"([0-9]+)([A-Z]?)")


def _left(value: str, width: int) -> str:
    return value.ljust(width)


def _plain(raw: str) -> str:
    return raw.rstrip()


def _number(value: str, width: int) -> str:
    """Four digits and a place for a letter: "834" is "0834 "."""
    digits = value.rstrip(_LETTERS)
    return (digits.zfill(width - 1) + value[len(digits) :]).ljust(width) if value else " " * width


def _bare_number(raw: str) -> str:
    found = _NUMBER.fullmatch(raw.strip())
    return (found[1].lstrip("0") or "0") + found[2] if found else raw.strip()


def _seat(value: str, width: int) -> str:
    return value.zfill(width) if value[:1].isdigit() else value.ljust(width)


def _bare_seat(raw: str) -> str:
    text = raw.strip()
    return text.lstrip("0") if text.lstrip("0")[:1].isdigit() else text


@dataclass(frozen=True)
class Field:
    """may_be: what the value must look like to be written; reading takes whatever stands in the field's places."""

    name: str
    width: int
    may_be: str
    fill: Callable[[str, int], str] = _left
    bare: Callable[[str], str] = _plain

    def fits(self, value: str) -> bool:
        """Whether this value may be written: its form is right, and it can be told from its filling."""
        return (
            re.fullmatch(self.may_be, value, re.ASCII) is not None
            and len(self.fill(value, self.width)) == self.width
        )


_AIRPORT: Final = r"[A-Z]{3}"
_CARRIER: Final = r"[A-Z0-9]{2,3}"
_OR_BLANK: Final = r"|"
_FLIGHT: Final = r"[1-9][0-9]{0,3}[A-Z]?"

# The day of the flight stands among them, and isn't text: writing and reading see to it.
DAY: Final = "day_of_year"
LEG_MANDATORY: Final = (
    Field("pnr", 7, r"[A-Z0-9]{1,7}"),
    Field("from_airport", 3, _AIRPORT),
    Field("to_airport", 3, _AIRPORT),
    Field("carrier", 3, _CARRIER),
    Field("number", 5, _FLIGHT + _OR_BLANK, _number, _bare_number),
    Field(DAY, 3, r"[0-9]{3}" + _OR_BLANK),
    Field("compartment", 1, r"[A-Z]" + _OR_BLANK),
    Field("seat", 4, r"[1-9][0-9]{0,2}[A-Z]|[A-Z]{1,4}" + _OR_BLANK, _seat, _bare_seat),
    Field("sequence", 5, r"(0|[1-9][0-9]{0,3})[A-Z]?" + _OR_BLANK, _number, _bare_number),
    Field("status", 1, r"[0-9A-Z]" + _OR_BLANK),
)
BAG_TAG: Final = Field("bag_tags", 13, r"[0-9]{13}" + _OR_BLANK)
UNIQUE: Final = (
    # X (unspecified) and U (undisclosed) came with version 8
    Field("passenger_description", 1, r"[0-7XU]" + _OR_BLANK),
    Field("check_in_source", 1, r"[A-Z]" + _OR_BLANK),
    Field("issue_source", 1, r"[A-Z]" + _OR_BLANK),
    Field("issued", 4, r"[0-9](?:00[1-9]|0[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9]|36[0-6])" + _OR_BLANK),
    Field("document_type", 1, r"[A-Z]" + _OR_BLANK),
    Field("issuer", 3, _CARRIER + _OR_BLANK),
)
REPEATED: Final = (
    Field("airline_numeric", 3, r"[0-9]{3}" + _OR_BLANK),
    Field("document_serial", 10, r"[0-9]{10}" + _OR_BLANK),
    Field("selectee", 1, r"[0-9]" + _OR_BLANK),
    Field("document_verification", 1, r"[0-9]" + _OR_BLANK),
    Field("marketing_carrier", 3, _CARRIER + _OR_BLANK),
    Field("frequent_flyer_airline", 3, _CARRIER + _OR_BLANK),
    Field("frequent_flyer_number", 16, r"[A-Z0-9]{1,16}" + _OR_BLANK),
    Field("id_ad", 1, r"[0-9A-Z]" + _OR_BLANK),
    Field("free_baggage", 3, r"[0-9]{1,2}[KL]|[0-9]PC" + _OR_BLANK),
    Field("fast_track", 1, r"[YN]" + _OR_BLANK),
)
