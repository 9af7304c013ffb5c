"""Parameters and bodies of the mall's JSON: the service's schemas, less what the session and the address say."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import ValidationError, fields, validate, validates_schema

from gateway.parameters import Strict
from services.shop.schemas.cases import ReturnedSchema
from services.shop.schemas.categories import CATEGORIES
from services.shop.schemas.invoices import InvoiceTextSchema
from services.shop.schemas.order_words import (
    MAX_LINES,
    MAX_LISTED,
    MAX_QUANTITY,
    CaseReason,
    Choice,
    InvoiceKind,
    Way,
)
from services.shop.schemas.orders import MAX_COUPONS, WantedSchema
from services.shop.schemas.vocabulary import MAX_PAGE, MAX_PRICE_FEN, ProductSort, Side

MOST_FEN: Final = 10**9
MOST_SIMILAR: Final = 24
_ID: Final = validate.Length(min=1, max=64)
_PRINTABLE: Final = r"\A[^\x00-\x1f\x7f]*\Z"
_SLUG: Final = r"\A[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?\Z"


def _flag(description: str) -> fields.Boolean:
    """Spelt one way only, as the document says."""
    return fields.Boolean(
        truthy={"true"}, falsy={"false"}, load_default=False, metadata={"description": description}
    )


def _terminal() -> fields.String:
    return fields.String(
        load_default=None, validate=validate.Regexp(r"\A[A-Z0-9]{1,4}\Z"), metadata={"example": "T2"}
    )


def _category() -> fields.String:
    return fields.String(
        load_default=None,
        validate=validate.OneOf(list(CATEGORIES)),
        metadata={"description": "of either level", "example": "tea"},
    )


def _shop() -> fields.String:
    return fields.String(
        load_default=None, validate=validate.Regexp(_SLUG), metadata={"example": "t2-xiang-tea"}
    )


def _duty_free() -> fields.Boolean:
    return fields.Boolean(truthy={"true"}, falsy={"false"}, load_default=None)


def _side() -> fields.String:
    return fields.String(
        load_default=None,
        validate=validate.OneOf([one.value for one in Side]),
        metadata={"description": "of the security check"},
    )


def _cursor(most: int) -> fields.String:
    return fields.String(
        load_default=None,
        validate=[validate.Length(min=1, max=most), validate.Regexp(_PRINTABLE)],
        metadata={"description": "`next_cursor` of the page before"},
    )


# --- the catalogue


class ShopsParameters(Strict):
    terminal = _terminal()
    side = _side()
    category = _category()


class _PageParameters(Strict):
    limit = fields.Integer(load_default=24, validate=validate.Range(min=1, max=MAX_PAGE))
    cursor = _cursor(300)


class _NarrowedParameters(_PageParameters):
    shop_id = _shop()
    category = _category()
    terminal = _terminal()
    side = _side()
    brand = fields.String(
        load_default=None, validate=[validate.Length(min=1, max=60), validate.Regexp(_PRINTABLE)]
    )
    duty_free = _duty_free()
    deals = _flag("only what costs less now")
    in_stock = _flag("only what can be had now")
    from_fen = fields.Integer(
        load_default=None,
        validate=validate.Range(min=0, max=MAX_PRICE_FEN),
        metadata={"description": "the lowest price, included"},
    )
    to_fen = fields.Integer(
        load_default=None,
        validate=validate.Range(min=0, max=MAX_PRICE_FEN),
        metadata={"description": "the highest price, included; not below `from_fen`"},
    )

    @validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        low, high = data.get("from_fen"), data.get("to_fen")
        if low is not None and high is not None and high < low:
            raise ValidationError("From the lower to the higher price.", "to_fen")


class ProductsParameters(_NarrowedParameters):
    """All given conditions hold together."""

    sort = fields.String(
        load_default=ProductSort.POPULAR.value, validate=validate.OneOf([one.value for one in ProductSort])
    )


class SearchParameters(_NarrowedParameters):
    """All given conditions hold together; without `q` it is everything that they leave, with its facets."""

    q = fields.String(
        load_default="",
        validate=[validate.Length(max=100), validate.Regexp(_PRINTABLE)],
        metadata={
            "description": "as a person types: Chinese, pinyin or its initials, English, with slips",
            "example": "longjing",
        },
    )
    sort = fields.String(
        load_default=ProductSort.RELEVANCE.value, validate=validate.OneOf([one.value for one in ProductSort])
    )


class DealsParameters(_PageParameters):
    shop_id = _shop()
    terminal = _terminal()


class SimilarParameters(Strict):
    limit = fields.Integer(load_default=8, validate=validate.Range(min=1, max=MOST_SIMILAR))


# --- baskets and orders


class LineBody(Strict):
    quantity = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(min=0, max=MAX_QUANTITY),
        metadata={"description": "pieces; 0 takes it out", "example": 2},
    )


def _ways() -> fields.Dict:
    return fields.Dict(
        keys=fields.String(validate=_ID),
        values=fields.String(validate=validate.OneOf([one.value for one in Way])),
        load_default=dict,
        validate=validate.Length(max=MAX_LINES),
        metadata={
            "description": "by a shop's id; one that isn't named brings it to the gate where it can",
            "example": {"t2-xiang-tea": "gate"},
        },
    )


class QuoteBody(Strict):
    """lines: left out or null takes the basket. adult: the buyer says to be 18; alcohol and tobacco need it."""

    lines = fields.List(
        fields.Nested(WantedSchema),
        load_default=None,
        allow_none=True,
        validate=validate.Length(min=1, max=MAX_LINES),
    )
    ways = _ways()
    flight_id = fields.String(
        load_default=None,
        allow_none=True,
        validate=_ID,
        metadata={
            "description": "a departure of these days: for its gate, and for duty free",
            "example": "CZ3101-20261123-CSX-PEK",
        },
    )
    coupon_ids = fields.List(
        fields.String(validate=_ID), load_default=list, validate=validate.Length(max=MAX_COUPONS)
    )
    adult = fields.Boolean(truthy={True}, falsy={False}, load_default=False)


class OrderBody(QuoteBody):
    expects_fen = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(min=0, max=MOST_FEN),
        metadata={
            "description": "`amount_fen` of the quote: another amount is refused, never paid",
            "example": 12720,
        },
    )


class OrdersParameters(Strict):
    limit = fields.Integer(load_default=20, validate=validate.Range(min=1, max=MAX_LISTED))
    cursor = _cursor(200)


class AnswerBody(Strict):
    choice = fields.Enum(
        Choice,
        by_value=True,
        required=True,
        metadata={"description": "one of the question's `choices`", "example": "replace"},
    )


# --- after the sale


class PiecesBody(Strict):
    """Pieces of one parcel's lines."""

    lines = fields.List(
        fields.Nested(ReturnedSchema), required=True, validate=validate.Length(min=1, max=MAX_LINES)
    )
    reason = fields.Enum(CaseReason, by_value=True, required=True, metadata={"example": "damaged"})


class CaseBody(PiecesBody):
    words = fields.String(
        load_default="",
        validate=[validate.Length(max=1000), validate.Regexp(r"\A[^\x00-\x09\x0b-\x1f\x7f]*\Z")],
        metadata={"description": "to the shop", "example": "The box came open."},
    )


class InvoiceBody(Strict):
    """private: encrypted at our door for the mall alone; the merchants read it."""

    kind = fields.Enum(InvoiceKind, by_value=True, required=True, metadata={"example": "company"})
    private = fields.Nested(InvoiceTextSchema, required=True)


# --- coupons


class CouponsParameters(_PageParameters):
    shelf = fields.String(
        load_default="usable",
        validate=validate.OneOf(["usable", "used", "over"]),
        metadata={"description": "usable: also what is locked in an order; over: expired or void"},
    )
