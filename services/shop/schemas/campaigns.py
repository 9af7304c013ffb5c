"""FRONT DOOR of campaigns: what coupons are given out, for travellers to claim and staff to make.

Instants are RFC 3339 in UTC with Z, money is whole fen.
"""

from __future__ import annotations

from typing import Any, Final

from marshmallow import ValidationError, fields, validate, validates_schema

from kernel.schemas import Exact, Strict, WordsSchema
from services.shop.schemas.coupon_fields import keys, one_of
from services.shop.schemas.coupon_words import (
    MAX_PER_PERSON,
    MAX_STOCK,
    MAX_VALUE_FEN,
    CampaignKind,
    CampaignState,
    FundedBy,
    Service,
    WhyClosed,
)
from services.shop.schemas.shared import (
    AtWorkSchema,
    PageSchema,
    StaffSchema,
    category,
    fen,
    instant,
    key,
    maybe,
    request_id,
    whole,
    words_of,
)

_GROUP: Final = validate.Regexp(r"(?:[a-z][a-z0-9_-]{0,31})?\Z")


class ScopeSchema(Strict):
    """shop_ids, categories: empty for all; a category stands for all below it."""

    services = fields.List(
        fields.String(validate=one_of(Service)), required=True, validate=validate.Length(min=1, max=3)
    )
    shop_ids = keys(200, load_default=list)
    categories = fields.List(category(), load_default=list, validate=validate.Length(max=40))


class CampaignSchema(Exact):
    """For travellers. left: how many there are still. mine: how many of them this traveller had.

    why_not: why they can't claim one now; null: they can. value_fen: of an amount; pct, cap_fen: of a percentage.
    stack_group: two coupons meet on the same goods only with groups, and different ones.
    """

    id = fields.String(required=True)
    title = fields.Nested(WordsSchema, required=True)
    terms = fields.Nested(WordsSchema, required=True)
    kind = fields.String(required=True, validate=one_of(CampaignKind))
    value_fen = fields.Integer(required=True, allow_none=True)
    pct = fields.Integer(required=True, allow_none=True)
    cap_fen = fields.Integer(required=True, allow_none=True)
    threshold_fen = fields.Integer(required=True)
    stock = fields.Integer(required=True)
    left = fields.Integer(required=True)
    per_person = fields.Integer(required=True)
    mine = fields.Integer(required=True)
    starts_at = fields.String(required=True)
    ends_at = fields.String(required=True)
    valid_from = fields.String(required=True, allow_none=True)
    valid_until = fields.String(required=True, allow_none=True)
    valid_days = fields.Integer(required=True, allow_none=True)
    scope = fields.Nested(ScopeSchema, required=True)
    stack_group = fields.String(required=True)
    funded_by = fields.String(required=True, validate=one_of(FundedBy))
    card_id = fields.String(required=True, allow_none=True)
    why_not = fields.String(required=True, allow_none=True, validate=one_of(WhyClosed))


class DeskCampaignSchema(CampaignSchema):
    """For staff. mine is 0, why_not as of somebody new."""

    state = fields.String(required=True, validate=one_of(CampaignState))
    claimed = fields.Integer(required=True)
    version = fields.Integer(required=True)
    created_at = fields.String(required=True)


class CampaignsSchema(Exact):
    campaigns = fields.List(fields.Nested(CampaignSchema), required=True)


class OneCampaignSchema(Exact):
    campaign = fields.Nested(CampaignSchema, required=True)


class OneDeskCampaignSchema(Exact):
    campaign = fields.Nested(DeskCampaignSchema, required=True)


