"""FRONT DOOR of coupons: what can be asked of them, and the exact shapes of answers. Campaigns: schemas/campaigns.py, the
till: schemas/till.py.

Sellers inside this service call `usecases.coupon_use` in their own transactions; other services (bus, lounge) the RPCs
`quote_coupon`, `lock_coupon`, `redeem_coupon`, `release_coupon`, `give_back_coupon`. Both follow the same rules:

- Lock while an order is held, for goods as they are priced there; redeem when it is paid; release when it ends unpaid;
  give back when pieces of it come back. All of them may be repeated: the second time changes nothing.
- `returned` is what came back in all so far, never just now: so a repeat gives nothing twice.
- An order with several coupons: on the same goods only those of different groups meet (`stack_group`).
- A lock of another service ends by itself at `expires_at`. Choose it well after the order's own end: money that is on its
  way then still finds its coupon. Redeeming after that works as long as nobody used the coupon meanwhile.

Instants are RFC 3339 in UTC with Z, money is whole fen.
"""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from kernel.schemas import Exact, Strict, WordsSchema
from services.shop.schemas.campaigns import ScopeSchema
from services.shop.schemas.coupon_fields import keys, one_of
from services.shop.schemas.coupon_words import (
    MAX_ITEMS,
    MAX_QUANTITY,
    MAX_TOGETHER,
    TILL,
    Back,
    CampaignKind,
    CouponState,
    Service,
    Source,
    WhyNot,
)
from services.shop.schemas.shared import PageSchema, fen, instant, key, maybe, request_id, whole


class CouponSchema(Exact):
    """A traveller's coupon. value_fen, threshold_fen: its own, which differ from its campaign's for a change coupon.

    why_not: why it can't be used now whatever for; words: that in words; null: it can. order: where it is or was used last.
    """

    class OrderSchema(Exact):
        service = fields.String(required=True, validate=validate.OneOf([*(s.value for s in Service), TILL]))
        order_id = fields.String(required=True)
        discount_fen = fields.Integer(required=True)
        used_at = fields.String(required=True, allow_none=True)

    id = fields.String(required=True)
    campaign_id = fields.String(required=True)
    title = fields.Nested(WordsSchema, required=True)
    terms = fields.Nested(WordsSchema, required=True)
    kind = fields.String(required=True, validate=one_of(CampaignKind))
    value_fen = fields.Integer(required=True, allow_none=True)
    pct = fields.Integer(required=True, allow_none=True)
    cap_fen = fields.Integer(required=True, allow_none=True)
    threshold_fen = fields.Integer(required=True)
    scope = fields.Nested(ScopeSchema, required=True)
    stack_group = fields.String(required=True)
    funded_by = fields.String(required=True)
    state = fields.String(required=True, validate=one_of(CouponState))
    source = fields.String(required=True, validate=one_of(Source))
    claimed_at = fields.String(required=True)
    valid_from = fields.String(required=True)
    valid_until = fields.String(required=True)
    why_not = fields.String(required=True, allow_none=True, validate=one_of(WhyNot))
    words = fields.Nested(WordsSchema, required=True, allow_none=True)
    order = fields.Nested(OrderSchema, required=True, allow_none=True)
    card_id = fields.String(required=True, allow_none=True, metadata={"description": "its campaign's"})
    in_wallet = fields.Boolean(required=True, metadata={"description": "it lies in WeChat's card wallet"})


class CouponDetailSchema(CouponSchema):
    """code: 12 characters, for the till: as text, and as the text of a QR; "" unless it can be used. shown: in fours.

    rule: how it comes back when goods are returned. steps: what happened to it, the oldest first.
    """

    class StepSchema(Exact):
        after = fields.String(required=True, validate=one_of(CouponState))
        at = fields.String(required=True)

    code = fields.String(required=True)
    shown = fields.String(required=True)
    rule = fields.Nested(WordsSchema, required=True)
    steps = fields.List(fields.Nested(StepSchema), required=True)


class OneCouponSchema(Exact):
    coupon = fields.Nested(CouponSchema, required=True)


class DetailedCouponSchema(Exact):
    coupon = fields.Nested(CouponDetailSchema, required=True)


