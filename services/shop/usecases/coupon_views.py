"""Campaigns and coupons as schemas.campaigns and schemas.coupons show them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kernel.instants import instant, instant_or_none
from services.shop.domain.campaigns import Campaign, Scope, Value
from services.shop.domain.coupon_codes import shown
from services.shop.domain.coupons import RULE, Coupon, words
from services.shop.schemas.coupon_words import CampaignKind, Source, WhyNot
from services.shop.usecases.coupon_use import Discount, Offered, Offers, Refused
from services.shop.usecases.shared import Place, Tx


def campaign_view(campaign: Campaign, mine: int, now: datetime) -> dict[str, Any]:
    """CampaignSchema. mine: how many of them the reader had."""
    why = campaign.why_closed(mine, now)
    return {
        "id": campaign.id,
        "title": campaign.title,
        "terms": campaign.terms,
        **_value(campaign.value),
        "stock": campaign.stock,
        "left": campaign.left,
        "per_person": campaign.per_person,
        "mine": mine,
        "starts_at": instant(campaign.starts_at),
        "ends_at": instant(campaign.ends_at),
        "valid_from": instant_or_none(campaign.valid_from),
        "valid_until": instant_or_none(campaign.valid_until),
        "valid_days": campaign.valid_days,
        **_where(campaign),
        "card_id": campaign.card_id,
        "why_not": None if why is None else why.value,
    }


def desk_campaign_view(campaign: Campaign, now: datetime) -> dict[str, Any]:
    """DeskCampaignSchema."""
    return campaign_view(campaign, 0, now) | {
        "state": campaign.state.value,
        "claimed": campaign.claimed,
        "version": campaign.version,
        "created_at": instant(campaign.created_at),
    }


def coupon_view(coupon: Coupon, now: datetime) -> dict[str, Any]:
    """CouponSchema."""
    campaign, why = coupon.campaign, coupon.why_not(now)
    return {
        "id": coupon.id,
        "campaign_id": campaign.id,
        "title": campaign.title,
        "terms": campaign.terms,
        **_value(coupon.value),
        **_where(campaign),
        "state": coupon.state.value,
        "source": coupon.source.value,
        "claimed_at": instant(coupon.claimed_at),
        "valid_from": instant(coupon.valid_from),
        "valid_until": instant(coupon.valid_until),
        "why_not": None if why is None else why.value,
        "words": None if why is None else words(why),
        "order": _order(coupon),
        # A card says what its campaign gives; change is worth something else.
        "card_id": None if coupon.source is Source.GIVEN_BACK else campaign.card_id,
        "in_wallet": coupon.card_code_sealed is not None,
    }


def detail_view(tx: Tx, place: Place, coupon: Coupon, now: datetime) -> dict[str, Any]:
    """CouponDetailSchema. The code of one that can't be used is nobody's to show."""
    why = coupon.why_not(now)
    code = place.vault.open(coupon.code_sealed, coupon.id) if why in (None, WhyNot.NOT_YET) else ""
    steps = tx.store.coupons.steps_of_coupon(coupon.id)
    return coupon_view(coupon, now) | {
        "code": code,
        "shown": shown(code),
        "rule": RULE,
        "steps": [{"after": after, "at": instant(at)} for after, at in steps],
    }


def offers_view(offers: Offers) -> dict[str, Any]:
    """OffersSchema."""
    return {
        "used": [
            {
                "id": each.coupon_id,
                "title": dict(each.title),
                "discount_fen": each.discount_fen,
                "shares": dict(each.shares),
            }
            for each in offers.used
        ],
        "usable": [_usable(each) for each in offers.usable],
        "not_usable": [_refused(each) for each in offers.not_usable],
    }


def discount_view(discount: Discount, title: dict[str, str]) -> dict[str, Any]:
    """DiscountSchema."""
    return {
        "id": discount.coupon_id,
        "title": title,
        "discount_fen": discount.discount_fen,
        "shares": dict(discount.shares),
    }


def _usable(offered: Offered) -> dict[str, Any]:
    return {
        "id": offered.coupon_id,
        "title": dict(offered.title),
        "discount_fen": offered.discount_fen,
        "valid_until": instant(offered.valid_until),
    }


def _refused(refused: Refused) -> dict[str, Any]:
    return {
        "id": refused.coupon_id,
        "title": dict(refused.title),
        "why": refused.why.value,
        "words": dict(refused.words),
        "missing_fen": refused.missing_fen,
    }


def _value(value: Value) -> dict[str, Any]:
    amount = value.kind is CampaignKind.AMOUNT
    return {
        "kind": value.kind.value,
        "value_fen": value.value_fen if amount else None,
        "pct": None if amount else value.pct,
        "cap_fen": value.cap_fen,
        "threshold_fen": value.threshold_fen,
    }


def _where(campaign: Campaign) -> dict[str, Any]:
    return {
        "scope": _scope(campaign.scope),
        "stack_group": campaign.stack_group,
        "funded_by": campaign.funded_by.value,
    }


def _scope(scope: Scope) -> dict[str, list[str]]:
    return {
        "services": sorted(each.value for each in scope.services),
        "shop_ids": sorted(scope.shop_ids),
        "categories": sorted(scope.categories),
    }


def _order(coupon: Coupon) -> dict[str, Any] | None:
    if coupon.service is None:
        return None
    return {
        "service": coupon.service,
        "order_id": coupon.order_id,
        "discount_fen": coupon.discount_fen,
        "used_at": instant_or_none(coupon.used_at),
    }
