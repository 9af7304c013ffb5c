"""What notify asks of the mall about coupons: services/shop/schemas/{campaigns,coupons}.py."""

from __future__ import annotations

from typing import Any, Final

from kernel.errors import Kind, RemoteError
from services.notify.clients import Caller

_S: Final = 2.0


def get_campaign(caller: Caller, campaign_id: str, passenger_id: str | None = None) -> dict[str, Any]:
    """CampaignSchema, with why_not as of this traveller. Raises RemoteError, Unavailable, DeadlineExceeded."""
    asked = {"campaign_id": campaign_id, "passenger_id": passenger_id}
    campaign: dict[str, Any] = caller.call("shop", "get_campaign", asked, deadline_s=_S)["campaign"]
    return campaign


def set_campaign_card(caller: Caller, campaign_id: str, card_id: str) -> None:
    """Raises as get_campaign."""
    asked = {"request_id": f"card:{card_id}", "campaign_id": campaign_id, "card_id": card_id}
    caller.call("shop", "set_campaign_card", asked, deadline_s=_S)


def get_coupon(caller: Caller, passenger_id: str, coupon_id: str) -> dict[str, Any]:
    """CouponDetailSchema of this traveller's coupon. Raises as get_campaign."""
    asked = {"passenger_id": passenger_id, "coupon_id": coupon_id}
    coupon: dict[str, Any] = caller.call("shop", "get_coupon", asked, deadline_s=_S)["coupon"]
    return coupon


def claim_by_card(
    caller: Caller, request_id: str, passenger_id: str, campaign_id: str, card: dict[str, str]
) -> str:
    """The coupon's id; the same card claims once. card: {"card_id", "code"}. Raises as get_campaign."""
    asked = {
        "request_id": request_id,
        "passenger_id": passenger_id,
        "campaign_id": campaign_id,
        "source": "card",
        "card": card,
    }
    return str(caller.call("shop", "claim_coupon", asked, deadline_s=_S)["coupon"]["id"])


def bind_card(
    caller: Caller, request_id: str, passenger_id: str, coupon_id: str, card: dict[str, str]
) -> None:
    """A coupon lies in the wallet now. Raises as get_campaign."""
    asked = {"request_id": request_id, "passenger_id": passenger_id, "coupon_id": coupon_id, "card": card}
    caller.call("shop", "bind_card", asked, deadline_s=_S)


def drop_card(caller: Caller, request_id: str, coupon_id: str, card: dict[str, str]) -> None:
    """A coupon doesn't lie in the wallet any more. Raises as get_campaign."""
    asked = {"request_id": request_id, "coupon_id": coupon_id, "card": card}
    caller.call("shop", "drop_card", asked, deadline_s=_S)


def coupon_state(caller: Caller, coupon_id: str) -> str:
    """shop.schemas.coupon_words.CouponState's value. Raises as get_campaign."""
    return str(caller.call("shop", "get_coupon_card", {"coupon_id": coupon_id}, deadline_s=_S)["state"])


def coupon_of_card(caller: Caller, code: str) -> str | None:
    """The id of the coupon that this card is; None for none. Raises as get_campaign."""
    try:
        told = caller.call("shop", "get_coupon_card", {"code": code}, deadline_s=_S)
    except RemoteError as exc:
        if exc.kind is Kind.NOT_FOUND:
            return None
        raise
    return str(told["coupon_id"])
