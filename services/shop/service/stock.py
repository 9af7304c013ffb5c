"""Entrypoints of stock: what those who work in a shop count and write down."""

from __future__ import annotations

from typing import Any

from kernel.wire import rpc
from services.shop.schemas import stock
from services.shop.service.place import Rooms
from services.shop.usecases import counting


class StockEntrypoints(Rooms):
    """What lies in a shop."""

    @rpc(arguments=stock.CountStockSchema())
    def count_stock(self, request: dict[str, Any]) -> dict[str, Any]:
        """StockCountedSchema. Errors: shop.not_your_shop, .shop_not_found."""
        return counting.count_stock(self.storage, request)

    @rpc(arguments=stock.MoveStockSchema())
    def move_stock(self, request: dict[str, Any]) -> dict[str, Any]:
        """StocksSchema. Errors: shop.not_your_shop, .shop_not_found, .variant_not_found, .not_enough_stock,
        .bad_request."""
        return counting.move_stock(self.storage, request)

    @rpc(arguments=stock.ListStockSchema())
    def list_stock(self, request: dict[str, Any]) -> dict[str, Any]:
        """StockPageSchema. Errors: shop.not_your_shop, .bad_cursor."""
        return counting.list_stock(self.storage, request)

    @rpc(arguments=stock.ListMovesSchema())
    def list_moves(self, request: dict[str, Any]) -> dict[str, Any]:
        """MovePageSchema. Errors: shop.not_your_shop, .bad_cursor."""
        return counting.list_moves(self.storage, request)
