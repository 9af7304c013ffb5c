"""Fields that requests about baskets, orders, parcels, cases and invoices share."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from kernel.schemas import Exact, Strict, WordsSchema
from services.shop.schemas.order_words import MAX_LISTED, MAX_QUANTITY
from services.shop.schemas.shared import PRINTABLE, AtWorkSchema, key, request_id, short, text
from services.shop.schemas.shared import StaffSchema as StaffWriteSchema

__all__ = [
    "OwnerSchema",
    "PassengerIdSchema",
    "ShopRefSchema",
    "StaffSchema",
    "StaffWriteSchema",
    "cursor",
    "fen",
    "key",
    "limit",
    "quantity",
    "request_id",
    "short",
    "text",
]
StaffSchema = AtWorkSchema


def quantity(least: int = 1, **options: Any) -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(min=least, max=MAX_QUANTITY), **options)


def fen(**options: Any) -> fields.Integer:
    """Whole fen that a caller names."""
    return fields.Integer(strict=True, validate=validate.Range(min=0, max=10**9), **options)


def limit(usual: int = 20) -> fields.Integer:
    return fields.Integer(load_default=usual, strict=True, validate=validate.Range(min=1, max=MAX_LISTED))


def cursor() -> fields.String:
    return fields.String(
        load_default=None, allow_none=True, validate=[validate.Length(min=1, max=200), PRINTABLE]
    )


class OwnerSchema(Strict):
    """Whose basket: a traveller's, or that of a guest who has its key. Exactly one of the two.

    guest: 128 random bits that only the guest's cookie has; we keep a hash of it.
    """

    passenger_id = key(load_default=None, allow_none=True)
    guest = fields.String(
        load_default=None, allow_none=True, validate=validate.Regexp(r"[A-Za-z0-9_-]{22,64}\Z")
    )

    @validates_schema
    def _one_of_both(self, data: dict[str, Any], **kwargs: Any) -> None:
        if (data.get("passenger_id") is None) == (data.get("guest") is None):
            raise ValidationError("Either passenger_id or guest.", "guest")


class ShopRefSchema(Exact):
    """The shop as it was when the order was placed."""

    id = fields.String(required=True)
    name = fields.Nested(WordsSchema, required=True)
    place = fields.String(required=True, metadata={"description": "code, as services/lostfound's places"})
    phone = fields.String(required=True)


class PassengerIdSchema(Strict):
    passenger_id = key(required=True)
