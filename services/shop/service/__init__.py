"""Entrypoints of the mall: validate, call the use case. Results are JSON-ready as schemas says."""

from __future__ import annotations

from services.shop.service.aftersales import AfterSalesEntrypoints
from services.shop.service.catalogue import CatalogueEntrypoints
from services.shop.service.coupons import CouponEntrypoints
from services.shop.service.orders import OrderEntrypoints
from services.shop.service.parcels import ParcelEntrypoints
from services.shop.service.stock import StockEntrypoints


class ShopService(
    CatalogueEntrypoints,
    StockEntrypoints,
    CouponEntrypoints,
    OrderEntrypoints,
    ParcelEntrypoints,
    AfterSalesEntrypoints,
):
    """What the mall sells, to whom, and how it gets there."""

    name = "shop"