class CouponPageSchema(Exact):
    coupons = fields.List(fields.Nested(CouponSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


# --- travellers


class CardSchema(Strict):
    """A card in WeChat's wallet. code: WeChat's."""

    card_id = key(required=True)
    code = fields.String(required=True, validate=validate.Regexp(r"[0-9A-Za-z]{6,32}\Z"))


class ClaimCouponSchema(Strict):
    """source card: the card is in the traveller's wallet already; the same card claims once, whatever the request_id."""

    request_id = request_id()
    passenger_id = key(required=True)
    campaign_id = key(required=True)
    source = fields.String(
        load_default=Source.PAGE.value, validate=validate.OneOf([Source.PAGE.value, Source.CARD.value])
    )
    card = fields.Nested(CardSchema, **maybe())

    @validates_schema
    def _a_card_is_one(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("source") == Source.CARD.value) != (data.get("card") is not None):
            raise ValidationError("A card comes with its code.", "card")


class BindCardSchema(Strict):
    """A coupon that was claimed on the page is now in WeChat's wallet too."""

    request_id = request_id()
    passenger_id = key(required=True)
    coupon_id = key(required=True)
    card = fields.Nested(CardSchema, required=True)


class DropCardSchema(Strict):
    """A card isn't in the wallet any more: thrown away, or used up by a use that was taken back. Another may be bound."""

    request_id = request_id()
    coupon_id = key(required=True)
    card = fields.Nested(CardSchema, required=True)


class GetCardSchema(Strict):
    """By the coupon, or by the card's code."""

    coupon_id = key(**maybe())
    code = fields.String(**maybe(validate=validate.Length(min=6, max=32)))


class CardOfSchema(Exact):
    """For the one who talks to WeChat; card: null when it isn't in the wallet."""

    coupon_id = fields.String(required=True)
    campaign_id = fields.String(required=True)
    passenger_id = fields.String(required=True)
    state = fields.String(required=True, validate=one_of(CouponState))
    card = fields.Nested(CardSchema, required=True, allow_none=True)


class ListMyCouponsSchema(PageSchema):
    """shelf: usable (also locked ones, and those whose time comes), used, over (expired or void)."""

    passenger_id = key(required=True)
    shelf = fields.String(load_default="usable", validate=validate.OneOf(["usable", "used", "over"]))


class GetCouponSchema(Strict):
    passenger_id = key(required=True)
    coupon_id = key(required=True)


# --- other services


class ItemSchema(Strict):
    """ref: the caller's name of the line. categories: with those above them; none outside the mall."""

    ref = key(required=True)
    shop_id = key(**maybe())
    categories = keys(10, load_default=list)
    price_fen = fen(0, required=True)
    quantity = whole(1, MAX_QUANTITY, required=True)


def _service() -> fields.String:
    """The mall's own orders lock theirs where they are held."""
    return fields.String(required=True, validate=validate.OneOf([Service.BUS.value, Service.LOUNGE.value]))


def _items() -> fields.List[Any]:
    return fields.List(
        fields.Nested(ItemSchema), required=True, validate=validate.Length(min=1, max=MAX_ITEMS)
    )


class _ItemsSchema(Strict):
    passenger_id = key(required=True)
    service = _service()
    items = _items()

    @validates_schema
    def _refs_differ(self, data: dict[str, Any], **_: Any) -> None:
        refs = [item["ref"] for item in data.get("items", ())]
        if len(set(refs)) != len(refs):
            raise ValidationError("Two lines have the same name.", "items")


class QuoteCouponSchema(_ItemsSchema):
    """coupon_ids: those that the traveller chose."""

    coupon_ids = keys(MAX_TOGETHER, load_default=list)


class LockCouponSchema(_ItemsSchema):
    """Errors: shop.coupon_not_usable {coupon_id, why, words}."""

    request_id = request_id()
    order_id = key(required=True)
    coupon_ids = fields.List(key(), required=True, validate=validate.Length(min=1, max=MAX_TOGETHER))
    expires_at = instant(required=True)


class OrderOfServiceSchema(Strict):
    """redeem_coupon, release_coupon. An order without coupons is no error: nothing happens."""

    request_id = request_id()
    service = _service()
    order_id = key(required=True)


class GiveBackCouponSchema(OrderOfServiceSchema):
    """returned: pieces that came back in all so far."""

    class ReturnedSchema(Strict):
        ref = key(required=True)
        quantity = whole(1, MAX_QUANTITY, required=True)

    returned = fields.List(
        fields.Nested(ReturnedSchema), required=True, validate=validate.Length(min=1, max=MAX_ITEMS)
    )


class DiscountSchema(Exact):
    """shares: by line, in fen; together discount_fen."""

    id = fields.String(required=True)
    title = fields.Nested(WordsSchema, required=True)
    discount_fen = fields.Integer(required=True)
    shares = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class UsableSchema(Exact):
    """discount_fen: what it would take off beside those that are chosen."""

    id = fields.String(required=True)
    title = fields.Nested(WordsSchema, required=True)
    discount_fen = fields.Integer(required=True)
    valid_until = fields.String(required=True)


class NotUsableSchema(Exact):
    """why: a code; words: to people. missing_fen: what lacks to its threshold; 0 where that isn't why."""

    id = fields.String(required=True)
    title = fields.Nested(WordsSchema, required=True)
    why = fields.String(required=True, validate=one_of(WhyNot))
    words = fields.Nested(WordsSchema, required=True)
    missing_fen = fields.Integer(required=True)


class OffersSchema(Exact):
    """used: the chosen ones that hold. usable: others that would, the best first. not_usable: also chosen ones."""

    used = fields.List(fields.Nested(DiscountSchema), required=True)
    usable = fields.List(fields.Nested(UsableSchema), required=True)
    not_usable = fields.List(fields.Nested(NotUsableSchema), required=True)


class LockedSchema(Exact):
    discounts = fields.List(fields.Nested(DiscountSchema), required=True)


class OrderCouponsSchema(Exact):
    """Answer of redeem_coupon and release_coupon: the order's coupons as they are now."""

    class UsedSchema(Exact):
        id = fields.String(required=True)
        title = fields.Nested(WordsSchema, required=True)
        discount_fen = fields.Integer(required=True)
        given_back_fen = fields.Integer(required=True)

    coupons = fields.List(fields.Nested(UsedSchema), required=True)


class GivenBackSchema(Exact):
    """coupon_id: the coupon itself (whole), its change coupon, or null."""

    class OneSchema(Exact):
        used_coupon_id = fields.String(required=True)
        back = fields.String(required=True, validate=one_of(Back))
        coupon_id = fields.String(required=True, allow_none=True)
        value_fen = fields.Integer(required=True)

    given_back = fields.List(fields.Nested(OneSchema), required=True)
