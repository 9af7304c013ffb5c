"""Every query about coupons has its index: asked of both databases' planners."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.shop.schemas.coupon_words import CampaignState, CouponState
from services.shop.store import ShopStore
from tests.store.plans import plans, prefer_indexes, scans
from tests.unit.shop.coupons import ANN, BEN, claimed, give_back, lock, redeem, use

NOW = datetime(2026, 11, 24, tzinfo=UTC)
WEEK = timedelta(days=7)

QUERIES: dict[str, Callable[[ShopStore], Any]] = {
    "campaign": lambda store: (store.campaigns.campaign("c"), store.campaigns.lock_campaign("c")),
    "take": lambda store: store.campaigns.take_coupon("c"),
    "shown": lambda store: store.campaigns.campaigns_shown(NOW, NOW + WEEK, 100),
    "newest": lambda store: store.campaigns.list_campaigns([CampaignState.ON], "zz", 50),
    "over": lambda store: store.campaigns.campaigns_over(NOW, 100),
    "coupon": lambda store: (store.coupons.coupon("k"), store.coupons.lock_coupons(["k", "l"])),
    "codes": lambda store: (store.coupons.coupon_by_code(["x"]), store.coupons.coupon_by_card(["x", "y"])),
    "mine": lambda store: store.coupons.coupons_of(ANN, set(CouponState), 50, (NOW, "k")),
    "claimed_by": lambda store: store.coupons.claimed_by(["c"], ANN),
    "orders": lambda store: store.coupons.uses_of_orders("shop", ["order-1", "order-2"]),
    "changes": lambda store: store.coupons.changes_of(["k", "l"]),
    "parts": lambda store: (store.coupons.shares("k", 1), store.coupons.steps_of_coupon("k")),
    "people": lambda store: (
        store.owners.present(ANN),
        store.owners.merged_into(ANN),
        store.owners.last_nth("c", ANN),
        store.owners.coupon_ids_of(ANN),
    ),
    "gone": lambda store: store.owners.note_gone(BEN, ANN, NOW),
    "locks_over": lambda store: store.owners.locks_over(NOW, 100),
    "expired": lambda store: store.owners.expired(NOW, 100),
    "ending": lambda store: store.owners.ending(NOW, WEEK, 100),
    "forget": lambda store: store.owners.forget_coupons(NOW - 300 * WEEK, 100),
    "figures": lambda store: store.owners.figures("c"),
}


@pytest.fixture
def used(real_uow: Any) -> Any:
    """Some coupons, of which some are used, and change."""
    for n in range(8):
        coupon_id = claimed(real_uow, BEN if n % 2 else ANN)
        if n % 2 == 0:
            lock(real_uow, [coupon_id], about=use(f"order-{n}"))
            redeem(real_uow, f"order-{n}")
            give_back(real_uow, f"order-{n}", cable=1)
    return real_uow


def test_no_query_reads_a_whole_table(used: Any) -> None:
    for name, query in QUERIES.items():
        with used.write() as tx:
            prefer_indexes(tx)
            found = plans(tx, query)
            assert found, name
            assert not [scans(plan) for plan in found if scans(plan)], (name, found)


def test_control_a_query_without_an_index_is_found(used: Any) -> None:
    with used.write() as tx:
        prefer_indexes(tx)
        found = plans(tx, lambda _: tx.connection.exec_driver_sql("SELECT * FROM coupons WHERE uses = 7"))
        assert [scans(plan) for plan in found if scans(plan)]
