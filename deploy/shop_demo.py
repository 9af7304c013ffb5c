"""Fills the demo's mall: merchants, shops, goods, coupon campaigns, and pictures drawn here.

Through the use cases that staff's doors lead to. What is there already stays as it is, whoever changed it, so a second
run only does what the first didn't get to.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from deploy.demo.mall import reading
from deploy.demo.mall.drawn import Shot, shop_front, shown
from kernel.ids import new_id
from services.shop.errors import ChangedMeanwhile
from services.shop.schemas import campaigns as campaign_schemas
from services.shop.schemas import products as product_schemas
from services.shop.schemas import shops as shop_schemas
from services.shop.usecases import coupon_campaigns, importing, running, writing
from services.shop.usecases import shared as usecases

ACTOR: Final = "cli:demo"
_AT_ONCE: Final = 500
_CAMPAIGN_DAYS: Final = 60
_WORK: Final = {"actor": ACTOR, "shops": ["*"]}


@dataclass(frozen=True)
class Filled:
    """What is new. variants: rows of the sheets."""

    shops: int
    variants: int
    campaigns: int
    pictures: int


def fill(
    uow: usecases.Work,
    place: usecases.Place,
    now: datetime,
    pictures: int | None = None,
    only: Collection[str] = (),
) -> Filled:
    """now: the airport's time. pictures: at most so many; None for all. only: the ids of shops; none for all."""
    wanted = [each for each in reading.shops() if not only or each.id in only]
    _merchants(uow)
    there = _shops(uow, place, now)
    missing = [each for each in wanted if each.id not in there]
    for shop in missing:
        _add(uow, place, shop, now)
    there = _shops(uow, place, now)
    for shop in wanted:
        # Nobody wrote anything of it since it was added, its hours neither.
        if there[shop.id]["version"] == 1:
            _open(uow, place, shop, now)
    variants = sum(_range(uow, place, shop, now) for shop in wanted)
    campaigns = _campaigns(uow, there.keys(), now.astimezone(place.zone))
    drawn = _fronts(uow, place, wanted, now) if pictures is None else 0
    for product, known in _bare(uow, wanted, now)[:pictures]:
        _show(uow, place, product, known, now)
        drawn += 1
    return Filled(len(missing), variants, campaigns, drawn)


def _merchants(uow: usecases.Work) -> None:
    known = {each["id"] for each in running.list_merchants(uow, _WORK)["merchants"]}
    for each in reading.merchants():
        if each["merchant_id"] not in known:
            running.save_merchant(uow, shop_schemas.SaveMerchantSchema().load(_asked(**each)))


def _shops(uow: usecases.Work, place: usecases.Place, now: datetime) -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in running.list_staff_shops(uow, place, _WORK, now)["shops"]}


def _add(uow: usecases.Work, place: usecases.Place, shop: reading.Shop, now: datetime) -> None:
    asked = _asked(
        shop_id=shop.id,
        merchant_id=shop.merchant,
        name=shop.name._asdict(),
        about=shop.about._asdict(),
        near_gates=list(shop.near_gates),
        **{name: getattr(shop, name) for name in _PLAIN},
    )
    running.save_shop(uow, place, shop_schemas.SaveShopSchema().load(asked), now)


def _open(uow: usecases.Work, place: usecases.Place, shop: reading.Shop, now: datetime) -> None:
    times = dict(zip(("opens", "closes"), shop.hours, strict=True))
    hours = _asked(shop_id=shop.id, weekly=[times] * 7, seen_version=1)
    running.set_hours(uow, place, shop_schemas.SetHoursSchema().load(hours), now)


_PLAIN: Final = ("terminal", "side", "zone", "place", "walk_m", "picking_minutes", "phone")


def _range(uow: usecases.Work, place: usecases.Place, shop: reading.Shop, now: datetime) -> int:
    """Put what a shop lacks on its shelves; how many variants those are."""
    known = {each["sku"] for each in _listed(uow, shop.id, now)}
    rows = [
        row
        for each in reading.products()
        if each.shop is shop and each.sku not in known
        for row in each.rows()
    ]
    for part in _parts(rows):
        asked = product_schemas.ImportProductsSchema().load(_asked(shop_id=shop.id, rows=part))
        report = importing.import_products(uow, place, asked, now)
        assert not report["refused"], report["refused"]
    return len(rows)


