"""A mall for services that run: two shops that never close, products and a campaign, put there by its own use cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.shop.schemas import shops
from services.shop.usecases import running
from tests.unit.shop.coupons import put_out
from tests.unit.shop.mall import CABLES, NOW, PLACE, TEA, ask, open_mall, put_product

TEA_FEN, CABLE_FEN, OFF_FEN = 12_800, 4_900, 2_000


def open_all_day(uow: Any) -> None:
    """The two shops of a new database."""
    open_mall(uow)
    for shop_id in (TEA, CABLES):
        hours = [{"opens": "00:00", "closes": "00:00"}] * 7
        request = ask(shops.SetHoursSchema(), shop_id=shop_id, weekly=hours, seen_version=2)
        running.set_hours(uow, PLACE, request, NOW)


def put_teas(uow: Any, count: int, on_hand: int) -> Sequence[tuple[str, str]]:
    """So many products, as (product, variant), each with so many pieces in its shop."""
    return [
        put_product(uow, on_hand=on_hand, sku=f"TEA-{number:04}", price_fen=TEA_FEN)
        for number in range(count)
    ]


def put_cable(uow: Any, on_hand: int) -> str:
    """A variant of the other shop."""
    about: dict[str, Any] = {"sku": "CABLE-1", "category": "cables", "kind": "electronics"}
    return put_product(uow, on_hand=on_hand, shop_id=CABLES, price_fen=CABLE_FEN, **about)[1]


def put_campaign(uow: Any, coupons: int) -> str:
    """20 off 100, one to a person."""
    return put_out(uow, stock=coupons)