class DeskCampaignPageSchema(Exact):
    campaigns = fields.List(fields.Nested(DeskCampaignSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ListCampaignsSchema(Strict):
    """Those that can be claimed now, or within a week, or were claimed by this traveller and still run."""

    passenger_id = key(**maybe())
    service = fields.String(**maybe(validate=one_of(Service)))
    shop_id = key(**maybe())


class GetCampaignSchema(Strict):
    campaign_id = key(required=True)
    passenger_id = key(**maybe())


# --- staff


class CampaignDraftSchema(Strict):
    """Good until valid_until (from valid_from), or for valid_days from its claim: one of both."""

    title = fields.Nested(words_of(60), required=True)
    terms = fields.Nested(words_of(1000, needed=False), load_default=lambda: {"zh": "", "en": ""})
    kind = fields.String(required=True, validate=one_of(CampaignKind))
    value_fen = whole(1, MAX_VALUE_FEN, **maybe())
    pct = whole(1, 99, **maybe())
    cap_fen = whole(1, MAX_VALUE_FEN, **maybe())
    threshold_fen = fen(0, load_default=0)
    stock = whole(1, MAX_STOCK, required=True)
    per_person = whole(1, MAX_PER_PERSON, load_default=1)
    starts_at = instant(required=True)
    ends_at = instant(required=True)
    valid_from = instant(**maybe())
    valid_until = instant(**maybe())
    valid_days = whole(1, 366, **maybe())
    scope = fields.Nested(ScopeSchema, required=True)
    stack_group = fields.String(load_default="", validate=_GROUP)
    funded_by = fields.String(load_default=FundedBy.MERCHANT.value, validate=one_of(FundedBy))

    @validates_schema
    def _worth_is_one(self, data: dict[str, Any], **_: Any) -> None:
        amount = data.get("kind") == CampaignKind.AMOUNT.value
        if amount != (data.get("value_fen") is not None):
            raise ValidationError("An amount has a value.", "value_fen")
        if amount == (data.get("pct") is not None):
            raise ValidationError("A percentage has one.", "pct")
        if amount and data.get("cap_fen") is not None:
            raise ValidationError("Only a percentage is capped.", "cap_fen")

    @validates_schema
    def _times_are_in_order(self, data: dict[str, Any], **_: Any) -> None:
        starts, ends = data.get("starts_at"), data.get("ends_at")
        if starts and ends and not starts < ends:
            raise ValidationError("It ends before it starts.", "ends_at")
        days, since, until = data.get("valid_days"), data.get("valid_from"), data.get("valid_until")
        if (days is None) == (until is None):
            raise ValidationError("Until a day, or for so many days.", "valid_until")
        if (since is None) != (until is None):
            raise ValidationError("From when until when.", "valid_from")
        if since and until and not since < until:
            raise ValidationError("It is over before it begins.", "valid_until")
        if ends and until and until < ends:
            raise ValidationError("It would be claimed when it is over.", "valid_until")


class SaveCampaignSchema(StaffSchema):
    """campaign_id: null makes a new draft. seen_version: of the one that was changed.

    What people claimed stays as they read it: once a coupon is out, only words, stock, per_person and claiming time change.
    Errors: shop.campaign_not_found, .changed_meanwhile, .campaign_out {fields}, .campaign_stays {state}, .shop_not_found,
    .not_your_shop.
    """

    campaign_id = key(**maybe())
    seen_version = fields.Integer(load_default=0, strict=True)
    campaign = fields.Nested(CampaignDraftSchema, required=True)


class SetCampaignStateSchema(StaffSchema):
    """on, paused or ended. Errors: shop.campaign_not_found, .campaign_stays {state}, .not_your_shop."""

    campaign_id = key(required=True)
    state = fields.String(required=True, validate=one_of(CampaignState))


class SetCampaignCardSchema(Strict):
    """The card that WeChat made for a campaign."""

    request_id = request_id()
    campaign_id = key(required=True)
    card_id = key(required=True)


class ListCampaignsForStaffSchema(AtWorkSchema, PageSchema):
    states = fields.List(fields.String(validate=one_of(CampaignState)), load_default=list)


class CampaignForStaffSchema(AtWorkSchema):
    """get_campaign_for_staff, campaign_figures."""

    campaign_id = key(required=True)


class FiguresSchema(Exact):
    """How many coupons are in which state now; used: times used, also those that came back; discount_fen: what they took
    off, without what came back."""

    campaign = fields.Nested(DeskCampaignSchema, required=True)
    states = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    change_coupons = fields.Integer(required=True)
    used = fields.Integer(required=True)
    given_back = fields.Integer(required=True)
    discount_fen = fields.Integer(required=True)
    by_service = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
