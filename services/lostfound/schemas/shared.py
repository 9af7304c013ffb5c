"""What the schemas of lost and found have in common."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from marshmallow import ValidationError, fields, validate

from kernel.schemas import Exact, Strict
from services.lostfound.schemas.vocabulary import CATEGORIES, COLOURS, MAX_COLOURS, MAX_PAGE

PRINTABLE: Final = validate.Regexp(r"[^\x00-\x1f\x7f]*\Z")
LINES: Final = validate.Regexp(r"[^\x00-\x09\x0b-\x1f\x7f]*\Z")
AIRLINE: Final = validate.Regexp(r"(?:[A-Z]{2}|[A-Z][0-9]|[0-9][A-Z]|[A-Z]{3})\Z")
CURRENCY: Final = validate.Regexp(r"[A-Z]{3}\Z")
MONTH: Final = validate.Regexp(r"20[0-9]{2}-(?:0[1-9]|1[0-2])\Z")
PLACE: Final = validate.Regexp(r"[A-Z0-9]{1,12}(?:-[A-Z0-9]{1,12}){0,4}\Z")
DESK: Final = validate.Regexp(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?\Z")
SHELF: Final = validate.Regexp(
    r"[A-Za-z0-9\u4e00-\u9fff](?:[A-Za-z0-9\u4e00-\u9fff ./-]{0,22}[A-Za-z0-9\u4e00-\u9fff])?\Z"
)
SEAT: Final = validate.Regexp(r"[1-9][0-9]{0,2}[A-HJ-Z]\Z")


def request_id() -> fields.String:
    return fields.String(required=True, validate=validate.Length(min=8, max=128))


class SealingKeySchema(Exact):
    key = fields.String(
        required=True, metadata={"description": "for kernel.sealing.seal; may be kept for an hour"}
    )


class MoneySchema(Strict):
    """amount_minor: whole fen, cents or whatever is the smallest of the currency."""

    currency = fields.String(required=True, validate=CURRENCY)
    amount_minor = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=10**12))


class DocumentSchema(Strict):
    """A document that was found or lost, or is claimed with; always inside something sealed."""

    kind = fields.String(
        required=True, validate=validate.OneOf(["passport", "id_card", "permit", "licence", "other"])
    )
    holder_name = fields.String(load_default="", validate=[validate.Length(max=80), PRINTABLE])
    number = fields.String(load_default="", validate=[validate.Length(max=40), PRINTABLE])


class StaffSchema(Strict):
    """A writing call of staff. actor: `staff:<account id>`, `partner:<client id>` or `cli:<login>`, as the door verified it."""

    request_id = request_id()
    actor = fields.String(required=True, validate=[validate.Length(min=3, max=80), PRINTABLE])


class PageSchema(Strict):
    """cursor: the last answer's next_cursor, unread."""

    cursor = fields.String(load_default=None, allow_none=True, validate=validate.Length(min=1, max=200))
    limit = fields.Integer(load_default=50, strict=True, validate=validate.Range(min=1, max=MAX_PAGE))


def short(most: int, **options: Any) -> fields.String:
    """One line, not empty."""
    return fields.String(validate=[validate.Length(min=1, max=most), PRINTABLE], **options)


def text(most: int, **options: Any) -> fields.String:
    """Some lines, or none."""
    options.setdefault("load_default", "")
    return fields.String(validate=[validate.Length(max=most), LINES], **options)


def _near(at: date) -> None:
    """Raises ValidationError for the ends of the calendar: what lies there has no local time, and would be an error
    wherever it is shown. at: or an instant."""
    if not 2000 <= at.year < 2100:
        raise ValidationError("Not in this century.")


def instant(**options: Any) -> fields.AwareDateTime:
    """Of this century."""
    return fields.AwareDateTime(validate=_near, **options)


def day(**options: Any) -> fields.Date:
    """Of this century."""
    return fields.Date(validate=_near, **options)


def key(**options: Any) -> fields.String:
    """An id of ours."""
    return fields.String(validate=[validate.Length(min=1, max=64), PRINTABLE], **options)


def number(**options: Any) -> fields.String:
    """Of an item, as it is printed or as somebody typed it."""
    return fields.String(
        validate=[validate.Length(min=1, max=40), PRINTABLE],
        metadata={"example": "CSX-6B7K2M-4"},
        **options,
    )


def numbers(most: int) -> fields.List[Any]:
    return fields.List(number(), required=True, validate=validate.Length(min=1, max=most))


def item_ids(most: int) -> fields.List[Any]:
    return fields.List(key(), required=True, validate=validate.Length(min=1, max=most))


def category(**options: Any) -> fields.String:
    return fields.String(validate=validate.OneOf(list(CATEGORIES)), **options)


def colours(**options: Any) -> fields.List[Any]:
    return fields.List(
        fields.String(validate=validate.OneOf(list(COLOURS))),
        validate=validate.Length(max=MAX_COLOURS),
        **options,
    )


def place(**options: Any) -> fields.String:
    return fields.String(validate=PLACE, metadata={"example": "T2-GATE-34"}, **options)


def desk_id(**options: Any) -> fields.String:
    return fields.String(validate=DESK, metadata={"example": "t2"}, **options)


def shelf(**options: Any) -> fields.String:
    return fields.String(validate=SHELF, metadata={"example": "A-3"}, **options)


def airline(**options: Any) -> fields.String:
    return fields.String(validate=AIRLINE, metadata={"example": "CZ"}, **options)


def sealed(what: str, **options: Any) -> fields.String:
    return fields.String(
        validate=validate.Length(min=1, max=8_000_000),
        metadata={"description": f"`kernel.sealing.seal(key, json)` of {what}"},
        **options,
    )


def maybe(**options: Any) -> dict[str, Any]:
    """A field that may be left out or null."""
    return {"load_default": None, "allow_none": True, **options}
