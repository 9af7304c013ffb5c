"""Staff: campaigns are made, changed, put out and stopped, and what became of them.

Staff of shops make campaigns of their own shops, on their shops' account; everything else the airport does.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from kernel.ids import new_id
from services.shop.domain.campaigns import Campaign, Scope, Value, changed_terms, may_become
from services.shop.errors import (
    CampaignNotFound,
    CampaignOut,
    CampaignStays,
    ChangedMeanwhile,
    NotYourShop,
    ShopNotFound,
)
from services.shop.schemas.coupon_words import CampaignKind, CampaignState, FundedBy, Service
from services.shop.schemas.shared import EVERY
from services.shop.usecases.coupon_shared import tell_campaign
from services.shop.usecases.coupon_views import desk_campaign_view
from services.shop.usecases.shared import Tx, Work, once


def save_campaign(uow: Work, request: dict[str, Any]) -> dict[str, Any]:
    """OneDeskCampaignSchema. A new one is a draft. Raises CampaignNotFound, ChangedMeanwhile, CampaignOut, CampaignStays,
    ShopNotFound, NotYourShop."""

    def work(tx: Tx) -> dict[str, Any]:
        before = None
        if request["campaign_id"] is not None:
            before = _locked(tx, request["campaign_id"], request["shops"])
        campaign = _drafted(tx, request["campaign"], before)
        _refuse_others(request["shops"], campaign)
        for shop_id in campaign.scope.shop_ids:
            if tx.store.shop(shop_id) is None:
                raise ShopNotFound
        if before is None:
            tx.store.campaigns.add_campaign(campaign, request["actor"])
        else:
            _refuse_change(before, campaign, request["seen_version"])
            tx.store.campaigns.save_campaign(campaign)
        tell_campaign(tx, campaign)
        return {"campaign": desk_campaign_view(campaign, tx.now())}

    return once(uow, request, "save_campaign", work)


def set_campaign_state(uow: Work, request: dict[str, Any]) -> dict[str, Any]:
    """OneDeskCampaignSchema. Raises CampaignNotFound, CampaignStays, NotYourShop."""
    to = CampaignState(request["state"])

    def work(tx: Tx) -> dict[str, Any]:
        before = _locked(tx, request["campaign_id"], request["shops"])
        return {"campaign": desk_campaign_view(_moved(tx, before, to), tx.now())}

    return once(uow, request, "set_campaign_state", work)


def set_campaign_card(uow: Work, request: dict[str, Any]) -> dict[str, Any]:
    """OneDeskCampaignSchema: WeChat has a card for it. Raises CampaignNotFound, CampaignStays when it has another."""

    def work(tx: Tx) -> dict[str, Any]:
        campaign = _locked(tx, request["campaign_id"], [EVERY])
        if campaign.card_id not in (None, request["card_id"]):
            raise CampaignStays(state=campaign.state.value)
        if campaign.card_id is None:
            campaign = replace(campaign, card_id=request["card_id"], version=campaign.version + 1)
            tx.store.campaigns.save_campaign(campaign)
            tell_campaign(tx, campaign)
        return {"campaign": desk_campaign_view(campaign, tx.now())}

    return once(uow, request, "set_campaign_card", work)


def list_campaigns_for_staff(uow: Work, request: dict[str, Any]) -> dict[str, Any]:
    """DeskCampaignPageSchema, the newest first; to staff of shops those that are for one of theirs."""
    states = [CampaignState(each) for each in request["states"]]
    limit, before, page = request["limit"], request["cursor"], list[Campaign]()
    with uow.read() as tx:
        while True:
            found = tx.store.campaigns.list_campaigns(states, before, limit + 1)
            page += [each for each in found if _theirs(request["shops"], each.scope)]
            if len(page) > limit or len(found) <= limit:
                break
            before = found[-1].id
        now = tx.now()
    return {
        "campaigns": [desk_campaign_view(each, now) for each in page[:limit]],
        "next_cursor": page[limit - 1].id if len(page) > limit else None,
    }


def get_campaign_for_staff(uow: Work, request: dict[str, Any]) -> dict[str, Any]:
    """OneDeskCampaignSchema. Raises CampaignNotFound, also for one that isn't for any of their shops."""
    with uow.read() as tx:
        campaign = _seen(tx, request)
        return {"campaign": desk_campaign_view(campaign, tx.now())}


