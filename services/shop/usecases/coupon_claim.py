"""Travellers: which coupons there are, claiming them, and one's own.

Never more than the stock: one conditional UPDATE takes each, and a CHECK stands behind. Never more than each may have: an
account claims one at a time, and the numbers of its coupons are unique.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from kernel.instants import instant
from services.shop.domain.campaigns import Campaign
from services.shop.domain.coupon_codes import CARD_CODE
from services.shop.domain.coupons import Coupon
from services.shop.errors import (
    BadCursor,
    CampaignClosed,
    CampaignNotFound,
    CardTaken,
    CouponLimit,
    CouponNotFound,
    CouponsGone,
)
from services.shop.events import COUPON_CLAIMED
from services.shop.schemas.coupon_words import CampaignState, CouponState, Source, WhyClosed
from services.shop.usecases.coupon_shared import make_coupon, tell_campaign, tell_coupon
from services.shop.usecases.coupon_views import campaign_view, coupon_view, detail_view
from services.shop.usecases.paging import cursor_of, mark_of
from services.shop.usecases.shared import Place, Tx, Work, once

_SHOWN: Final = 100
_AHEAD: Final = timedelta(days=7)
_HIDDEN: Final = frozenset({CampaignState.DRAFT})
_SHELVES: Final = {
    "usable": {CouponState.CLAIMED, CouponState.LOCKED},
    "used": {CouponState.REDEEMED},
    "over": {CouponState.EXPIRED, CouponState.VOID},
}


def list_campaigns(uow: Work, request: dict[str, Any]) -> dict[str, Any]:
    """CampaignsSchema: what can be claimed now or within a week, what ends first before the rest."""
    passenger_id = request["passenger_id"]
    with uow.read() as tx:
        now = tx.now()
        found = tx.store.campaigns.campaigns_shown(now, now + _AHEAD, _SHOWN)
        found = [each for each in found if _about(each, request["service"], request["shop_id"])]
        mine = {}
        if passenger_id is not None and found:
            mine = tx.store.coupons.claimed_by([each.id for each in found], passenger_id)
        return {"campaigns": [campaign_view(each, mine.get(each.id, 0), now) for each in found]}


def get_campaign(uow: Work, request: dict[str, Any]) -> dict[str, Any]:
    """OneCampaignSchema. Raises CampaignNotFound."""
    with uow.read() as tx:
        campaign = _campaign(tx, request["campaign_id"])
        passenger_id, mine = request["passenger_id"], 0
        if passenger_id is not None:
            mine = tx.store.coupons.claimed_by([campaign.id], passenger_id).get(campaign.id, 0)
        return {"campaign": campaign_view(campaign, mine, tx.now())}


def claim_coupon(uow: Work, place: Place, request: dict[str, Any]) -> dict[str, Any]:
    """OneCouponSchema. Raises CampaignNotFound, CampaignClosed, CouponsGone, CouponLimit, CardTaken."""
    _refuse_early(uow, request)

    def work(tx: Tx) -> dict[str, Any]:
        owner = _owner(tx, request["passenger_id"])
        carded = _carded(tx, place, request, owner)
        coupon = _claim(tx, place, request, owner) if carded is None else carded
        return {"coupon": coupon_view(coupon, tx.now())}

    return once(uow, request, "claim_coupon", work)


def bind_card(uow: Work, place: Place, request: dict[str, Any]) -> dict[str, Any]:
    """OneCouponSchema: the coupon lies in WeChat's wallet too; change has no card. Raises CouponNotFound, CardTaken."""

    def work(tx: Tx) -> dict[str, Any]:
        held = tx.store.coupons.lock_coupons([request["coupon_id"]])
        owner = tx.store.owners.present(request["passenger_id"])
        if not held or held[0].passenger_id != owner:
            raise CouponNotFound
        coupon, code = held[0], request["card"]["code"]
        other = tx.store.coupons.coupon_by_card(place.vault.candidates(code, CARD_CODE))
        if other is not None and other.id != coupon.id:
            raise CardTaken
        if other is None:
            cards = None if coupon.source is Source.GIVEN_BACK else coupon.campaign.card_id
            if coupon.card_code_sealed is not None or cards != request["card"]["card_id"]:
                raise CardTaken
            coupon = tx.store.coupons.change_coupon(coupon, **_card_row(place, coupon.id, code))
        return {"coupon": coupon_view(coupon, tx.now())}

    return once(uow, request, "bind_card", work)


def get_coupon_card(uow: Work, place: Place, request: dict[str, Any]) -> dict[str, Any]:
    """CardOfSchema, for the one who talks to WeChat. Raises CouponNotFound."""
    with uow.read() as tx:
        coupon = None
        if request["coupon_id"] is not None:
            coupon = tx.store.coupons.coupon(request["coupon_id"])
        elif request["code"] is not None:
            coupon = tx.store.coupons.coupon_by_card(place.vault.candidates(request["code"], CARD_CODE))
    if coupon is None:
        raise CouponNotFound
    card = None
    if coupon.card_code_sealed is not None:
        code = place.vault.open(coupon.card_code_sealed, coupon.id)
        card = {"card_id": coupon.campaign.card_id, "code": code}
    return {
        "coupon_id": coupon.id,
        "campaign_id": coupon.campaign.id,
        "passenger_id": coupon.passenger_id,
        "state": coupon.state.value,
        "card": card,
    }


