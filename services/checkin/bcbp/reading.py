"""A boarding pass read from a scanned text, as far as it can be made out.

What stands between a printed pass and us: airlines that count the name's places wrong, versions since 2007, optional
parts that end early, scanners that put their own mark before the text or a line end behind it, and trailing blanks
that somebody trimmed. All of that is read, and noted. What can't be read with certainty is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final

from services.checkin.bcbp import days
from services.checkin.bcbp.errors import BcbpError
from services.checkin.bcbp.fields import (
    BAG_TAG,
    DAY,
    FORMAT,
    HEAD_WIDTH,
    LEG_MANDATORY,
    LEG_WIDTH,
    REPEATED,
    SECURITY_MARK,
    UNIQUE,
    VERSION_MARK,
    Field,
)
from services.checkin.bcbp.model import MAX_BAG_TAGS, MAX_LEGS, BoardingPass, Leg, Security

MAX_CHARACTERS: Final = 2000
_AROUND: Final = "\r\n\t\0\x02\x03\x04\x1c\x1d\x1e\ufeff"
_AIM: Final = re.compile(r"\][A-Za-z][0-9A-Za-z]")
_HEX: Final = re.compile(r"[0-9A-F]{2}")
_KNOWN_VERSIONS: Final = frozenset("12345678")
_LEAST_NAME: Final = 2
# A second leg begins at 60 at the earliest: it must not be taken for the first.
_LONGEST_NAME: Final = 35
# What the first leg of a pass looks like, by which it is found when the name isn't 20 places wide.
_FIRST_LEG: Final = re.compile(
    r"[A-Z0-9 ]{7}[A-Z]{3}[A-Z]{3}[A-Z0-9]{2}[A-Z0-9 ][0-9 ]{4}[A-Z ](?:[0-3][0-9]{2}|   )[A-Z ]"
    r"[0-9A-Z ]{4}[0-9A-Z ]{5}[0-9A-Z ](?:[0-9A-F]{2}|$)"
)


class Oddity(StrEnum):
    """What was forgiven."""

    LOWER_CASE = "lower_case"
    NAME_WIDTH = (
        "name_width"  # the name doesn't take 20 places: an airline's mistake, or blanks were squeezed
    )
    NO_TICKET_INDICATOR = "no_ticket_indicator"
    NO_SIZE = "no_size"  # a leg ends before the size of its optional part
    CUT = "cut"  # the text ends before a size that it states; the last field may be incomplete
    OTHER_OPTIONAL = "other_optional"  # an optional part that doesn't begin as one: kept as airline_data
    OTHER_VERSION = "other_version"
    OTHER_VALUE = "other_value"  # a value that the standard doesn't know
    TRAILING = "trailing"  # characters behind the end: kept


@dataclass(frozen=True)
class Note:
    """offset: in the text as it was cleaned, from 0."""

    oddity: Oddity
    field: str
    offset: int


@dataclass(frozen=True)
class Reading:
    """text: what was scanned, without marks and line ends, in capitals. covered: its part before the security mark,
    which a signature is about. trailing: what follows the last leg and is neither security nor known."""

    boarding_pass: BoardingPass
    text: str
    covered: str
    trailing: str = ""
    notes: tuple[Note, ...] = ()

    def issued_on(self, today: date) -> date | None:
        """The day on which it was issued, not after tomorrow; None when it doesn't say."""
        return days.issued_on(self.boarding_pass.issued, today)

    def flight_date(self, leg: int, today: date) -> date | None:
        """The local day of departure of a leg; None when it is open.

        A pass has no year. today: the day of reading; it decides the decade of the day of issue, or, where that is
        missing, the year: the flight may then have left up to 7 days ago.
        Raises BcbpError when the leg's day doesn't exist in the year that it would be.
        """
        day = self.boarding_pass.legs[leg].day_of_year
        if day is None:
            return None
        return days.flight_date(day, self.issued_on(today), today, f"legs[{leg}].{DAY}")


def read(scanned: str) -> Reading:
    """What a scanner or a keyboard gave, as a pass.

    Raises BcbpError for what isn't a boarding pass or lacks a mandatory part; nothing else.
    """
    return _Reader(scanned).read()