def _campaigns(uow: usecases.Work, shops: Collection[str], now_local: datetime) -> int:
    """Put out those that don't run, unless one of their shops isn't among `shops`."""
    asked = campaign_schemas.ListCampaignsForStaffSchema().load(
        {**_WORK, "states": ["draft", "on", "paused"], "limit": 100}
    )
    running_now = coupon_campaigns.list_campaigns_for_staff(uow, asked)["campaigns"]
    known = {each["title"]["zh"]: each for each in running_now}
    fresh = 0
    for each in reading.campaigns():
        if not set(each["scope"]["shop_ids"]) <= set(shops):
            continue
        found = known.get(each["title"]["zh"]) or _draft(uow, each, now_local)
        if found["state"] == "draft":
            wish = _asked(campaign_id=found["id"], state="on")
            coupon_campaigns.set_campaign_state(uow, campaign_schemas.SetCampaignStateSchema().load(wish))
            fresh += 1
    return fresh


def _draft(uow: usecases.Work, wanted: dict[str, Any], now_local: datetime) -> dict[str, Any]:
    begins = datetime.combine(now_local.date(), time(), now_local.tzinfo)
    campaign = {name: value for name, value in wanted.items() if name != "id"} | {
        "starts_at": begins.isoformat(),
        "ends_at": (begins + timedelta(days=_CAMPAIGN_DAYS)).isoformat(),
    }
    asked = campaign_schemas.SaveCampaignSchema().load(_asked(campaign=campaign))
    made: dict[str, Any] = coupon_campaigns.save_campaign(uow, asked)["campaign"]
    return made


def _fronts(uow: usecases.Work, place: usecases.Place, shops: Iterable[reading.Shop], now: datetime) -> int:
    """Draw the shops that have no picture."""
    there = _shops(uow, place, now)
    bare = [each for each in shops if there[each.id]["picture"] is None]
    for shop in bare:
        photo = _attach(uow, place, shop_front(shop.name.zh, shop.id), shop_id=shop.id)
        asked = shop_schemas.SetShopPictureSchema().load(_asked(shop_id=shop.id, photo_id=photo))
        running.set_shop_picture(uow, place, asked, now)
    return len(bare)


def _bare(
    uow: usecases.Work, shops: Iterable[reading.Shop], now: datetime
) -> list[tuple[reading.Product, dict[str, Any]]]:
    """What has no picture: deals first, then the most bought, as pages begin."""
    found = []
    for shop in shops:
        ours = {each.sku: each for each in reading.products() if each.shop is shop}
        shelf = _listed(uow, shop.id, now)
        found += [(ours[each["sku"]], each) for each in shelf if each["sku"] in ours and not each["photos"]]
    return sorted(found, key=lambda pair: (pair[0].variants[0].deal_fen is None, -pair[0].popularity))


def _show(
    uow: usecases.Work, place: usecases.Place, product: reading.Product, known: dict[str, Any], now: datetime
) -> None:
    """Its picture, and how much it is bought."""
    if known["popularity"] == 0:
        spec = {name: known[name] for name in ("name", "words", *_SPEC)}
        asked = _asked(product_id=known["id"], shop_id=product.shop.id, popularity=product.popularity, **spec)
        asked["seen_version"] = known["version"]
        # Who changed it since we looked keeps what they wrote.
        with suppress(ChangedMeanwhile):
            writing.save_product(uow, place, product_schemas.SaveProductSchema().load(asked), now)
    _attach(uow, place, shown(product.picture, product.brand.split()[0], product.sku), product_id=known["id"])


_SPEC: Final = (
    "sku", "state", "brand", "category", "kind", "tags", "origin", "duty_free", "perishable", "liquid_ml",
)  # fmt: skip


def _attach(uow: usecases.Work, place: usecases.Place, shot: Shot, **to: str) -> str:
    """The photo's id. Drawn again after a start that was cut short, it is the same request."""
    images = {
        "jpeg": base64.b64encode(shot.jpeg).decode(),
        "thumbnail": base64.b64encode(shot.thumbnail).decode(),
    }
    seed = hashlib.sha256("\n".join((*to.values(), images["jpeg"])).encode()).hexdigest()
    asked = {**_WORK, "request_id": f"shop-demo-{seed[:32]}", **to, **images}
    added: str = writing.attach_photo(uow, place, product_schemas.AttachPhotoSchema().load(asked))["photo_id"]
    return added


def _listed(uow: usecases.Work, shop_id: str, now: datetime) -> Iterator[dict[str, Any]]:
    """Everything that a shop has."""
    cursor = None
    while True:
        asked = {**_WORK, "shop_id": shop_id, "limit": 100, "cursor": cursor}
        page = writing.list_range(uow, product_schemas.ListRangeSchema().load(asked), now)
        yield from page["products"]
        cursor = page["next_cursor"]
        if cursor is None:
            return


def _parts(rows: list[dict[str, str]]) -> Iterable[list[dict[str, str]]]:
    return (rows[start : start + _AT_ONCE] for start in range(0, len(rows), _AT_ONCE))


def _asked(**what: Any) -> dict[str, Any]:
    return {**_WORK, "request_id": new_id(), **what}
