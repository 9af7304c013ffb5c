"""What finders announce from wherever they are: "somebody picked up a passport in London"."""

from __future__ import annotations

from marshmallow import ValidationError, fields, validate, validates_schema

from kernel.schemas import Exact, Strict
from services.lostfound.schemas.claim_words import FindState
from services.lostfound.schemas.reports import (
    LANGUAGE,
    ContactSchema,
    MaskedContactSchema,
    MaskedDocumentSchema,
    actor,
    request_id,
)
from services.lostfound.schemas.shared import (
    PRINTABLE,
    DocumentSchema,
    PageSchema,
    StaffSchema,
    category,
    colours,
    key,
    maybe,
    sealed,
    short,
    text,
)


class FindPrivateSchema(Strict):
    """Sealed. The finder may hide characters of a document's number with `*`."""

    document = fields.Nested(DocumentSchema, **maybe())
    contact = fields.Nested(ContactSchema, required=True)

    @validates_schema
    def _reachable(self, data: dict[str, dict[str, str]], **_: object) -> None:
        contact = data["contact"]
        if not contact["phone"].strip() and not contact["email"].strip():
            raise ValidationError("A phone or an e-mail.", "contact")


class AnnounceFindSchema(Strict):
    """address: the asking browser's, for limits. place: in the finder's words, anywhere in the world."""

    request_id = request_id()
    address = short(64, required=True)
    passenger_id = key(**maybe())
    language = fields.String(load_default="zh", validate=LANGUAGE)
    category = category(required=True)
    colours = colours(load_default=list)
    description = text(1000)
    place = fields.String(required=True, validate=[validate.Length(min=1, max=200), PRINTABLE])
    found_at = fields.AwareDateTime(required=True)
    sealed = sealed("FindPrivateSchema", required=True)


class ListFindsSchema(PageSchema):
    """Newest first."""

    actor = actor(required=True)
    state = fields.Enum(FindState, by_value=True, load_default=FindState.ANNOUNCED, allow_none=True)


class GetFindSchema(Strict):
    actor = actor(required=True)
    find_id = key(required=True)


class ReceiveFindSchema(StaffSchema):
    """It came to a desk and was registered as item_id."""

    find_id = key(required=True)
    item_id = key(required=True)


class CloseFindSchema(StaffSchema):
    """It won't come: handed to another office, a joke, twice announced."""

    find_id = key(required=True)
    note = short(200, required=True)


# --- results


class AnnouncedSchema(Exact):
    """What the finder is told: a number to name when they write or call."""

    find_id = fields.String(required=True)
    number = fields.String(required=True, metadata={"example": "F-6B7K2M"})
    state = fields.Enum(FindState, by_value=True, required=True)


class FindSchema(Exact):
    """For staff."""

    id = fields.String(required=True)
    number = fields.String(required=True)
    state = fields.Enum(FindState, by_value=True, required=True)
    version = fields.Integer(required=True)
    announced_at = fields.AwareDateTime(required=True)
    closed_at = fields.AwareDateTime(required=True, allow_none=True)
    language = fields.String(required=True)
    category = fields.String(required=True)
    colours = fields.List(fields.String(), required=True)
    description = fields.String(required=True)
    place = fields.String(required=True)
    found_at = fields.AwareDateTime(required=True)
    document = fields.Nested(MaskedDocumentSchema, required=True, allow_none=True)
    contact = fields.Nested(
        MaskedContactSchema, required=True, metadata={"description": "whole: reveal_contact"}
    )
    item_id = fields.String(required=True, allow_none=True)
    note = fields.String(required=True)
    matches = fields.Integer(required=True)


class OneFindSchema(Exact):
    find = fields.Nested(FindSchema, required=True)


class FindPageSchema(Exact):
    finds = fields.List(fields.Nested(FindSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
