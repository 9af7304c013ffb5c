"""The only SQL of the mall."""

from __future__ import annotations

from sqlalchemy import Connection

from kernel.saga.rows import Sales
from services.shop.search import Index, index_tables
from services.shop.store import catalogue_tables, stock_tables
from services.shop.store.baskets import BasketRows
from services.shop.store.campaigns import CampaignRows
from services.shop.store.cases import CaseRows
from services.shop.store.coupon_owners import OwnerRows
from services.shop.store.coupons import CouponRows
from services.shop.store.lists import ListRows
from services.shop.store.order_tables import ORDERS
from services.shop.store.orders import OrderRows
from services.shop.store.people import PeopleRows
from services.shop.store.products import ProductRows
from services.shop.store.shops import ShopRows
from services.shop.store.stock import StockRows
from services.shop.store.tables import metadata

__all__ = ["SEARCH_TABLES", "ShopStore", "catalogue_tables", "metadata", "stock_tables"]

SEARCH_TABLES = index_tables(metadata)


class ShopStore(ShopRows, ProductRows, ListRows, BasketRows, OrderRows, CaseRows, PeopleRows):
    """The catalogue, its stock, and what is bought of it, in one transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.sales = Sales(connection, ORDERS)
        self.stock = StockRows(connection)
        self.index = Index(connection)
        self.campaigns = CampaignRows(connection)
        self.coupons = CouponRows(connection)
        self.owners = OwnerRows(connection)
