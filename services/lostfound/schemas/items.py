"""Items: what staff register, change, look for, and what they are answered. Instants are UTC texts with Z."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from kernel.schemas import Exact, Strict, WordsSchema
from services.lostfound.schemas.shared import (
    MONTH,
    SEAT,
    DocumentSchema,
    MoneySchema,
    PageSchema,
    StaffSchema,
    airline,
    category,
    colours,
    day,
    desk_id,
    instant,
    key,
    maybe,
    number,
    place,
    sealed,
    shelf,
    short,
    text,
)
from services.lostfound.schemas.vocabulary import (
    MAX_ROWS,
    CustodyKind,
    FinderKind,
    ItemState,
    Size,
    Step,
)


class FinderSchema(Strict):
    name = fields.String(load_default="", validate=validate.Length(max=80))
    phone = fields.String(load_default="", validate=validate.Length(max=40))


class PersonalSchema(Strict):
    """What is sealed of an item. marks: what only the owner could tell; serial: also an IMEI or a tag's number."""

    marks = text(500)
    serial = fields.String(load_default="", validate=validate.Length(max=64))
    document = fields.Nested(DocumentSchema, **maybe())
    finder = fields.Nested(FinderSchema, **maybe())


class ItemSpecSchema(Strict):
    """What is written down of an item in the open. description: staff's words, never shown to travellers."""

    category = category(required=True)
    colours = colours(load_default=list)
    brand = fields.String(load_default="", validate=validate.Length(max=60))
    description = text(1000)
    valuable = fields.Boolean(**maybe(metadata={"description": "null: as its category is"}))
    cash = fields.List(fields.Nested(MoneySchema), load_default=list, validate=validate.Length(max=10))
    found_from = instant(required=True)
    found_to = instant(**maybe(metadata={"description": "null: at found_from"}))
    place = place(required=True)
    place_note = text(200)
    flight_id = key(**maybe())
    seat = fields.String(validate=SEAT, **maybe())
    bus_departure_id = fields.String(validate=validate.Length(min=1, max=80), **maybe())
    finder_kind = fields.Enum(FinderKind, by_value=True, load_default=FinderKind.STAFF)

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: object) -> None:
        until = data.get("found_to")
        if until is not None and data.get("found_from") is not None and until < data["found_from"]:
            raise ValidationError("Before found_from.", "found_to")


class RegisterItemSchema(StaffSchema):
    """At a desk, or with the airline that found it: exactly one of desk_id and airline.

    witness: the second person of a count; needed when there is cash.
    """

    item = fields.Nested(ItemSpecSchema, required=True)
    personal = sealed("PersonalSchema", **maybe())
    desk_id = desk_id(**maybe())
    airline = airline(**maybe())
    shelf = shelf(**maybe())
    witness = short(80, **maybe())
    external_ref = short(64, **maybe(metadata={"description": "another system's own; once for ever"}))

    @validates_schema
    def _one_holder(self, data: dict[str, Any], **_: object) -> None:
        if (data["desk_id"] is None) == (data["airline"] is None):
            raise ValidationError("Exactly one of desk_id and airline.", "desk_id")
        if data["shelf"] is not None and data["desk_id"] is None:
            raise ValidationError("Shelves are a desk's.", "shelf")


class ItemChangesSchema(Strict):
    """What is left out stays. Cash is changed by counting (count_cash), the shelf by put_on_shelf."""

    category = category()
    colours = colours()
    brand = fields.String(validate=validate.Length(max=60))
    description = text(1000, load_default=None)
    valuable = fields.Boolean()
    found_from = instant()
    found_to = instant()
    place = place()
    place_note = text(200, load_default=None)
    flight_id = key(allow_none=True)
    seat = fields.String(validate=SEAT, allow_none=True)
    bus_departure_id = fields.String(validate=validate.Length(min=1, max=80), allow_none=True)
    finder_kind = fields.Enum(FinderKind, by_value=True)


class ChangeItemSchema(StaffSchema):
    """version: of what the page showed; an item that changed since isn't overwritten."""

    item_id = key(required=True)
    version = fields.Integer(required=True, strict=True)
    changes = fields.Nested(ItemChangesSchema, load_default=dict)
    personal = sealed("PersonalSchema, which replaces the earlier as a whole", **maybe())
    reason = short(200, **maybe())


