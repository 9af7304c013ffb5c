"""Desks and shelves, the vocabulary as a whole, and the figures."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from kernel.schemas import Exact, Strict, WordsSchema
from services.lostfound.schemas.shared import (
    StaffSchema,
    day,
    desk_id,
    place,
    shelf,
    short,
)
from services.lostfound.schemas.vocabulary import Step

MAX_SHELVES = 400


class AddDeskSchema(StaffSchema):
    """desk_id: short, for good; a desk that is there gets these names and whatever shelves it lacks."""

    desk_id = desk_id(required=True)
    name_zh = short(40, required=True)
    name_en = short(60, required=True)
    place = place(required=True)
    shelves = fields.List(shelf(), load_default=list, validate=validate.Length(max=MAX_SHELVES))


class DeskSchema(Exact):
    id = fields.String(required=True)
    name = fields.Nested(WordsSchema, required=True)
    place = fields.String(required=True)
    shelves = fields.List(fields.String(), required=True)


class DeskResultSchema(Exact):
    desk = fields.Nested(DeskSchema, required=True)


class GroupSchema(Exact):
    code = fields.String(required=True)
    name = fields.Nested(WordsSchema, required=True)


class CategorySchema(Exact):
    code = fields.String(required=True)
    group = fields.String(required=True)
    name = fields.Nested(WordsSchema, required=True)
    rule = fields.String(required=True)
    listed = fields.Boolean(required=True)
    valuable = fields.Boolean(required=True)


class ColourSchema(Exact):
    code = fields.String(required=True)
    name = fields.Nested(WordsSchema, required=True)
    hex = fields.String(required=True)


class PlaceSchema(Exact):
    code = fields.String(required=True)
    name = fields.Nested(WordsSchema, required=True)
    area = fields.String(required=True)
    parent = fields.String(required=True, allow_none=True)


class RuleSchema(Exact):
    """keeps_hours: from registration to `then`. practice: no law names this number."""

    code = fields.String(required=True)
    name = fields.Nested(WordsSchema, required=True)
    keeps_hours = fields.Integer(required=True)
    then = fields.Enum(Step, by_value=True, required=True)
    reason = fields.Nested(WordsSchema, required=True)
    practice = fields.Boolean(required=True)
    law = fields.Nested(WordsSchema, required=True)


class VocabularySchema(Exact):
    groups = fields.List(fields.Nested(GroupSchema), required=True)
    categories = fields.List(fields.Nested(CategorySchema), required=True)
    colours = fields.List(fields.Nested(ColourSchema), required=True)
    areas = fields.List(fields.Nested(GroupSchema), required=True)
    places = fields.List(fields.Nested(PlaceSchema), required=True)
    retention = fields.List(fields.Nested(RuleSchema), required=True)
    desks = fields.List(fields.Nested(DeskSchema), required=True)


class FiguresArgumentsSchema(Strict):
    """Items registered on these days of the airport, both included, at most two years."""

    from_day = day(required=True)
    to_day = day(required=True)

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: object) -> None:
        if not 0 <= (data["to_day"] - data["from_day"]).days <= 731:
            raise ValidationError("From 0 to 731 days after from_day.", "to_day")


class CountSchema(Exact):
    """median_days: from registration to return; null when nothing was returned."""

    registered = fields.Integer(required=True)
    returned = fields.Integer(required=True)
    median_days = fields.Float(required=True, allow_none=True)


class CategoryCountSchema(CountSchema):
    category = fields.String(required=True)


class AreaCountSchema(CountSchema):
    """area: of AREAS; terminal: "" for what belongs to none."""

    area = fields.String(required=True)
    terminal = fields.String(required=True)


class WeekCountSchema(CountSchema):
    """week: its Monday."""

    week = fields.Date(required=True)


class DaysCountSchema(Exact):
    """Returned after at least from_days and less than to_days whole days; null: or more."""

    from_days = fields.Integer(required=True)
    to_days = fields.Integer(required=True, allow_none=True)
    returned = fields.Integer(required=True)


class FiguresSchema(CountSchema):
    """open, overdue and missing: now, whatever the days. Voided items aren't counted. outcomes: by state."""

    open = fields.Integer(required=True)
    overdue = fields.Integer(required=True)
    missing = fields.Integer(required=True)
    returned_pct = fields.Float(required=True, allow_none=True)
    outcomes = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    by_category = fields.List(fields.Nested(CategoryCountSchema), required=True)
    by_area = fields.List(fields.Nested(AreaCountSchema), required=True)
    by_week = fields.List(fields.Nested(WeekCountSchema), required=True)
    by_days = fields.List(fields.Nested(DaysCountSchema), required=True)
