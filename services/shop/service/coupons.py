"""Entrypoints of campaigns and coupons: travellers, staff, tills, other services, and what time does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from kernel.wire import rpc, timer
from services.shop.schemas import campaigns, coupons, till
from services.shop.service.place import Rooms
from services.shop.usecases import (
    coupon_campaigns,
    coupon_cards,
    coupon_claim,
    coupon_keeping,
    coupon_services,
    coupon_till,
)


class CouponEntrypoints(Rooms):
    """What is given out, to whom, and what for it is taken."""

    # --- travellers

    @rpc(arguments=campaigns.ListCampaignsSchema())
    def list_campaigns(self, request: dict[str, Any]) -> dict[str, Any]:
        """CampaignsSchema."""
        return coupon_claim.list_campaigns(self.storage, request)

    @rpc(arguments=campaigns.GetCampaignSchema())
    def get_campaign(self, request: dict[str, Any]) -> dict[str, Any]:
        """OneCampaignSchema. Errors: shop.campaign_not_found."""
        return coupon_claim.get_campaign(self.storage, request)

    @rpc(arguments=coupons.ClaimCouponSchema())
    def claim_coupon(self, request: dict[str, Any]) -> dict[str, Any]:
        """OneCouponSchema. Errors: shop.campaign_not_found, .campaign_closed, .coupons_gone, .coupon_limit, .card_taken."""
        return coupon_claim.claim_coupon(self.storage, self.place, request)

    @rpc(arguments=coupons.ListMyCouponsSchema())
    def list_my_coupons(self, request: dict[str, Any]) -> dict[str, Any]:
        """CouponPageSchema. Errors: shop.bad_cursor."""
        return coupon_claim.list_my_coupons(self.storage, request)

    @rpc(arguments=coupons.GetCouponSchema())
    def get_coupon(self, request: dict[str, Any]) -> dict[str, Any]:
        """DetailedCouponSchema, with the code. Errors: shop.coupon_not_found."""
        return coupon_claim.get_coupon(self.storage, self.place, request)

    # --- whoever talks to WeChat

    @rpc(arguments=campaigns.SetCampaignCardSchema())
    def set_campaign_card(self, request: dict[str, Any]) -> dict[str, Any]:
        """OneDeskCampaignSchema. Errors: shop.campaign_not_found, .campaign_stays."""
        return coupon_campaigns.set_campaign_card(self.storage, request)

    @rpc(arguments=coupons.BindCardSchema())
    def bind_card(self, request: dict[str, Any]) -> dict[str, Any]:
        """OneCouponSchema. Errors: shop.coupon_not_found, .card_taken."""
        return coupon_claim.bind_card(self.storage, self.place, request)

    @rpc(arguments=coupons.DropCardSchema())
    def drop_card(self, request: dict[str, Any]) -> dict[str, Any]:
        """OneCouponSchema. Errors: shop.coupon_not_found."""
        return coupon_cards.drop_card(self.storage, self.place, request)

    @rpc(arguments=coupons.GetCardSchema())
    def get_coupon_card(self, request: dict[str, Any]) -> dict[str, Any]:
        """CardOfSchema. Errors: shop.coupon_not_found."""
        return coupon_claim.get_coupon_card(self.storage, self.place, request)

    # --- other services

    @rpc(arguments=coupons.QuoteCouponSchema())
    def quote_coupon(self, request: dict[str, Any]) -> dict[str, Any]:
        """OffersSchema."""
        return coupon_services.quote_coupon(self.storage, request)

    @rpc(arguments=coupons.LockCouponSchema())
    def lock_coupon(self, request: dict[str, Any]) -> dict[str, Any]:
        """LockedSchema. Errors: shop.coupon_not_usable."""
        return coupon_services.lock_coupon(self.storage, request)

    @rpc(arguments=coupons.OrderOfServiceSchema())
    def redeem_coupon(self, request: dict[str, Any]) -> dict[str, Any]:
        """OrderCouponsSchema. Errors: shop.coupon_not_usable."""
        return coupon_services.redeem_coupon(self.storage, request)

    @rpc(arguments=coupons.OrderOfServiceSchema())
    def release_coupon(self, request: dict[str, Any]) -> dict[str, Any]:
        """OrderCouponsSchema."""
        return coupon_services.release_coupon(self.storage, request)

    @rpc(arguments=coupons.GiveBackCouponSchema())
    def give_back_coupon(self, request: dict[str, Any]) -> dict[str, Any]:
        """GivenBackSchema."""
        return coupon_services.give_back_coupon(self.storage, self.place, request)

    # --- tills

    @rpc(arguments=till.ScanCouponsSchema())
    def scan_coupons(self, request: dict[str, Any]) -> dict[str, Any]:
        """TillSchema. Errors: shop.not_your_shop, .coupon_not_found."""
        return coupon_till.scan_coupons(self.storage, self.place, request)

    @rpc(arguments=till.RedeemAtTillSchema())
    def redeem_at_till(self, request: dict[str, Any]) -> dict[str, Any]:
        """TillSchema. Errors: those of scan_coupons, shop.coupon_not_usable."""
        return coupon_till.redeem_at_till(self.storage, self.place, request)

    @rpc(arguments=till.UndoAtTillSchema())
    def undo_at_till(self, request: dict[str, Any]) -> dict[str, Any]:
        """UndoneSchema. Errors: shop.not_your_shop, .coupon_not_found, .too_late_to_undo."""
        return coupon_till.undo_at_till(self.storage, request)

    # --- staff

    @rpc(arguments=campaigns.SaveCampaignSchema())
    def save_campaign(self, request: dict[str, Any]) -> dict[str, Any]:
        """OneDeskCampaignSchema. Errors: shop.campaign_not_found, .changed_meanwhile, .campaign_out, .campaign_stays,
        .shop_not_found, .not_your_shop."""
        return coupon_campaigns.save_campaign(self.storage, request)

    @rpc(arguments=campaigns.SetCampaignStateSchema())
    def set_campaign_state(self, request: dict[str, Any]) -> dict[str, Any]:
        """OneDeskCampaignSchema. Errors: shop.campaign_not_found, .campaign_stays, .not_your_shop."""
        return coupon_campaigns.set_campaign_state(self.storage, request)

    @rpc(arguments=campaigns.ListCampaignsForStaffSchema())
    def list_campaigns_for_staff(self, request: dict[str, Any]) -> dict[str, Any]:
        """DeskCampaignPageSchema."""
        return coupon_campaigns.list_campaigns_for_staff(self.storage, request)

    @rpc(arguments=campaigns.CampaignForStaffSchema())
    def get_campaign_for_staff(self, request: dict[str, Any]) -> dict[str, Any]:
        """OneDeskCampaignSchema. Errors: shop.campaign_not_found."""
        return coupon_campaigns.get_campaign_for_staff(self.storage, request)

    @rpc(arguments=campaigns.CampaignForStaffSchema())
    def campaign_figures(self, request: dict[str, Any]) -> dict[str, Any]:
        """FiguresSchema. Errors: shop.campaign_not_found."""
        return coupon_campaigns.campaign_figures(self.storage, request)

    # --- time

    @timer(every_s=30, lease="shop.coupon_locks")
    def end_coupon_locks(self) -> None:
        """Free coupons whose order at another service was never heard of again."""
        coupon_keeping.end_locks(self.storage)

    @timer(every_s=60, lease="shop.coupons")
    def look_after_coupons(self) -> None:
        """End what is over, and tell owners of what ends soon."""
        coupon_keeping.expire(self.storage)
        coupon_keeping.tell_endings(self.storage)

    @timer(every_s=3600, lease="shop.coupons_purge")
    def forget_coupons(self) -> None:
        """Let coupons go that have been over for as long as orders are kept."""
        coupon_keeping.forget(self.storage, timedelta(days=self.place.settings.keep_days))