class PutOnShelfSchema(StaffSchema):
    item_id = key(required=True)
    shelf = shelf(required=True)


class CountCashSchema(StaffSchema):
    """Both counted the same. cash: all that there is; none: a valuable thing was looked at by two."""

    item_id = key(required=True)
    cash = fields.List(fields.Nested(MoneySchema), required=True, validate=validate.Length(max=10))
    witness = short(80, required=True)
    note = text(200)


class VoidItemSchema(StaffSchema):
    item_id = key(required=True)
    reason = short(200, required=True)


class GetItemSchema(Strict):
    """Exactly one of both."""

    item_id = key(**maybe())
    number = number(load_default=None, allow_none=True)

    @validates_schema
    def _one(self, data: dict[str, Any], **_: object) -> None:
        if (data["item_id"] is None) == (data["number"] is None):
            raise ValidationError("Exactly one of item_id and number.", "item_id")


class SearchItemsSchema(PageSchema):
    """q: a number, or words of description, brand, category and place. Days are the airport's, both included."""

    q = fields.String(load_default="", validate=validate.Length(max=100))
    states = fields.List(fields.Enum(ItemState, by_value=True), load_default=list)
    category = category(**maybe())
    desk_id = desk_id(**maybe())
    airline = airline(**maybe())
    flight_id = key(**maybe())
    overdue = fields.Boolean(load_default=False)
    missing = fields.Boolean(load_default=False)
    from_day = day(**maybe())
    to_day = day(**maybe())


class AttachPhotoSchema(StaffSchema):
    item_id = key(required=True)
    photo = sealed("PhotoSchema", required=True)


class PhotoSchema(Strict):
    """Base64 of clean JPEGs: at most 400 kB and 60 kB."""

    jpeg = fields.String(required=True, validate=validate.Length(min=100, max=560_000))
    thumbnail = fields.String(required=True, validate=validate.Length(min=100, max=84_000))


class GetPhotoSchema(Strict):
    photo_id = key(required=True)
    size = fields.Enum(Size, by_value=True, load_default=Size.FULL)


class ImportItemsSchema(StaffSchema):
    """Every row is registered whole or refused, at one desk."""

    desk_id = desk_id(required=True)
    rows = sealed(f"a list of 1 to {MAX_ROWS} objects: ImportRowSchema", required=True)


class ImportRowSchema(ItemSpecSchema):
    """external_ref: the sheet's own number of the item; the same one again registers nothing."""

    external_ref = short(64, required=True)
    shelf = shelf(**maybe())
    witness = short(80, **maybe())
    personal = fields.Nested(PersonalSchema, **maybe())


class ListPublicSchema(PageSchema):
    """month: the airport's, as 2026-11."""

    category = category(**maybe())
    month = fields.String(validate=MONTH, **maybe())


# --- answers


class ItemSchema(Exact):
    """An item without what is sealed. holder: `desk:t2`, `airline:CZ`, `transfer:<id>`, `courier:<claim id>`, `owner`,
    `police`, `disposed` or `void`. due: what comes at keep_until; null when nothing does any more."""

    id = fields.String(required=True)
    number = fields.String(required=True)
    state = fields.Enum(ItemState, by_value=True, required=True)
    version = fields.Integer(required=True)
    category = fields.String(required=True)
    colours = fields.List(fields.String(), required=True)
    brand = fields.String(required=True)
    description = fields.String(required=True)
    valuable = fields.Boolean(required=True)
    cash = fields.List(fields.Nested(MoneySchema), required=True)
    counted_at = fields.AwareDateTime(required=True, allow_none=True)
    found_from = fields.AwareDateTime(required=True)
    found_to = fields.AwareDateTime(required=True)
    place = fields.String(required=True)
    place_note = fields.String(required=True)
    flight_id = fields.String(required=True, allow_none=True)
    seat = fields.String(required=True, allow_none=True)
    bus_departure_id = fields.String(required=True, allow_none=True)
    finder_kind = fields.Enum(FinderKind, by_value=True, required=True)
    has_marks = fields.Boolean(required=True)
    has_serial = fields.Boolean(required=True)
    document_kind = fields.String(required=True, allow_none=True)
    holder = fields.String(required=True)
    desk_id = fields.String(required=True, allow_none=True)
    airline = fields.String(required=True, allow_none=True)
    shelf = fields.String(required=True, allow_none=True)
    registered_at = fields.AwareDateTime(required=True)
    registered_by = fields.String(required=True)
    changed_at = fields.AwareDateTime(required=True)
    rule = fields.String(required=True, metadata={"description": "of RETENTION"})
    keep_until = fields.AwareDateTime(required=True)
    due = fields.Enum(Step, by_value=True, required=True, allow_none=True)
    overdue = fields.Boolean(required=True)
    published_at = fields.AwareDateTime(required=True, allow_none=True)
    notice_until = fields.AwareDateTime(required=True, allow_none=True)
    missing_at = fields.AwareDateTime(required=True, allow_none=True)
    photos = fields.List(fields.String(), required=True)
    external_ref = fields.String(required=True, allow_none=True)


