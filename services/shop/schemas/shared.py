"""What the schemas of the mall have in common."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, cast

from marshmallow import ValidationError, fields, validate

from kernel.schemas import Strict
from services.shop.schemas.categories import CATEGORIES, LEAVES
from services.shop.schemas.vocabulary import MAX_PAGE, MAX_PRICE_FEN

PRINTABLE: Final = validate.Regexp(r"[^\x00-\x1f\x7f]*\Z")
LINES: Final = validate.Regexp(r"[^\x00-\x09\x0b-\x1f\x7f]*\Z")
_SLUG: Final = r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?\Z"
SLUG: Final = validate.Regexp(_SLUG)
PLACE: Final = validate.Regexp(r"[A-Z0-9]{1,12}(?:-[A-Z0-9]{1,12}){0,4}\Z")
TERMINAL: Final = validate.Regexp(r"[A-Z0-9]{1,4}\Z")
SKU: Final = validate.Regexp(r"[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,62}[A-Za-z0-9])?\Z")
LOCAL_TIME: Final = validate.Regexp(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]\Z")
EVERY: Final = "*"
"""In `shops`: the account may work in all of them."""


def request_id() -> fields.String:
    return fields.String(required=True, validate=[validate.Length(min=8, max=128), PRINTABLE])


def short(most: int, **options: Any) -> fields.String:
    """One line, not empty."""
    return fields.String(validate=[validate.Length(min=1, max=most), PRINTABLE], **options)


def line(most: int, **options: Any) -> fields.String:
    """One line, or nothing."""
    options.setdefault("load_default", "")
    return fields.String(validate=[validate.Length(max=most), PRINTABLE], **options)


def text(most: int, **options: Any) -> fields.String:
    """Some lines, or none."""
    options.setdefault("load_default", "")
    return fields.String(validate=[validate.Length(max=most), LINES], **options)


def key(**options: Any) -> fields.String:
    """An id of ours."""
    return fields.String(validate=[validate.Length(min=1, max=64), PRINTABLE], **options)


def slug(**options: Any) -> fields.String:
    """An id that people chose: of a shop, of a merchant."""
    return fields.String(validate=SLUG, metadata={"example": "t2-xiang-tea"}, **options)


def place(**options: Any) -> fields.String:
    return fields.String(validate=PLACE, metadata={"example": "T2-GATE-34"}, **options)


def leaf(**options: Any) -> fields.String:
    """A category in which products lie."""
    return fields.String(validate=validate.OneOf(LEAVES), **options)


def category(**options: Any) -> fields.String:
    """Of either level."""
    return fields.String(validate=validate.OneOf(list(CATEGORIES)), **options)


def fen(least: int = 1, **options: Any) -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(min=least, max=MAX_PRICE_FEN), **options)


def whole(least: int, most: int, **options: Any) -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(min=least, max=most), **options)


def _near(at: date) -> None:
    """Raises ValidationError for the ends of the calendar: what lies there has no local time, and would be an error
    wherever it is shown. at: or an instant."""
    if not 2000 <= at.year < 2100:
        raise ValidationError("Not in this century.")


def instant(**options: Any) -> fields.AwareDateTime:
    return fields.AwareDateTime(validate=_near, **options)


def day(**options: Any) -> fields.Date:
    return fields.Date(validate=_near, **options)


def maybe(**options: Any) -> dict[str, Any]:
    """A field that may be left out or null."""
    return {"load_default": None, "allow_none": True, **options}


def words_of(most: int, *, needed: bool = True) -> type[Strict]:
    """A text in both languages, each of at most so many characters, on one line when it must be there."""
    made: dict[str, fields.Field[Any]] = {
        each: short(most, required=True) if needed else text(most) for each in ("zh", "en")
    }
    return cast(type[Strict], Strict.from_dict(made, name=f"{'Line' if needed else 'Text'}{most}Schema"))


class PageSchema(Strict):
    """cursor: the last answer's next_cursor, unread."""

    cursor = fields.String(
        load_default=None, allow_none=True, validate=[validate.Length(min=1, max=300), PRINTABLE]
    )
    limit = fields.Integer(load_default=24, strict=True, validate=validate.Range(min=1, max=MAX_PAGE))


class AtWorkSchema(Strict):
    """Somebody of a shop asks. actor: `staff:<account id>` or `cli:<login>`, as the door verified it; shops: the ids of
    those where the account works, or `["*"]`. The service refuses what lies in others with shop.not_your_shop."""

    actor = fields.String(required=True, validate=[validate.Length(min=3, max=80), PRINTABLE])
    shops = fields.List(
        fields.String(validate=validate.Regexp(rf"\{EVERY}\Z|{_SLUG}")),
        required=True,
        validate=validate.Length(max=100),
    )


class StaffSchema(AtWorkSchema):
    """Somebody of a shop writes."""

    request_id = request_id()