def campaign_figures(uow: Work, request: dict[str, Any]) -> dict[str, Any]:
    """FiguresSchema. Raises CampaignNotFound."""
    with uow.read() as tx:
        campaign = _seen(tx, request)
        figures = tx.store.owners.figures(campaign.id)
        return {"campaign": desk_campaign_view(campaign, tx.now()), **figures}


def end_over_campaigns(uow: Work, batch: int) -> int:
    """End those whose time to be claimed is over; returns how many."""
    with uow.read() as tx:
        over = tx.store.campaigns.campaigns_over(tx.now(), batch)
    for campaign_id in over:
        with uow.write() as tx:
            campaign = tx.store.campaigns.lock_campaign(campaign_id)
            if campaign is not None and campaign.ends_at <= tx.now():
                _moved(tx, campaign, CampaignState.ENDED)
    return len(over)


def _moved(tx: Tx, before: Campaign, to: CampaignState) -> Campaign:
    if not may_become(before.state, to) or (to is CampaignState.ON and before.ends_at <= tx.now()):
        raise CampaignStays(state=before.state.value)
    if before.state is to:
        return before
    campaign = replace(before, state=to, version=before.version + 1)
    tx.store.campaigns.save_campaign(campaign)
    tell_campaign(tx, campaign)
    return campaign


def _drafted(tx: Tx, draft: dict[str, Any], before: Campaign | None) -> Campaign:
    scope = draft["scope"]
    return Campaign(
        id=new_id() if before is None else before.id,
        title_zh=draft["title"]["zh"],
        title_en=draft["title"]["en"],
        terms_zh=draft["terms"]["zh"],
        terms_en=draft["terms"]["en"],
        value=Value(
            CampaignKind(draft["kind"]),
            draft["value_fen"] or 0,
            draft["pct"] or 0,
            draft["cap_fen"],
            draft["threshold_fen"],
        ),
        scope=Scope(
            frozenset(Service(each) for each in scope["services"]),
            frozenset(scope["shop_ids"]),
            frozenset(scope["categories"]),
        ),
        **{
            name: draft[name]
            for name in ("stock", "per_person", "starts_at", "ends_at", "valid_days", "stack_group")
        },
        valid_from=draft["valid_from"],
        valid_until=draft["valid_until"],
        funded_by=FundedBy(draft["funded_by"]),
        claimed=0 if before is None else before.claimed,
        state=CampaignState.DRAFT if before is None else before.state,
        card_id=None if before is None else before.card_id,
        version=1 if before is None else before.version + 1,
        created_at=tx.now() if before is None else before.created_at,
    )


def _refuse_change(before: Campaign, after: Campaign, seen_version: int) -> None:
    if before.version != seen_version:
        raise ChangedMeanwhile
    if before.state is CampaignState.ENDED:
        raise CampaignStays(state=before.state.value)
    fields = changed_terms(before, after) if before.claimed else []
    if after.stock < before.claimed:
        fields.append("stock")
    if fields:
        raise CampaignOut(fields=fields)


def _locked(tx: Tx, campaign_id: str, shops: Collection[str]) -> Campaign:
    campaign = tx.store.campaigns.lock_campaign(campaign_id)
    if campaign is None:
        raise CampaignNotFound
    _refuse_others(shops, campaign)
    return campaign


def _refuse_others(shops: Collection[str], campaign: Campaign) -> None:
    """Raises NotYourShop for staff of shops who would do what isn't for their shops alone, or on another's account."""
    if EVERY in shops:
        return
    scope = campaign.scope
    own = bool(scope.shop_ids) and scope.shop_ids <= set(shops)
    if not own or scope.services != {Service.SHOP} or campaign.funded_by is not FundedBy.MERCHANT:
        raise NotYourShop


def _theirs(shops: Collection[str], scope: Scope) -> bool:
    return EVERY in shops or not scope.shop_ids or bool(scope.shop_ids & set(shops))


def _seen(tx: Tx, request: dict[str, Any]) -> Campaign:
    campaign = tx.store.campaigns.campaign(request["campaign_id"])
    if campaign is None or not _theirs(request["shops"], campaign.scope):
        raise CampaignNotFound
    return campaign
