"""What is judged anew when money comes after the hold was over: meanwhile its buyer may have bought more, and their flight may
have left."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from services.shop.domain import duty_free
from services.shop.domain.orders import MallOrder
from services.shop.usecases.shared import Tx

FLIGHT: Final = "flight"
LIMIT: Final = "limit"
"""Why late money goes back although the goods are there: no duty free for that flight any more; more than one may have."""


def why_refused(tx: Tx, order: MallOrder, now: datetime) -> str | None:
    """FLIGHT when the order has duty free and its flight, as it is known, allows none now. LIMIT when a paid order, with all
    else that its buyer has, is more than a deal or the duty-free allowances allow. now: the airport's time.

    Other new orders of the buyer are held back until the transaction ends. The order counts itself among what they have.
    """
    tx.store.sales.lock_buyer(order.sale.buyer_id)
    if has_duty_free(order):
        flight_id = order.flight_id
        flight = tx.store.flights([flight_id]).get(flight_id) if flight_id else None
        if duty_free.barred(flight, now) is not None:
            return FLIGHT
    return LIMIT if _beyond_deals(tx, order) or _beyond_allowances(tx, order) else None


def has_duty_free(order: MallOrder) -> bool:
    return any(line.duty_free and line.left for parcel in order.parcels for line in parcel.lines)


def _beyond_deals(tx: Tx, order: MallOrder) -> bool:
    lines = [line for parcel in order.parcels for line in parcel.lines if line.left]
    variants = tx.store.variants({line.variant_id for line in lines})
    for line in lines:
        deal = variants[line.variant_id].price.deal if line.variant_id in variants else None
        if deal is None or deal.per_person is None:
            continue
        # At another price, or before this deal began, it counts to no limit of it.
        sold_by_it = line.unit_fen == deal.price_fen and order.sale.held_at >= deal.from_at
        buyer = order.sale.buyer_id
        if sold_by_it and tx.store.bought_since(buyer, line.variant_id, deal.from_at) > deal.per_person:
            return True
    return False


def _beyond_allowances(tx: Tx, order: MallOrder) -> bool:
    kinds = {line.kind for parcel in order.parcels for line in parcel.lines if line.duty_free and line.left}
    if not kinds or order.flight_id is None:
        return False
    had = tx.store.duty_free_of(order.sale.buyer_id, order.flight_id, tx.now() - duty_free.WITHIN)
    return any(each.kind in kinds for each in duty_free.over_allowance(had, ()))
