"""Campaigns and coupons as the schemas load them: the mall's way to its use cases."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, text, update

from kernel.clock import real_now
from kernel.ids import new_id
from kernel.tables import OUTBOX
from services.airport import Airport
from services.shop.domain.coupons import Item, Use
from services.shop.schemas import campaigns as campaign_schemas
from services.shop.schemas import coupons as schemas
from services.shop.schemas import till as till_schemas
from services.shop.settings import ShopSettings
from services.shop.store.coupon_tables import COUPONS, USES
from services.shop.usecases import (
    coupon_campaigns,
    coupon_claim,
    coupon_services,
    coupon_till,
    coupon_use,
)
from services.shop.usecases.shared import Place
from services.shop.vault import Vault

PLACE = Place(Airport(), ShopSettings(), Vault({"k1": bytes(range(32))}))
ANN, BEN = "account-ann", "account-ben"
CASHIER = {"actor": "staff:li", "shops": ["t2-tea"]}
AIRPORT = {"actor": "staff:chen", "shops": ["*"]}
TEA = Item("tea", "t2-tea", frozenset({"specialties", "tea"}), 12_800, 1)
CABLE = Item("cable", "t2-tech", frozenset({"digital", "cables"}), 4_900, 2)


def later(**distance: float) -> str:
    return (real_now() + timedelta(**distance)).astimezone(UTC).isoformat()


def draft(**changes: Any) -> dict[str, Any]:
    """20 off 100, for everything in the mall."""
    return {
        "title": {"zh": "商城满 100 减 20", "en": "20 off 100 in the mall"},
        "kind": "amount",
        "value_fen": 2_000,
        "threshold_fen": 10_000,
        "stock": 100,
        "starts_at": later(days=-1),
        "ends_at": later(days=10),
        "valid_days": 14,
        "scope": {"services": ["shop"]},
        "funded_by": "airport",
        **changes,
    }


CARD = {"card_id": "pFS7Fjg8kV1IdDz01r4SQwMkuCKc", "code": "201520581038"}
PERCENT: dict[str, Any] = {
    "kind": "percent",
    "value_fen": None,
    "pct": 15,
    "cap_fen": 3_000,
    "threshold_fen": 0,
}


def save(uow: Any, who: dict[str, Any] = AIRPORT, **changes: Any) -> dict[str, Any]:
    campaign_id = changes.pop("campaign_id", None)
    given = {"request_id": new_id(), **who, "campaign": draft(**changes), "campaign_id": campaign_id}
    given["seen_version"] = 0
    if campaign_id is not None:
        given["seen_version"] = seen(uow, campaign_id)["version"]
    answer = coupon_campaigns.save_campaign(uow, campaign_schemas.SaveCampaignSchema().load(given))
    assert campaign_schemas.OneDeskCampaignSchema().validate(answer) == {}
    made: dict[str, Any] = answer["campaign"]
    return made


def seen(uow: Any, campaign_id: str, who: dict[str, Any] = AIRPORT) -> dict[str, Any]:
    request = campaign_schemas.CampaignForStaffSchema().load({**who, "campaign_id": campaign_id})
    campaign: dict[str, Any] = coupon_campaigns.get_campaign_for_staff(uow, request)["campaign"]
    return campaign


def set_state(uow: Any, campaign_id: str, state: str, who: dict[str, Any] = AIRPORT) -> dict[str, Any]:
    given = {"request_id": new_id(), **who, "campaign_id": campaign_id, "state": state}
    request = campaign_schemas.SetCampaignStateSchema().load(given)
    campaign: dict[str, Any] = coupon_campaigns.set_campaign_state(uow, request)["campaign"]
    return campaign


def put_out(uow: Any, **changes: Any) -> str:
    """A campaign that can be claimed; its id."""
    campaign_id: str = save(uow, **changes)["id"]
    set_state(uow, campaign_id, "on")
    return campaign_id


def claim(uow: Any, campaign_id: str, passenger_id: str = ANN, **changes: Any) -> dict[str, Any]:
    given = {"request_id": new_id(), "passenger_id": passenger_id, "campaign_id": campaign_id, **changes}
    answer = coupon_claim.claim_coupon(uow, PLACE, schemas.ClaimCouponSchema().load(given))
    assert schemas.OneCouponSchema().validate(answer) == {}
    coupon: dict[str, Any] = answer["coupon"]
    return coupon


def claimed(uow: Any, passenger_id: str = ANN, **changes: Any) -> str:
    """A coupon of a campaign of its own; its id."""
    coupon_id: str = claim(uow, put_out(uow, **changes), passenger_id)["id"]
    return coupon_id


def look(uow: Any, coupon_id: str, passenger_id: str = ANN) -> dict[str, Any]:
    request = {"passenger_id": passenger_id, "coupon_id": coupon_id}
    answer = coupon_claim.get_coupon(uow, PLACE, request)
    assert schemas.DetailedCouponSchema().validate(answer) == {}
    coupon: dict[str, Any] = answer["coupon"]
    return coupon


def mine(uow: Any, passenger_id: str = ANN, shelf: str = "usable") -> list[dict[str, Any]]:
    request = schemas.ListMyCouponsSchema().load({"passenger_id": passenger_id, "shelf": shelf})
    answer = coupon_claim.list_my_coupons(uow, request)
    assert schemas.CouponPageSchema().validate(answer) == {}
    coupons: list[dict[str, Any]] = answer["coupons"]
    return coupons


def use(order_id: str = "order-1", *items: Item, expires_at: datetime | None = None) -> Use:
    return Use("shop", order_id, items or (TEA, CABLE), expires_at)


def lock(uow: Any, coupon_ids: list[str], passenger_id: str = ANN, about: Use | None = None) -> Any:
    with uow.write() as tx:
        return coupon_use.lock(tx, passenger_id, coupon_ids, about or use())


def redeem(uow: Any, order_id: str = "order-1") -> bool:
    with uow.write() as tx:
        return coupon_use.redeem(tx, "shop", order_id)


def release(uow: Any, order_id: str = "order-1") -> int:
    with uow.write() as tx:
        return coupon_use.release(tx, "shop", order_id)


def give_back(uow: Any, order_id: str = "order-1", **quantities: int) -> Any:
    with uow.write() as tx:
        return coupon_use.give_back(tx, PLACE.vault, coupon_use.Returned("shop", order_id, quantities))


def sale(codes: str | list[str], amount_fen: int, receipt: str) -> dict[str, Any]:
    shown = [codes] if isinstance(codes, str) else codes
    return {"shop_id": "t2-tea", "codes": shown, "amount_fen": amount_fen, "receipt": receipt}


def at_till(
    uow: Any, codes: str | list[str], amount_fen: int = 12_000, receipt: str = "R-1", **changes: Any
) -> Any:
    given = {"request_id": new_id(), **CASHIER, **sale(codes, amount_fen, receipt), **changes}
    request = till_schemas.RedeemAtTillSchema().load(given)
    answer = coupon_till.redeem_at_till(uow, PLACE, request)
    assert till_schemas.TillSchema().validate(answer) == {}
    return answer


def scan(
    uow: Any, codes: str | list[str], amount_fen: int = 12_000, receipt: str = "R-1", **changes: Any
) -> Any:
    given = {**CASHIER, **sale(codes, amount_fen, receipt), **changes}
    request = till_schemas.ScanCouponsSchema().load(given)
    answer = coupon_till.scan_coupons(uow, PLACE, request)
    assert till_schemas.TillSchema().validate(answer) == {}
    return answer


def undo(uow: Any, coupon_ids: str | list[str], receipt: str = "R-1") -> list[str]:
    """The states in which they are afterwards."""
    ids = [coupon_ids] if isinstance(coupon_ids, str) else coupon_ids
    given = {"shop_id": "t2-tea", "coupon_ids": ids, "receipt": receipt}
    request = till_schemas.UndoAtTillSchema().load({"request_id": new_id(), **CASHIER, **given})
    answer = coupon_till.undo_at_till(uow, request)
    assert till_schemas.UndoneSchema().validate(answer) == {}
    return [each["state"] for each in answer["coupons"]]


def put_in_wallet(uow: Any, campaign_id: str) -> None:
    given = {"request_id": new_id(), "campaign_id": campaign_id, "card_id": CARD["card_id"]}
    coupon_campaigns.set_campaign_card(uow, campaign_schemas.SetCampaignCardSchema().load(given))


def bind(uow: Any, coupon_id: str, passenger_id: str = ANN) -> dict[str, Any]:
    given = {"request_id": new_id(), "passenger_id": passenger_id, "coupon_id": coupon_id, "card": CARD}
    coupon: dict[str, Any] = coupon_claim.bind_card(uow, PLACE, schemas.BindCardSchema().load(given))[
        "coupon"
    ]
    return coupon


BUS_ITEM = {"ref": "seats", "price_fen": 3_000, "quantity": 2}


def remote(uow: Any, what: str, **changes: Any) -> dict[str, Any]:
    """A call of bus: lock, redeem, release, give_back."""
    given: dict[str, Any] = {"request_id": new_id(), "service": "bus", "order_id": "bus-1"}
    if what == "lock":
        given |= {"passenger_id": ANN, "items": [BUS_ITEM], "expires_at": later(minutes=30)}
        request = schemas.LockCouponSchema().load(given | changes)
        return coupon_services.lock_coupon(uow, request)
    if what == "give_back":
        request = schemas.GiveBackCouponSchema().load(given | changes)
        return coupon_services.give_back_coupon(uow, PLACE, request)
    request = schemas.OrderOfServiceSchema().load(given | changes)
    work = coupon_services.redeem_coupon if what == "redeem" else coupon_services.release_coupon
    return work(uow, request)


def pass_time(uow: Any, **distance: float) -> None:
    """So much time passes for every coupon and whatever it was used for."""
    moved = timedelta(**distance)
    names = ("claimed_at", "valid_from", "valid_until", "lock_until")
    with uow.write() as tx:
        for row in tx.connection.execute(select(COUPONS)).all():
            old = {name: getattr(row, name) - moved for name in names if getattr(row, name) is not None}
            tx.connection.execute(update(COUPONS).where(COUPONS.c.id == row.id).values(old))
        for row in tx.connection.execute(select(USES)).all():
            if row.redeemed_at is not None:
                mine_ = (USES.c.coupon_id == row.coupon_id) & (USES.c.number == row.number)
                old = {"redeemed_at": row.redeemed_at - moved}
                tx.connection.execute(update(USES).where(mine_).values(old))


def told(uow: Any, *names: str) -> list[dict[str, Any]]:
    """What was told of coupons, oldest first: all, or those of these names."""
    with uow.read() as tx:
        bodies = list(tx.connection.execute(select(OUTBOX.c.body).order_by(OUTBOX.c.id)).scalars())
    events = [json.loads(body) for body in bodies]
    return [each for each in events if not names or each["name"] in names]


def count(uow: Any, sql: str) -> int:
    with uow.read() as tx:
        return int(tx.connection.execute(text(sql)).scalar_one())
