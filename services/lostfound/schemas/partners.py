"""What airlines ask and are answered: what they found on board, and who misses something on their flights."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import ValidationError, fields, validate, validates_schema

from kernel.schemas import Exact, Strict, WordsSchema
from services.lostfound.schemas.items import PersonalSchema
from services.lostfound.schemas.shared import (
    SEAT,
    MoneySchema,
    PageSchema,
    airline,
    category,
    colours,
    desk_id,
    instant,
    key,
    maybe,
    number,
    place,
    request_id,
    sealed,
    short,
    text,
)
from services.lostfound.schemas.vocabulary import FinderKind, ItemState

MAX_FOUND: Final = 100
"""Items in one call."""
MAX_LISTED: Final = 200
"""Claims, and reports, of one flight."""
_TWO: Final = 2
_EMPLOYEE: Final = validate.Regexp(r"[A-Za-z0-9][A-Za-z0-9-]{0,19}\Z")


class PartnerSchema(Strict):
    """Who calls, as the door has verified; `airlines`: those it speaks for, ["*"] for all."""

    client_id = short(64, required=True)
    airlines = fields.List(
        fields.String(validate=validate.Length(min=1, max=3)),
        required=True,
        validate=validate.Length(min=1, max=50),
    )


class FoundOnBoardSchema(Strict):
    """An item that an airline keeps. reference: its own, once for ever. airline: may be left out when the flight says it,
    or the partner speaks for one only. counted_by: the numbers of two employees who counted the cash, or looked at what is
    valuable; without them a valuable thing can't be handed on."""

    reference = short(40, required=True)
    airline = airline(**maybe())
    flight_id = key(**maybe(metadata={"example": "CZ3101-20261123-CSX-PEK"}))
    category = category(required=True)
    colours = colours(load_default=list)
    brand = fields.String(load_default="", validate=validate.Length(max=60))
    description = text(1000)
    valuable = fields.Boolean(**maybe(metadata={"description": "null: as its category is"}))
    cash = fields.List(fields.Nested(MoneySchema), load_default=list, validate=validate.Length(max=10))
    counted_by = fields.List(
        fields.String(validate=_EMPLOYEE), validate=validate.Length(equal=_TWO), **maybe()
    )
    found_from = instant(required=True)
    found_to = instant(**maybe(metadata={"description": "null: at found_from"}))
    place = place(load_default="AIRCRAFT")
    place_note = text(200)
    seat = fields.String(validate=SEAT, **maybe())
    finder_kind = fields.Enum(FinderKind, by_value=True, load_default=FinderKind.CREW)
    private = fields.Nested(PersonalSchema, **maybe())

    @validates_schema
    def _makes_sense(self, data: dict[str, Any], **_: object) -> None:
        until = data.get("found_to")
        if until is not None and data.get("found_from") is not None and until < data["found_from"]:
            raise ValidationError("Before found_from.", "found_to")
        counted_by = data.get("counted_by")
        if counted_by is not None and len(set(counted_by)) < _TWO:
            raise ValidationError("Two different people.", "counted_by")


class RegisterFoundSchema(Strict):
    """Every item whole or refused."""

    request_id = request_id()
    partner = fields.Nested(PartnerSchema, required=True)
    items = sealed(f"a list of 1 to {MAX_FOUND} objects: FoundOnBoardSchema", required=True)


class ListFoundSchema(PageSchema):
    """The partner's own, the newest first."""

    partner = fields.Nested(PartnerSchema, required=True)
    states = fields.List(fields.Enum(ItemState, by_value=True), load_default=list)
    flight_id = key(**maybe())


class GetFoundSchema(Strict):
    """item: its id or number."""

    partner = fields.Nested(PartnerSchema, required=True)
    item = number(required=True)


class HandToDeskSchema(Strict):
    """It is on its way; the desk accepts it with a scan of its number."""

    request_id = request_id()
    partner = fields.Nested(PartnerSchema, required=True)
    item = number(required=True)
    desk_id = desk_id(required=True)


