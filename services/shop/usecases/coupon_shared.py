"""What the use cases of coupons have in common: telling of them, and making new ones."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from kernel.ids import new_id
from kernel.instants import instant
from kernel.outbox import Event
from services.shop.domain.campaigns import Campaign, Value
from services.shop.domain.coupon_codes import CODE, new_code
from services.shop.domain.coupons import Coupon
from services.shop.events import CAMPAIGN_CHANGED, SCHEMA_VERSION
from services.shop.schemas.coupon_words import CouponState, Source
from services.shop.usecases.shared import Tx
from services.shop.vault import Vault

ERASED: Final = "erased-"
"""Whose coupons these were is nobody's any more: the beginning of such an owner's name."""


def tell_coupon(tx: Tx, name: str, coupon: Coupon, **more: Any) -> None:
    """Publish an event about a coupon as it is now."""
    campaign = coupon.campaign
    data = {
        "coupon_id": coupon.id,
        "campaign_id": campaign.id,
        "passenger_id": coupon.passenger_id,
        "title": campaign.title,
        "state": coupon.state.value,
        "source": coupon.source.value,
        "card_id": campaign.card_id if coupon.card_code_sealed else None,
        "valid_until": instant(coupon.valid_until),
    }
    tx.outbox.add(Event(name, coupon.id, coupon.version, data | more, SCHEMA_VERSION))


def tell_campaign(tx: Tx, campaign: Campaign) -> None:
    """Publish that a campaign is another than it was."""
    data = {
        "campaign_id": campaign.id,
        "state": campaign.state.value,
        "card_id": campaign.card_id,
        "version": campaign.version,
    }
    tx.outbox.add(Event(CAMPAIGN_CHANGED, campaign.id, campaign.version, data, SCHEMA_VERSION))


def make_coupon(
    vault: Vault, campaign: Campaign, owner: tuple[str, int], source: Source, now: datetime
) -> tuple[Coupon, str]:
    """A new coupon and its code's digest. owner: whose, and the how-manieth of theirs."""
    coupon_id, code = new_id(), new_code()
    valid_from, valid_until = campaign.validity(now)
    coupon = Coupon(
        id=coupon_id,
        campaign=campaign,
        passenger_id=owner[0],
        nth=owner[1],
        state=CouponState.CLAIMED,
        source=source,
        value=campaign.value,
        claimed_at=now,
        valid_from=valid_from,
        valid_until=valid_until,
        parent_id=None,
        code_sealed=vault.seal(code, coupon_id),
        card_code_sealed=None,
        uses=0,
        service=None,
        order_id=None,
        discount_fen=None,
        lock_until=None,
        used_at=None,
        soon_told=False,
        steps=1,
        version=1,
    )
    return coupon, vault.index(code, CODE)


def make_change(
    vault: Vault, parent: Coupon, value: Value, valid_until: datetime, now: datetime
) -> tuple[Coupon, str]:
    """What is left of a coupon, and its code's digest."""
    coupon_id, code = new_id(), new_code()
    coupon = Coupon(
        id=coupon_id,
        campaign=parent.campaign,
        passenger_id=parent.passenger_id,
        nth=None,
        state=CouponState.CLAIMED,
        source=Source.GIVEN_BACK,
        value=value,
        claimed_at=now,
        valid_from=now,
        valid_until=valid_until,
        parent_id=parent.id,
        code_sealed=vault.seal(code, coupon_id),
        card_code_sealed=None,
        uses=0,
        service=None,
        order_id=None,
        discount_fen=None,
        lock_until=None,
        used_at=None,
        soon_told=False,
        steps=1,
        version=1,
    )
    return coupon, vault.index(code, CODE)
