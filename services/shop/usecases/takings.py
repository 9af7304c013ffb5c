"""What a shop took in a day, and whether payments says the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from kernel import clock
from kernel.errors import ServiceError
from kernel.saga.states import Sale
from services.shop.clients import Caller, Money, money_of
from services.shop.usecases.shared import Place, Tx, Work, refuse_other

MATCHING_S: Final = 1.5
MATCHED_MOST: Final = 40
"""Orders that payments is asked about while somebody waits; of more, nothing is said."""


def takings(uow: Work, place: Place, caller: Caller, request: Mapping[str, Any]) -> dict[str, Any]:
    """TakingsResultSchema: by the airport's day. Raises NotYourShop."""
    shop_id, day = request["shop_id"], request["day_local"]
    refuse_other(request["shops"], shop_id)
    since, until = _day(place, day), _day(place, day + timedelta(days=1))
    with uow.read() as tx:
        parcels = tx.store.paid_parcels(shop_id, since, until)
        backs = tx.store.paid_back(shop_id, since, until)
        sold = tx.store.sold_lines([each.id for each in parcels])
        names = {line.variant_id: line for line in sold} | _others(tx, backs, sold)
        sales = _sales(tx, {each.order_id for each in (*parcels, *backs)})
    matched, unmatched = _matched(caller, sales)
    return {
        "shop_id": shop_id,
        "day_local": day.isoformat(),
        "currency": place.airport.currency,
        "parcels": len(parcels),
        "goods_fen": sum(each.goods_fen for each in parcels),
        "discount_fen": sum(each.discount_fen for each in parcels),
        "paid_fen": sum(each.goods_fen - each.discount_fen for each in parcels),
        "refund_fen": sum(each.amount_fen for each in backs),
        "hours": _hours(place, parcels, backs),
        "products": _products(names, sold, backs),
        "matched": matched,
        "unmatched": unmatched,
    }


def _day(place: Place, day: date) -> datetime:
    return datetime.combine(day, time(), place.zone)


def _hours(place: Place, parcels: Sequence[Any], backs: Sequence[Any]) -> list[dict[str, int]]:
    hours = {n: {"hour": n, "parcels": 0, "paid_fen": 0, "refund_fen": 0} for n in range(24)}
    for each in parcels:
        hour = hours[each.placed_at.astimezone(place.zone).hour]
        hour["parcels"] += 1
        hour["paid_fen"] += each.goods_fen - each.discount_fen
    for each in backs:
        hours[each.at.astimezone(place.zone).hour]["refund_fen"] += each.amount_fen
    return [each for each in hours.values() if each["parcels"] or each["refund_fen"]]


def _products(names: Mapping[str, Any], sold: Sequence[Any], backs: Sequence[Any]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {
        variant_id: {
            "product_id": line.product_id,
            "variant_id": variant_id,
            "name": line.words["name"],
            "options": line.words["options"],
            "quantity": 0,
            "paid_fen": 0,
            "refund_fen": 0,
        }
        for variant_id, line in names.items()
    }
    for line in sold:
        found[line.variant_id]["quantity"] += line.quantity
        found[line.variant_id]["paid_fen"] += line.paid_fen
    for each in backs:
        found[each.variant_id]["refund_fen"] += each.amount_fen
    return sorted(found.values(), key=lambda each: (-each["paid_fen"], each["variant_id"]))


def _others(tx: Tx, backs: Sequence[Any], sold: Sequence[Any]) -> dict[str, Any]:
    """Lines of other days that money went back for."""
    known = {line.variant_id for line in sold}
    missing = {each.line_id for each in backs if each.variant_id not in known}
    lines = [tx.store.line(each) for each in sorted(missing)]
    return {line.variant_id: line for line in lines if line is not None}


def _sales(tx: Tx, order_ids: set[str]) -> list[Sale]:
    found = [tx.store.sales.find(each) for each in sorted(order_ids)]
    return [sale for sale in found if sale is not None]


def _matched(caller: Caller, sales: Sequence[Sale]) -> tuple[bool | None, list[dict[str, Any]]]:
    """Whether payments has the same sums for these orders; None: it couldn't be asked."""
    if len(sales) > MATCHED_MOST:
        return None, []
    unmatched, until = [], clock.monotonic() + MATCHING_S
    for sale in sales:
        if sale.out_trade_no is None:
            continue
        if clock.monotonic() > until:
            return None, []
        try:
            known = money_of(caller, sale.out_trade_no)
        except ServiceError:
            return None, []
        back = sale.refunding_fen + sale.refunded_fen
        if known != Money(sale.amount_fen, back):
            unmatched.append(
                {
                    "order_id": sale.id,
                    "out_trade_no": sale.out_trade_no,
                    "amount_fen": sale.amount_fen,
                    "refund_fen": back,
                    "known_fen": known.paid_fen,
                    "known_refund_fen": known.refund_fen,
                }
            )
    return not unmatched, unmatched