def list_my_coupons(uow: Work, request: dict[str, Any]) -> dict[str, Any]:
    """CouponPageSchema, the newest first. Raises BadCursor."""
    after, limit = _after(request["cursor"]), request["limit"]
    with uow.read() as tx:
        now = tx.now()
        found = tx.store.coupons.coupons_of(
            request["passenger_id"], _SHELVES[request["shelf"]], limit + 1, after
        )
    page = found[:limit]
    more = len(found) > limit
    return {
        "coupons": [coupon_view(each, now) for each in page],
        "next_cursor": cursor_of(instant(page[-1].claimed_at), page[-1].id) if more else None,
    }


def get_coupon(uow: Work, place: Place, request: dict[str, Any]) -> dict[str, Any]:
    """DetailedCouponSchema, with the code, for its owner. Raises CouponNotFound."""
    with uow.read() as tx:
        coupon = tx.store.coupons.coupon(request["coupon_id"])
        if coupon is None or coupon.passenger_id != request["passenger_id"]:
            raise CouponNotFound
        return {"coupon": detail_view(tx, place, coupon, tx.now())}


def _refuse_early(uow: Work, request: dict[str, Any]) -> None:
    """Tell a crowd that there is none left without a writer's turn for each.

    Who was answered before is answered the same, so the inbox is asked in the same view of the database.
    """
    with uow.read() as tx:
        if tx.inbox.answer_of(request["request_id"]) is None and request["card"] is None:
            _refuse(_campaign(tx, request["campaign_id"]), 0, tx.now())


def _claim(tx: Tx, place: Place, request: dict[str, Any], owner: str) -> Coupon:
    campaign = _campaign(tx, request["campaign_id"])
    had = tx.store.coupons.claimed_by([campaign.id], owner).get(campaign.id, 0)
    _refuse(campaign, had, tx.now())
    source, card = Source(request["source"]), request["card"]
    coupon, digest = make_coupon(place.vault, campaign, (owner, had + 1), source, tx.now())
    card_digest = None
    if card is not None:
        row = _card_row(place, coupon.id, card["code"])
        coupon, card_digest = (
            replace(coupon, card_code_sealed=row["card_code_sealed"]),
            row["card_code_digest"],
        )
    tx.store.coupons.begin_coupon(coupon, (digest, card_digest), "traveller", "claimed")
    tell_coupon(tx, COUPON_CLAIMED, coupon)
    # Last, so that whoever else wants one waits for a commit and nothing more.
    left = tx.store.campaigns.take_coupon(campaign.id)
    if left is None:
        _refuse(_campaign(tx, campaign.id), had, tx.now())
        raise CouponsGone
    if left == 0:
        # Pages that are kept at the edge say so from now on.
        tell_campaign(tx, campaign)
    return coupon


def _carded(tx: Tx, place: Place, request: dict[str, Any], owner: str) -> Coupon | None:
    """The coupon that this card of WeChat is already. Raises CardTaken when it is another's, or of another campaign."""
    card = request["card"]
    if card is None:
        return None
    coupon = tx.store.coupons.coupon_by_card(place.vault.candidates(card["code"], CARD_CODE))
    if coupon is not None and coupon.passenger_id != owner:
        raise CardTaken
    if coupon is None and _campaign(tx, request["campaign_id"]).card_id != card["card_id"]:
        raise CardTaken
    return coupon


def _card_row(place: Place, coupon_id: str, code: str) -> dict[str, str]:
    return {
        "card_code_sealed": place.vault.seal(code, coupon_id),
        "card_code_digest": place.vault.index(code, CARD_CODE),
    }


def _owner(tx: Tx, passenger_id: str) -> str:
    """Who the account is now, held: it may have become another. Raises CampaignNotFound for one that is gone."""
    while True:
        owner = tx.store.owners.present(passenger_id)
        if owner is None:
            raise CampaignNotFound
        tx.store.owners.lock(owner)
        if tx.store.owners.present(passenger_id) == owner:
            return owner


def _campaign(tx: Tx, campaign_id: str) -> Campaign:
    campaign = tx.store.campaigns.campaign(campaign_id)
    if campaign is None or campaign.state in _HIDDEN:
        raise CampaignNotFound
    return campaign


def _refuse(campaign: Campaign, had: int, now: datetime) -> None:
    why = campaign.why_closed(had, now)
    if why is WhyClosed.LIMIT:
        raise CouponLimit(per_person=campaign.per_person)
    if why is WhyClosed.GONE:
        raise CouponsGone
    if why is not None:
        raise CampaignClosed(why=why.value)


def _about(campaign: Campaign, service: str | None, shop_id: str | None) -> bool:
    scope = campaign.scope
    return (service is None or service in scope.services) and (
        shop_id is None or not scope.shop_ids or shop_id in scope.shop_ids
    )


def _after(cursor: str | None) -> tuple[datetime, str] | None:
    mark = mark_of(cursor, str)
    if mark is None:
        return None
    try:
        at = datetime.fromisoformat(mark[0])
    except ValueError:
        raise BadCursor from None
    if at.tzinfo is None:
        raise BadCursor
    return at, mark[1]
