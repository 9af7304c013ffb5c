"""A boarding pass written as text: exactly, or not at all."""

from __future__ import annotations

import re
from typing import Final

from services.checkin.bcbp.errors import BcbpError
from services.checkin.bcbp.fields import (
    BAG_TAG,
    DAY,
    FORMAT,
    LEG_MANDATORY,
    NAME_WIDTH,
    REPEATED,
    SECURITY_MARK,
    UNIQUE,
    VERSION_MARK,
    Field,
)
from services.checkin.bcbp.model import MAX_BAG_TAGS, MAX_LEGS, BoardingPass, Leg, Security

_NAME: Final = re.compile(r"[A-Z]+(?: [A-Z]+)*(?:/[A-Z]+(?: [A-Z]+)*)?")
_VERSION: Final = re.compile(r"[1-8]")
_AIRLINE_DATA: Final = re.compile(r"[ -\]_-`{-~]*")
_SECURITY: Final = re.compile(r"[!-~](?:[ -~]*[!-~])?|")
_MAX_PART: Final = 0xFF


def build(boarding_pass: BoardingPass) -> str:
    """The text of a pass, in capital letters and digits of ASCII.

    Optional parts end with the last field that isn't None; a None before it is written as blank.
    Raises BcbpError, which names the field and where it would have stood.
    """
    text = _head(boarding_pass)
    for place, leg in enumerate(boarding_pass.legs):
        text = _leg(text, boarding_pass, place, leg)
    return text + _security(boarding_pass.security, len(text))


def _head(boarding_pass: BoardingPass) -> str:
    count = len(boarding_pass.legs)
    if not 1 <= count <= MAX_LEGS:
        raise BcbpError("legs", 1, f"a pass has 1 to {MAX_LEGS} legs")
    name = boarding_pass.name
    if len(name) > NAME_WIDTH or not _NAME.fullmatch(name):
        raise BcbpError("name", 2, f"must be SURNAME/GIVEN in A to Z, at most {NAME_WIDTH} letters")
    if boarding_pass.version is not None and not _VERSION.fullmatch(boarding_pass.version):
        raise BcbpError("version", 61, "must be 1 to 8")
    ticket = "E" if boarding_pass.electronic_ticket else " "
    return f"{FORMAT}{count}{name.ljust(NAME_WIDTH)}{ticket}"


def _leg(text: str, boarding_pass: BoardingPass, place: int, leg: Leg) -> str:
    """The text so far with this leg behind it."""
    for field in LEG_MANDATORY:
        value: str | int | None = getattr(leg, field.name)
        if field.name == DAY:
            value = _day(leg.day_of_year, _where(place, DAY), len(text))
        text += _filled(field, value, _where(place, field.name), len(text))
    part = _optional(boarding_pass, place, leg, len(text) + 2)
    if len(part) > _MAX_PART:
        raise BcbpError(
            _where(place, "airline_data"), len(text), "the leg's part is longer than 255 characters"
        )
    return f"{text}{len(part):02X}{part}"


def _optional(boarding_pass: BoardingPass, place: int, leg: Leg, offset: int) -> str:
    part = ""
    unique = [(field, getattr(boarding_pass, field.name)) for field in UNIQUE]
    unique += [(BAG_TAG, tag) for tag in boarding_pass.bag_tags]
    repeated = [(field, getattr(leg, field.name)) for field in REPEATED]
    if len(boarding_pass.bag_tags) > MAX_BAG_TAGS:
        raise BcbpError("bag_tags", offset, f"at most {MAX_BAG_TAGS}")
    if boarding_pass.version is None:
        if any(value is not None for _, value in [*unique, *repeated]) or leg.airline_data:
            raise BcbpError("version", offset, "a pass with optional fields has a version")
        return ""
    if place == 0:
        body = _section(unique, "", offset + 4)
        part = f"{VERSION_MARK}{boarding_pass.version}{len(body):02X}{body}"
    body = _section(repeated, f"legs[{place}].", offset + len(part) + 2)
    if not _AIRLINE_DATA.fullmatch(leg.airline_data):
        raise BcbpError(
            _where(place, "airline_data"),
            offset + len(part) + 2 + len(body),
            "must be ASCII without a-z and ^",
        )
    return f"{part}{len(body):02X}{body}{leg.airline_data}"


def _section(values: list[tuple[Field, str | None]], prefix: str, offset: int) -> str:
    """The fields up to the last that is there."""
    last = max((place for place, (_, value) in enumerate(values) if value is not None), default=-1)
    text = ""
    for field, value in values[: last + 1]:
        text += _filled(field, value or "", prefix + field.name, offset + len(text))
    return text


def _filled(field: Field, value: object, name: str, offset: int) -> str:
    if not isinstance(value, str) or not field.fits(value):
        raise BcbpError(name, offset, f"must fit {field.width} places and look like {field.may_be}")
    return field.fill(value, field.width)


def _day(day: int | None, name: str, offset: int) -> str:
    if day is None:
        return ""
    if not 1 <= day <= 366:
        raise BcbpError(name, offset, "must be a day of the year, 1 to 366")
    return f"{day:03}"


def _security(security: Security | None, offset: int) -> str:
    if security is None:
        return ""
    if not re.fullmatch(r"[!-~]", security.kind):
        raise BcbpError("security", offset + 1, "its type is one character")
    if len(security.text) > _MAX_PART or not _SECURITY.fullmatch(security.text):
        raise BcbpError("security", offset + 4, "at most 255 characters of ASCII, no blank at its ends")
    return f"{SECURITY_MARK}{security.kind}{len(security.text):02X}{security.text}"


def _where(place: int, name: str) -> str:
    return f"legs[{place}].{name}"
