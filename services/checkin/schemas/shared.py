"""What the schemas of checkin have in common."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import fields, validate

PRINTABLE: Final = validate.Regexp(r"[^\x00-\x1f\x7f]*\Z")
AIRLINE: Final = validate.Regexp(r"(?:[A-Z]{2}|[A-Z][0-9]|[0-9][A-Z]|[A-Z]{3})\Z")
AIRPORT: Final = validate.Regexp(r"[A-Z]{3}\Z")
CABIN: Final = validate.Regexp(r"[A-Z]\Z")
SEAT: Final = validate.Regexp(r"[1-9][0-9]{0,2}[A-HJ-Z]\Z")
PNR: Final = validate.Regexp(r"[A-Z0-9]{5,13}\Z")
TICKET: Final = validate.Regexp(r"[0-9]{13}\Z")


def short(most: int, **options: Any) -> fields.String:
    return fields.String(validate=[validate.Length(min=1, max=most), PRINTABLE], **options)


def flight_id() -> fields.String:
    return short(64, required=True)


def request_id() -> fields.String:
    return fields.String(required=True, validate=validate.Length(min=8, max=128))


def seat(**options: Any) -> fields.String:
    return fields.String(validate=SEAT, metadata={"example": "31A"}, **options)


def sealed(what: str, **options: Any) -> fields.String:
    return fields.String(
        validate=validate.Length(min=1, max=8_000_000),
        metadata={"description": f"`kernel.sealing.seal(key, json)` of {what}"},
        **options,
    )