class _Reader:
    """One text while it is read."""

    def __init__(self, scanned: str) -> None:
        self._notes: list[Note] = []
        self._text = self._cleaned(scanned)
        self._at = 0

    def read(self) -> Reading:
        text = self._text
        if text[:1] != FORMAT:
            raise BcbpError("format", 0, f"a boarding pass begins with {FORMAT}")
        if text[1:2] not in set("1234"[:MAX_LEGS]):
            raise BcbpError("legs", 1, f"a pass has 1 to {MAX_LEGS} legs")
        found = self._head()
        legs = []
        for place in range(int(text[1])):
            leg, unique = self._leg(place)
            legs.append(leg)
            found = replace(found, **unique)
        covered, trailing, security = self._end()
        return Reading(
            boarding_pass=replace(found, legs=tuple(legs), security=security),
            text=text,
            covered=covered,
            trailing=trailing,
            notes=tuple(self._notes),
        )

    def _cleaned(self, scanned: str) -> str:
        if len(scanned) > MAX_CHARACTERS:
            raise BcbpError("text", MAX_CHARACTERS, f"longer than {MAX_CHARACTERS} characters")
        # blanks at the end may be a field's: only those behind a line end are a scanner's
        text = scanned.rstrip(_AROUND) if scanned.rstrip(" ")[-1:] in _AROUND else scanned
        text = text.lstrip(_AROUND + " ")
        text = _AIM.sub("", text, count=1) if _AIM.match(text) else text
        for offset, character in enumerate(text):
            if not " " <= character <= "~":
                raise BcbpError("text", offset, "a character that boarding passes don't have")
        mark = text.find(SECURITY_MARK) if SECURITY_MARK in text else len(text)
        head = text[:mark]
        # In a text of capitals, small letters can only be an airline's own and are left alone.
        if any(c.islower() for c in head[:HEAD_WIDTH]):
            self._note(Oddity.LOWER_CASE, "text", 0)
            return head.upper() + text[mark:]
        return text

    def _note(self, oddity: Oddity, field: str, offset: int) -> None:
        self._notes.append(Note(oddity, field, offset))

    def _head(self) -> BoardingPass:
        """Name and ticket indicator; leaves the place at the first leg."""
        text, start = self._text, self._first_leg()
        self._at = start
        indicator = text[start - 1]
        name = text[2 : start - 1]
        squeezed = indicator == "E" and (start >= HEAD_WIDTH or name.endswith(" ") or "/" not in name)
        if indicator not in "E " or (start == HEAD_WIDTH - 1 and not squeezed):
            name = text[2:start]
            indicator = " "
            self._note(Oddity.NO_TICKET_INDICATOR, "electronic_ticket", start)
        elif start != HEAD_WIDTH:
            self._note(Oddity.NAME_WIDTH, "name", 2)
        if not name.strip():
            raise BcbpError("name", 2, "missing")
        return BoardingPass(" ".join(name.split()), (), electronic_ticket=indicator == "E", version=None)

    def _first_leg(self) -> int:
        """Where the first leg begins: in its place, or else in the only other place that looks like it."""
        text = self._text
        if len(text) < 2 + _LEAST_NAME + LEG_WIDTH - 2:
            raise BcbpError("legs[0]", len(text), "the mandatory part isn't complete")
        if _FIRST_LEG.match(text, HEAD_WIDTH):
            return HEAD_WIDTH
        places = [at for at in range(2 + _LEAST_NAME, 3 + _LONGEST_NAME) if _FIRST_LEG.match(text, at)]
        # Of none, the usual place says best what is wrong.
        return places[0] if len(places) == 1 else HEAD_WIDTH

    def _leg(self, place: int) -> tuple[Leg, dict[str, Any]]:
        raw: dict[str, str] = {}
        start = self._at
        for field in LEG_MANDATORY:
            part = self._text[self._at : self._at + field.width]
            if len(part) < field.width:
                raise BcbpError(f"legs[{place}].{field.name}", self._at, "the mandatory part isn't complete")
            raw[field.name] = self._value(field, part, f"legs[{place}].{field.name}", self._at)
            self._at += field.width
        for name, offset in (("from_airport", 7), ("to_airport", 10)):
            if not re.fullmatch(r"[A-Z]{3}", raw[name]):
                raise BcbpError(f"legs[{place}].{name}", start + offset, "must be an airport's three letters")
        day = self._day(raw.pop(DAY), place, start)
        leg = Leg(**raw, day_of_year=day)
        part, at = self._optional_part(place)
        return self._optional(leg, place, part, at)

    def _value(self, field: Field, part: str, name: str, offset: int) -> str:
        value = field.bare(part)
        if not field.fits(value):
            self._note(Oddity.OTHER_VALUE, name, offset)
        return value

    def _day(self, raw: str, place: int, start: int) -> int | None:
        if not raw.strip():
            return None
        offset = start + 21
        if not re.fullmatch(r"[0-9]{3}", raw) or not 1 <= int(raw) <= 366:
            raise BcbpError(f"legs[{place}].{DAY}", offset, "must be a day of the year, 001 to 366")
        return int(raw)

    def _optional_part(self, place: int) -> tuple[str, int]:
        """The optional part of a leg and where it begins; leaves the place behind it."""
        size = self._text[self._at : self._at + 2].upper()
        name = f"legs[{place}].size"
        if not size.strip() or size[0] == SECURITY_MARK:
            self._note(Oddity.NO_SIZE, name, self._at)
            return "", self._at
        if not _HEX.fullmatch(size):
            raise BcbpError(name, self._at, "must be two hexadecimal digits")
        start = self._at + 2
        self._at = min(start + int(size, 16), len(self._text))
        part = self._text[start : self._at]
        if len(part) < int(size, 16):
            # somebody may have trimmed nothing but blanks
            self._note(Oddity.CUT, name, len(self._text))
            return part.ljust(int(size, 16)), start
        return part, start

    def _optional(self, leg: Leg, place: int, part: str, at: int) -> tuple[Leg, dict[str, Any]]:
        unique: dict[str, Any] = {}
        if place == 0 and part:
            if part[0] != VERSION_MARK or len(part) < 2:
                self._note(Oddity.OTHER_OPTIONAL, "version", at)
                return replace(leg, airline_data=part.rstrip()), unique
            unique["version"] = part[1]
            if part[1] not in _KNOWN_VERSIONS:
                self._note(Oddity.OTHER_VERSION, "version", at + 1)
            section, rest = self._section(part[2:], "unique", at + 2)
            unique |= self._unique(section, at + 4)
            at, part = at + len(part) - len(rest), rest
        section, rest = self._section(part, f"legs[{place}].repeated", at)
        values = self._fields(REPEATED, section, at + 2, f"legs[{place}].")
        return replace(leg, **values, airline_data=rest if rest.strip() else ""), unique

    def _section(self, part: str, name: str, at: int) -> tuple[str, str]:
        """What a two-digit size before it sets apart, and the rest."""
        if not part:
            return "", ""
        size = part[:2].upper()
        if not _HEX.fullmatch(size):
            self._note(Oddity.OTHER_OPTIONAL, name, at)
            return "", part
        end = 2 + int(size, 16)
        if end > len(part) and not any(note.oddity is Oddity.CUT for note in self._notes):
            self._note(Oddity.CUT, name, at + len(part))
        return part[2:end], part[end:]

    def _unique(self, section: str, at: int) -> dict[str, Any]:
        values: dict[str, Any] = dict(self._fields(UNIQUE, section, at, ""))
        start = sum(field.width for field in UNIQUE)
        tags = section[start : start + MAX_BAG_TAGS * BAG_TAG.width]
        values["bag_tags"] = tuple(
            self._value(BAG_TAG, tags[place : place + BAG_TAG.width], "bag_tags", at + start + place)
            for place in range(0, len(tags), BAG_TAG.width)
        )
        if section[start + MAX_BAG_TAGS * BAG_TAG.width :].strip():
            self._note(Oddity.TRAILING, "unique", at + start + MAX_BAG_TAGS * BAG_TAG.width)
        return values

    def _fields(self, fields: tuple[Field, ...], section: str, at: int, prefix: str) -> dict[str, Any]:
        """The fields that the section reaches; the others stay None."""
        values, start = {}, 0
        for field in fields:
            if start >= len(section):
                break
            part = section[start : start + field.width]
            values[field.name] = self._value(field, part, prefix + field.name, at + start)
            start += field.width
        if section[start:].strip() and fields is REPEATED:
            self._note(Oddity.TRAILING, prefix + "repeated", at + start)
        return values

    def _end(self) -> tuple[str, str, Security | None]:
        """What is covered by a signature, what trails, and the security part."""
        mark = self._text.find(SECURITY_MARK, self._at)
        if mark < 0:
            trailing = self._text[self._at :]
            if trailing.strip():
                self._note(Oddity.TRAILING, "text", self._at)
            return self._text, trailing.strip(), None
        trailing = self._text[self._at : mark]
        security, rest = self._security(self._text[mark + 1 :], mark + 1)
        if trailing.strip() or rest.strip():
            self._note(Oddity.TRAILING, "text", self._at if trailing.strip() else len(self._text) - len(rest))
        return self._text[:mark], (trailing + rest).strip(), security

    def _security(self, part: str, at: int) -> tuple[Security | None, str]:
        size = part[1:3].upper()
        if not part or not _HEX.fullmatch(size):
            self._note(Oddity.OTHER_VALUE, "security", at)
            return None, part
        end = 3 + int(size, 16)
        if end > len(part):
            self._note(Oddity.CUT, "security", at + len(part))
        return Security(part[0], part[3:end]), part[end:]
