"""The mall without its guard, for a control: it looks whether a piece is free and takes it a moment later.

python -m tests.races.greedy_mall shop payments passengers
"""

from __future__ import annotations

import deploy.serve  # isort: skip

import sys
from datetime import datetime
from typing import Any

import eventlet
from sqlalchemy import update

from services.shop.store.stock import StockRows
from services.shop.store.stock_tables import STOCKS

A_MOMENT_S = 0.1


def looks_first(self: Any, shop_id: str, variant_id: str, quantity: int, now: datetime) -> Any:
    """What `hold` would be as two statements."""
    seen = self.levels([(shop_id, variant_id)])[shop_id, variant_id]
    if seen.free < quantity:
        return None
    eventlet.sleep(A_MOMENT_S)
    held = {"held": STOCKS.c.held + quantity}
    self._connection.execute(update(STOCKS).where(STOCKS.c.variant_id == variant_id).values(held))
    return seen


if __name__ == "__main__":
    StockRows.hold = looks_first  # type: ignore[method-assign]
    sys.exit(deploy.serve.main(sys.argv[1:]))
