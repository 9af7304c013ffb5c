"""Parameters, bodies and answers of lost and found's JSON: the service's schemas, less who asks and what is sealed."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from gateway.parameters import Strict
from kernel.schemas import Exact, WordsSchema
from services.lostfound.schemas import claims, finds, reports
from services.lostfound.schemas.claim_words import ClosedWhy
from services.lostfound.schemas.courier import AddressSchema
from services.lostfound.schemas.courier_words import ABROAD, MAX_FEE_FEN, PROVINCES
from services.lostfound.schemas.desks import CategorySchema, ColourSchema, GroupSchema, PlaceSchema
from services.lostfound.schemas.items import PublicItemSchema
from services.lostfound.schemas.vocabulary import CATEGORIES, Size

_ID: Final = validate.Length(min=1, max=64)
_CURSOR: Final = validate.Length(min=1, max=200)
_PAGE: Final = validate.Range(min=1, max=50)


class PageParameters(Strict):
    limit = fields.Integer(load_default=20, validate=_PAGE)
    cursor = fields.String(
        load_default=None, validate=_CURSOR, metadata={"description": "`next_cursor` of the page before"}
    )


class ItemsParameters(PageParameters):
    category = fields.String(load_default=None, validate=validate.OneOf(list(CATEGORIES)))
    month = fields.String(
        load_default=None,
        validate=[validate.Length(equal=7), validate.Regexp(r"^20[0-9]{2}-(?:0[1-9]|1[0-2])$")],
        metadata={"example": "2026-11"},
    )


class PhotoParameters(Strict):
    size = fields.Enum(Size, by_value=True, load_default=Size.FULL)


class ReportBody(Strict):
    """private: sealed before it goes on; only the service and, of a claim, the staff who check it can read it."""

    loss = fields.Nested(reports.LossSchema, required=True)
    private = fields.Nested(reports.ReportPrivateSchema)


class ReportChangesBody(Strict):
    """What is left out of `private` stays as it is."""

    version = fields.Integer(
        required=True, strict=True, metadata={"description": "of the report that was seen"}
    )
    loss = fields.Nested(reports.LossSchema)
    private = fields.Nested(reports.ReportPrivateSchema)


class ClosureBody(Strict):
    why = fields.Enum(
        ClosedWhy,
        by_value=True,
        required=True,
        validate=validate.OneOf((ClosedWhy.WITHDRAWN, ClosedWhy.FOUND_ELSEWHERE)),
        metadata={"enum": ["withdrawn", "found_elsewhere"]},
    )


class ClaimBody(Strict):
    """match_id, of a hint; or report_id with the item_number that staff gave."""

    match_id = fields.String(validate=_ID)
    report_id = fields.String(validate=_ID)
    item_number = fields.String(validate=validate.Length(min=1, max=40))
    private = fields.Nested(claims.ProofSchema, required=True)

    @validates_schema
    def _one_way(self, data: dict[str, Any], **_: Any) -> None:
        by_number = "report_id" in data and "item_number" in data
        if ("match_id" in data) == ("report_id" in data or "item_number" in data) or (
            "match_id" not in data and not by_number
        ):
            raise ValidationError("Missing data for required field.", "match_id")


class PickupBody(Strict):
    starts_at = fields.AwareDateTime(required=True, metadata={"description": "of a window that was offered"})


def _province() -> fields.String:
    return fields.String(
        required=True,
        validate=validate.OneOf([*PROVINCES, ABROAD]),
        metadata={"description": "ISO 3166-2:CN without the country, or `abroad`", "example": "HN"},
    )


class ProvinceParameters(Strict):
    province = _province()


class CourierBody(Strict):
    """private: where to; sealed before it goes on, and written on the parcel by the desk."""

    province = _province()
    fee_fen = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(min=1, max=MAX_FEE_FEN),
        metadata={"description": "as quoted", "example": 1800},
    )
    private = fields.Nested(AddressSchema, required=True)


class FindBody(Strict):
    category = fields.String(required=True, validate=validate.OneOf(list(CATEGORIES)))
    colours = finds.AnnounceFindSchema().fields["colours"]
    description = fields.String(load_default="", validate=validate.Length(max=1000))
    place = fields.String(required=True, validate=validate.Length(min=1, max=200))
    found_at = fields.AwareDateTime(required=True)
    private = fields.Nested(finds.FindPrivateSchema, required=True)


class HandedInSchema(PublicItemSchema):
    """Nothing by which it could be claimed. area: a public word for where."""


class HandedInPageSchema(Exact):
    items = fields.List(fields.Nested(HandedInSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class PublicDeskSchema(Exact):
    """Where things are handed in and fetched. place: of the vocabulary."""

    id = fields.String(required=True)
    name = fields.Nested(WordsSchema, required=True)
    place = fields.String(required=True)


class PublicVocabularySchema(Exact):
    """Codes that reports and claims are written in, and the desks."""

    groups = fields.List(fields.Nested(GroupSchema), required=True)
    categories = fields.List(fields.Nested(CategorySchema), required=True)
    colours = fields.List(fields.Nested(ColourSchema), required=True)
    areas = fields.List(fields.Nested(GroupSchema), required=True)
    places = fields.List(fields.Nested(PlaceSchema), required=True)
    desks = fields.List(fields.Nested(PublicDeskSchema), required=True)


def only(schema: Schema, told: Any) -> Any:
    """Of an answer what `schema` names, and nothing else: what a service says too much goes no further."""
    if not isinstance(told, dict):
        return told
    return {name: _kept(field, told[name]) for name, field in schema.fields.items() if name in told}


def _kept(field: fields.Field[Any], value: Any) -> Any:
    if isinstance(field, fields.Nested):
        return only(field.schema, value)
    if isinstance(field, fields.List) and isinstance(value, list):
        return [_kept(field.inner, one) for one in value]
    return value