class ShownDocumentSchema(Exact):
    """number: masked, E****1234."""

    kind = fields.String(required=True)
    holder_name = fields.String(required=True)
    number = fields.String(required=True)


class ShownFinderSchema(Exact):
    """phone: masked, 138****8000."""

    name = fields.String(required=True)
    phone = fields.String(required=True)


class ShownPersonalSchema(Exact):
    """What a desk may see of what is sealed."""

    marks = fields.String(required=True)
    serial = fields.String(required=True)
    document = fields.Nested(ShownDocumentSchema, required=True, allow_none=True)
    finder = fields.Nested(ShownFinderSchema, required=True, allow_none=True)


class ItemResultSchema(Exact):
    item = fields.Nested(ItemSchema, required=True)


class CustodyRowSchema(Exact):
    """witness: the second person, where there are two. hash: over this row and the hash before it."""

    seq = fields.Integer(required=True)
    kind = fields.Enum(CustodyKind, by_value=True, required=True)
    from_holder = fields.String(required=True, allow_none=True)
    to_holder = fields.String(required=True)
    actor = fields.String(required=True)
    witness = fields.String(required=True, allow_none=True)
    at = fields.AwareDateTime(required=True)
    note = fields.String(required=True)
    hash = fields.String(required=True)


class FullItemSchema(Exact):
    item = fields.Nested(ItemSchema, required=True)
    personal = fields.Nested(ShownPersonalSchema, required=True)
    custody = fields.List(fields.Nested(CustodyRowSchema), required=True)


class ItemPageSchema(Exact):
    items = fields.List(fields.Nested(ItemSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class PhotoAddedSchema(Exact):
    photo_id = fields.String(required=True)
    item = fields.Nested(ItemSchema, required=True)


class PhotoResultSchema(Exact):
    """item_id: whose photo it is."""

    photo_id = fields.String(required=True)
    item_id = fields.String(required=True)
    jpeg = fields.String(required=True, metadata={"description": "base64"})


class ImportedRowSchema(Exact):
    """row: from 1."""

    row = fields.Integer(required=True)
    external_ref = fields.String(required=True)
    item_id = fields.String(required=True)
    number = fields.String(required=True)


class RefusedRowSchema(Exact):
    """reasons: by field, what is wrong with it; no value of the row is repeated."""

    row = fields.Integer(required=True)
    external_ref = fields.String(required=True, allow_none=True)
    reasons = fields.Dict(required=True)


class ImportReportSchema(Exact):
    registered = fields.List(fields.Nested(ImportedRowSchema), required=True)
    repeated = fields.List(fields.Nested(ImportedRowSchema), required=True)
    refused = fields.List(fields.Nested(RefusedRowSchema), required=True)


class PublicItemSchema(Exact):
    """All that travellers may read: nothing by which it could be claimed. area: a public word for where."""

    category = fields.String(required=True)
    category_name = fields.Nested(WordsSchema, required=True)
    colours = fields.List(fields.String(), required=True)
    month = fields.String(required=True, metadata={"example": "2026-11"})
    area = fields.Nested(WordsSchema, required=True)


class PublicPageSchema(Exact):
    items = fields.List(fields.Nested(PublicItemSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
