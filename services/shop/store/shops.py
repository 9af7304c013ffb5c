"""Merchants, shops and their hours."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any, Final

import orjson
from sqlalchemy import Connection, bindparam, delete, exists, func, insert, select, update

from services.shop.domain.catalogue import Merchant, Shop
from services.shop.domain.hours import Hours, OtherDay, Times
from services.shop.schemas.vocabulary import ProductState, ShopState, Side, Words, Zone
from services.shop.store.catalogue_tables import MERCHANTS, PRODUCTS, SHOP_EXCEPTIONS, SHOP_HOURS, SHOPS

_ON_SALE = PRODUCTS.c.state == ProductState.ON_SALE.value
# Made once: making a statement costs as much as executing it.
_THESE: Final[Any] = bindparam("shops", expanding=True)
_SHOPS: Final = select(SHOPS).where(SHOPS.c.id.in_(_THESE))
_HOURS: Final = select(SHOP_HOURS).where(SHOP_HOURS.c.shop_id.in_(_THESE))
_OTHER_DAYS: Final = (
    select(SHOP_EXCEPTIONS).where(SHOP_EXCEPTIONS.c.shop_id.in_(_THESE)).order_by(SHOP_EXCEPTIONS.c.day_local)
)
_MERCHANT: Final = select(MERCHANTS).where(MERCHANTS.c.id == bindparam("merchant"))


@dataclass(frozen=True)
class ShopFilter:
    """None: whatever it is. categories: it has something of these on sale. gone: also those that are closed for good."""

    terminal: str | None = None
    side: Side | None = None
    categories: tuple[str, ...] | None = None
    ids: Collection[str] | None = None
    gone: bool = False


class ShopRows:
    """Who sells, and where."""

    _connection: Connection

    def merchants(self) -> list[Merchant]:
        """By name."""
        rows = self._connection.execute(select(MERCHANTS).order_by(MERCHANTS.c.name, MERCHANTS.c.id))
        return [Merchant(**row._mapping) for row in rows]

    def merchant(self, merchant_id: str) -> Merchant | None:
        row = self._connection.execute(_MERCHANT, {"merchant": merchant_id}).first()
        return None if row is None else Merchant(**row._mapping)

    def add_merchant(self, merchant: Merchant) -> None:
        self._connection.execute(insert(MERCHANTS), vars(merchant))

    def save_merchant(self, merchant: Merchant, seen_version: int) -> bool:
        """False, and nothing changed, when somebody wrote since."""
        same = (MERCHANTS.c.id == merchant.id, MERCHANTS.c.version == seen_version)
        return self._connection.execute(update(MERCHANTS).where(*same).values(vars(merchant))).rowcount == 1

    def shop(self, shop_id: str) -> Shop | None:
        return self._shops(select(SHOPS).where(SHOPS.c.id == shop_id)).get(shop_id)

    def lock_shop(self, shop_id: str) -> Shop | None:
        """Held against others who write its catalogue, until the transaction ends. Its sales don't wait for that."""
        query = select(SHOPS).where(SHOPS.c.id == shop_id).with_for_update(key_share=True)
        return self._shops(query).get(shop_id)

    def shops_of(self, shop_ids: Collection[str]) -> dict[str, Shop]:
        """Those that there are."""
        if not shop_ids:
            return {}
        return self._with_hours(self._connection.execute(_SHOPS, {"shops": list(shop_ids)}).all())

    def bare_shops(self, shop_ids: Collection[str]) -> dict[str, Shop]:
        """The same without their hours, for who doesn't ask when they are open."""
        if not shop_ids:
            return {}
        rows = self._connection.execute(_SHOPS, {"shops": list(shop_ids)})
        return {row.id: _shop(row, _NO_HOURS) for row in rows}

    def shops(self, asked: ShopFilter) -> list[Shop]:
        """By terminal, airside first, then name."""
        query = select(SHOPS).order_by(SHOPS.c.terminal, SHOPS.c.side, SHOPS.c.name_en, SHOPS.c.id)
        if not asked.gone:
            query = query.where(SHOPS.c.state != ShopState.CLOSED.value)
        if asked.ids is not None:
            query = query.where(SHOPS.c.id.in_(list(asked.ids)))
        if asked.terminal is not None:
            query = query.where(SHOPS.c.terminal == asked.terminal)
        if asked.side is not None:
            query = query.where(SHOPS.c.side == asked.side.value)
        if asked.categories is not None:
            some = select(PRODUCTS.c.id).where(
                PRODUCTS.c.shop_id == SHOPS.c.id, _ON_SALE, PRODUCTS.c.category.in_(asked.categories)
            )
            query = query.where(exists(some))
        return list(self._shops(query).values())

    def add_shop(self, shop: Shop) -> None:
        """Without hours."""
        self._connection.execute(insert(SHOPS), _shop_row(shop))

    def save_shop(self, shop: Shop) -> None:
        """Its details; it is locked."""
        self._connection.execute(update(SHOPS).where(SHOPS.c.id == shop.id).values(_shop_row(shop)))

    def save_hours(self, shop_id: str, hours: Hours) -> None:
        """These and no others; the shop is locked."""
        for table in (SHOP_HOURS, SHOP_EXCEPTIONS):
            self._connection.execute(delete(table).where(table.c.shop_id == shop_id))
        weekly = [
            {"shop_id": shop_id, "weekday": weekday, **_times_row(times)}
            for weekday, times in enumerate(hours.weekly, 1)
            if times is not None
        ]
        others = [
            {
                "shop_id": shop_id,
                "day_local": day,
                "reason_zh": each.reason_zh,
                "reason_en": each.reason_en,
                **_times_row(each.times),
            }
            for day, each in hours.exceptions.items()
        ]
        if weekly:
            self._connection.execute(insert(SHOP_HOURS), weekly)
        if others:
            self._connection.execute(insert(SHOP_EXCEPTIONS), others)

    def category_counts(self) -> dict[str, dict[str, int]]:
        """How many products are on sale by shop and leaf, in shops that aren't closed."""
        query = (
            select(PRODUCTS.c.shop_id, PRODUCTS.c.category, func.count())
            .join_from(PRODUCTS, SHOPS)
            .where(_ON_SALE, SHOPS.c.state != ShopState.CLOSED.value)
            .group_by(PRODUCTS.c.shop_id, PRODUCTS.c.category)
        )
        counts: dict[str, dict[str, int]] = {}
        for shop_id, category, number in self._connection.execute(query):
            counts.setdefault(shop_id, {})[category] = number
        return counts

    def _shops(self, query: Any) -> dict[str, Shop]:
        """By id, in the query's order."""
        return self._with_hours(self._connection.execute(query).all())

    def _with_hours(self, rows: Sequence[Any]) -> dict[str, Shop]:
        hours = self._hours([row.id for row in rows])
        return {row.id: _shop(row, hours[row.id]) for row in rows}

    def _hours(self, shop_ids: Collection[str]) -> dict[str, Hours]:
        weekly: dict[str, list[Times | None]] = {shop_id: [None] * 7 for shop_id in shop_ids}
        others: dict[str, dict[date, OtherDay]] = {shop_id: {} for shop_id in shop_ids}
        if shop_ids:
            asked = {"shops": list(shop_ids)}
            for row in self._connection.execute(_HOURS, asked):
                weekly[row.shop_id][row.weekday - 1] = _times(row)
            for row in self._connection.execute(_OTHER_DAYS, asked):
                others[row.shop_id][row.day_local] = OtherDay(_times(row), row.reason_zh, row.reason_en)
        return {shop_id: Hours(tuple(weekly[shop_id]), others[shop_id]) for shop_id in shop_ids}