class ListFlightClaimsSchema(Strict):
    partner = fields.Nested(PartnerSchema, required=True)
    flight_id = key(required=True)


# --- answers


class PartnerItemSchema(Exact):
    """An item as its airline reads it. holder: `airline`, `transfer`, `desk`, `courier`, `owner`, `police`, `disposed` or
    `void`; desk_id: the desk that has it, or had it last."""

    id = fields.String(required=True)
    number = fields.String(required=True, metadata={"example": "CSX-6B7K2M-4"})
    reference = fields.String(required=True)
    state = fields.Enum(ItemState, by_value=True, required=True)
    holder = fields.String(required=True)
    desk_id = fields.String(required=True, allow_none=True)
    airline = fields.String(required=True)
    flight_id = fields.String(required=True, allow_none=True)
    seat = fields.String(required=True, allow_none=True)
    category = fields.String(required=True)
    colours = fields.List(fields.String(), required=True)
    brand = fields.String(required=True)
    description = fields.String(required=True)
    valuable = fields.Boolean(required=True)
    counted = fields.Boolean(required=True, metadata={"description": "by two people"})
    found_from = fields.AwareDateTime(required=True)
    found_to = fields.AwareDateTime(required=True)
    registered_at = fields.AwareDateTime(required=True)
    changed_at = fields.AwareDateTime(required=True)
    closed_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "when it left for good"}
    )


class FoundResultSchema(Exact):
    """index: from 0. item: null when refused; reasons: by field, what is wrong with it."""

    index = fields.Integer(required=True)
    reference = fields.String(required=True, allow_none=True)
    outcome = fields.String(required=True, validate=validate.OneOf(["registered", "repeated", "refused"]))
    item = fields.Nested(PartnerItemSchema, required=True, allow_none=True)
    reasons = fields.Dict(required=True, allow_none=True)


class FoundReportSchema(Exact):
    results = fields.List(fields.Nested(FoundResultSchema), required=True)


class OneFoundSchema(Exact):
    item = fields.Nested(PartnerItemSchema, required=True)


class FoundPageSchema(Exact):
    items = fields.List(fields.Nested(PartnerItemSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class HandedToDeskSchema(Exact):
    item = fields.Nested(PartnerItemSchema, required=True)
    transfer_id = fields.String(required=True)


class FlightClaimSchema(Exact):
    """Somebody says that something found on the flight is theirs. Who, and by what proof, stays with the desk."""

    number = fields.String(required=True)
    state = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    submitted_at = fields.AwareDateTime(required=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    category = fields.String(required=True)
    item_id = fields.String(
        required=True, allow_none=True, metadata={"description": "null: not one of yours"}
    )


class FlightReportSchema(Exact):
    """What somebody misses, by what crew could recognise it. Their words, their marks and themselves stay here."""

    number = fields.String(required=True)
    filed_at = fields.AwareDateTime(required=True)
    category = fields.String(required=True)
    colours = fields.List(fields.String(), required=True)
    brand = fields.String(required=True)
    seat = fields.String(required=True, allow_none=True)
    lost_from = fields.AwareDateTime(required=True)
    lost_to = fields.AwareDateTime(required=True)


class FlightClaimsSchema(Exact):
    """The newest first. A flight of another airline has none."""

    flight_id = fields.String(required=True)
    claims = fields.List(fields.Nested(FlightClaimSchema), required=True)
    reports = fields.List(
        fields.Nested(FlightReportSchema), required=True, metadata={"description": "open ones"}
    )


class CodeSchema(Exact):
    code = fields.String(required=True)
    name = fields.Nested(WordsSchema, required=True)


class PartnerWordsSchema(Exact):
    """The codes that a partner writes."""

    categories = fields.List(fields.Nested(CodeSchema), required=True)
    colours = fields.List(fields.Nested(CodeSchema), required=True)
    desks = fields.List(fields.Nested(CodeSchema), required=True)