_NO_HOURS = Hours()


def _times(row: Any) -> Times | None:
    if row.opens is None:
        return None
    return Times(time.fromisoformat(row.opens), time.fromisoformat(row.closes))


def _times_row(times: Times | None) -> dict[str, str | None]:
    if times is None:
        return {"opens": None, "closes": None}
    return {"opens": f"{times.opens:%H:%M}", "closes": f"{times.closes:%H:%M}"}


def _shop(row: Any, hours: Hours) -> Shop:
    values: Mapping[str, Any] = row._mapping
    own = {name: values[name] for name in _PLAIN}
    return Shop(
        **own,
        name=Words(row.name_zh, row.name_en),
        about=Words(row.about_zh, row.about_en),
        side=Side(row.side),
        zone=Zone(row.zone),
        near_gates=tuple(orjson.loads(row.near_gates)),
        state=ShopState(row.state),
        hours=hours,
    )


_PLAIN = (
    "id",
    "merchant_id",
    "terminal",
    "place",
    "walk_m",
    "picking_minutes",
    "phone",
    "picture",
    "version",
)


def _shop_row(shop: Shop) -> dict[str, Any]:
    return {
        **{name: getattr(shop, name) for name in _PLAIN},
        "name_zh": shop.name.zh,
        "name_en": shop.name.en,
        "about_zh": shop.about.zh,
        "about_en": shop.about.en,
        "side": shop.side.value,
        "zone": shop.zone.value,
        "near_gates": orjson.dumps(shop.near_gates).decode(),
        "state": shop.state.value,
    }
