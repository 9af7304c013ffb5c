"""Baskets, quotes, orders and parcels as they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from kernel.instants import instant, instant_or_none
from kernel.saga.states import OPEN as UNPAID_OPEN
from kernel.saga.states import State
from services.shop.domain import duty_free
from services.shop.domain.catalogue import Shop
from services.shop.domain.flights import Flight
from services.shop.domain.invoices import Invoice
from services.shop.domain.orders import MallOrder
from services.shop.domain.parcels import OPEN, Ask, Line, Parcel, Step
from services.shop.domain.promises import Offer, words
from services.shop.errors import BadCursor
from services.shop.schemas.order_words import ParcelState
from services.shop.usecases.coupon_use import UsedCoupon, coupons_of_orders
from services.shop.usecases.paging import cursor_of, mark_of
from services.shop.usecases.quoting import Quoted, QuotedLine, adults_only, allowances, details
from services.shop.usecases.shared import Place, Tx


@dataclass(frozen=True)
class Shown:
    """An order with what its view needs. now: the database's time."""

    order: MallOrder
    flight: Flight | None
    asks: Mapping[str, Ask]
    coupons: Sequence[UsedCoupon]
    invoices: Sequence[Invoice]
    now: datetime


def shown_new(tx: Tx, order: MallOrder, quote: Quoted) -> Shown:
    """An order that was just placed for this quote, without asking for what was just written."""
    # As they are read: parcels by number, coupons by id.
    order = replace(order, parcels=tuple(sorted(order.parcels, key=lambda each: each.number)))
    used = sorted(quote.coupons.used, key=lambda each: each.coupon_id)
    coupons = [UsedCoupon(each.coupon_id, each.title, each.discount_fen, 0, live=True) for each in used]
    return Shown(order, quote.flight, {}, coupons, (), tx.now())


def shown_all(tx: Tx, orders: Sequence[MallOrder]) -> list[Shown]:
    """In five questions at most, whatever their number."""
    flights = tx.store.flights({order.flight_id for order in orders if order.flight_id})
    asks = tx.store.open_asks([each.id for order in orders for each in order.parcels if each.state in OPEN])
    # What a coupon takes off is never nothing, and only what was paid for has invoices.
    cheaper = [order.id for order in orders if order.discount_fen]
    coupons = coupons_of_orders(tx.store, "shop", cheaper) if cheaper else {}
    invoices = tx.store.invoices_of([order.id for order in orders if order.sale.paid_at is not None])
    return [
        Shown(
            order,
            flights.get(order.flight_id or ""),
            asks,
            coupons.get(order.id, ()),
            [each for each in invoices if each.order_id == order.id],
            tx.now(),
        )
        for order in orders
    ]


def order_view(place: Place, shown: Shown) -> dict[str, Any]:
    """OrderSchema."""
    order, sale = shown.order, shown.order.sale
    state = sale.state_at(shown.now)
    open_ = state in UNPAID_OPEN
    return {
        "id": order.id,
        "state": state.value,
        "goods_fen": order.goods_fen,
        "discount_fen": order.discount_fen,
        "amount_fen": sale.amount_fen,
        "refunded_fen": sale.refunded_fen,
        "refunding_fen": sale.refunding_fen,
        "currency": sale.currency,
        "held_at": instant(sale.held_at),
        "expires_at": instant(sale.expires_at),
        "paid_at": instant_or_none(sale.paid_at),
        "out_trade_no": sale.out_trade_no,
        "flight": None if shown.flight is None else flight_view(shown.flight),
        "coupons": [
            {
                "id": each.coupon_id,
                "title": dict(each.title),
                "discount_fen": each.discount_fen,
                "given_back_fen": each.given_back_fen,
            }
            for each in shown.coupons
        ],
        "parcels": [parcel_view(place, each, shown.asks.get(each.id)) for each in order.parcels],
        "invoices": [_invoice(each) for each in shown.invoices],
        "can_invoice": state is State.ISSUED and sale.left_fen > 0 and not shown.invoices,
        "can_cancel": open_,
        "can_pay": open_ and shown.now < sale.expires_at,
    }


def flight_view(flight: Flight) -> dict[str, Any]:
    """FlightSchema of orders."""
    return {
        "flight_id": flight.flight_id,
        "number": flight.number,
        "departs_at": instant(flight.departs_at),
        "boarding_at": instant_or_none(flight.told_boarding_at),
        "gate": flight.gate,
        "international": flight.international,
    }


def parcel_view(place: Place, parcel: Parcel, ask: Ask | None) -> dict[str, Any]:
    """ParcelSchema."""
    code = "" if parcel.code_sealed is None else place.vault.open(parcel.code_sealed, parcel.id)
    replaced = {line.replaces: line.id for line in parcel.lines if line.replaces is not None}
    over = parcel.state is ParcelState.HANDED_OVER
    return {
        "id": parcel.id,
        "number": parcel.number,
        "shop": {name: parcel.shop[name] for name in ("id", "name", "place", "phone")},
        "state": parcel.state.value,
        "way": parcel.way.value,
        "code": code,
        "gate": parcel.gate,
        "promised_from": instant(parcel.promised_from),
        "promised_until": instant(parcel.promised_until),
        "promises": parcel.promises,
        "why": None if parcel.why is None else dict(parcel.why),
        "goods_fen": parcel.goods_fen,
        "discount_fen": parcel.discount_fen,
        "refund_fen": parcel.refund_fen,
        "lines": [line_view(each, replaced.get(each.id)) for each in parcel.lines],
        "ask": None if ask is None or parcel.state not in OPEN else ask_view(ask),
        "can_cancel": parcel.state is ParcelState.PLACED,
        "can_return": over and any(line.left > 0 for line in parcel.lines),
        "duty_free": parcel.duty_free,
    }


def staff_parcel_view(
    place: Place, parcel: Parcel, around: tuple[Ask | None, Flight | None, datetime], steps: Sequence[Step]
) -> dict[str, Any]:
    """StaffParcelSchema. around: what is asked, the flight, and when it must be ready."""
    ask, flight, pick_by = around
    return {
        **parcel_view(place, parcel, ask),
        "code": "",
        "order_id": parcel.order_id,
        "placed_at": instant_or_none(parcel.placed_at),
        "pick_by": instant(pick_by),
        "flight_number": None if flight is None else flight.number,
        "flight_departs_at": None if flight is None else instant(flight.departs_at),
        "steps": [
            {
                "number": each.number,
                "before": each.before,
                "after": each.after.value,
                "at": instant(each.at),
                # A shop need not know who bought.
                "actor": each.actor,
                "reason": each.reason,
            }
            for each in steps
        ],
    }


def line_view(line: Line, replaced_by: str | None) -> dict[str, Any]:
    """LineSchema."""
    return {
        "id": line.id,
        "variant_id": line.variant_id,
        "product_id": line.product_id,
        "name": line.words["name"],
        "options": line.words["options"],
        "picture": line.words["picture"],
        "quantity": line.quantity,
        "unit_fen": line.unit_fen,
        "discount_fen": line.discount_fen,
        "missing": line.missing,
        "returned": line.returned,
        "refund_fen": line.refund_fen,
        "replaced_by": replaced_by,
        "duty_free": line.duty_free,
    }


def ask_view(ask: Ask) -> dict[str, Any]:
    """AskSchema."""
    offer = ask.offer
    return {
        "id": ask.id,
        "kind": ask.kind.value,
        "choices": [each.value for each in ask.choices],
        "until": instant(ask.until),
        "words": dict(ask.words),
        "line_id": ask.line_id,
        "quantity": ask.quantity,
        "offer": None
        if offer is None
        else {name: offer[name] for name in ("variant_id", "name", "options", "picture", "unit_fen")},
    }


def shop_view(shop: Shop) -> dict[str, Any]:
    """ShopRefSchema."""
    return {
        "id": shop.id,
        "name": {"zh": shop.name.zh, "en": shop.name.en},
        "place": shop.place,
        "phone": shop.phone,
    }


def quote_view(quote: Quoted) -> dict[str, Any]:
    """QuoteSchema."""
    some = any(line.thing.product.duty_free for line in quote.lines)
    return {
        "parcels": [
            {
                "shop": shop_view(each.thing.shop),
                "way": each.chosen.way.value,
                "ways": [_way(offer) for offer in each.offers],
                "lines": [_quoted_line(line) for line in each.lines],
                "goods_fen": each.goods_fen,
                "discount_fen": each.discount_fen,
            }
            for each in quote.parcels
        ],
        "flight": None if quote.flight is None else flight_view(quote.flight),
        "goods_fen": quote.goods_fen,
        "discount_fen": quote.discount_fen,
        "amount_fen": quote.amount_fen,
        "currency": quote.currency,
        "coupons": {
            "used": [_coupon(each) for each in quote.coupons.used],
            "usable": [_coupon(each) for each in quote.coupons.usable],
            "not_usable": [
                {"id": each.coupon_id, "title": dict(each.title), "why": dict(each.words)}
                for each in quote.coupons.not_usable
            ],
        },
        "duty_free": {
            "eligible": quote.barred is None if some else None,
            "why": None if quote.barred is None else dict(duty_free.words(quote.barred)),
            "allowances": allowances(quote.lines),
            "adults_only": adults_only(quote.lines),
        },
        "problems": [details(each) for each in quote.troubles],
    }


def instant_after(cursor: str | None) -> tuple[datetime, str] | None:
    """Where a list that is sorted by instants goes on. Raises BadCursor."""
    mark = mark_of(cursor, str)
    if mark is None:
        return None
    try:
        at = datetime.fromisoformat(mark[0])
    except ValueError:
        raise BadCursor from None
    if at.tzinfo is None:
        raise BadCursor
    return at, mark[1]


def instant_cursor(at: datetime, id_: str) -> str:
    return cursor_of(instant(at), id_)


def _way(offer: Offer) -> dict[str, Any]:
    return {
        "way": offer.way.value,
        "offered": offer.offered,
        "why_not": None if offer.why_not is None else words(offer.why_not),
        "gate": offer.gate,
        "promised_from": instant_or_none(offer.since),
        "promised_until": instant_or_none(offer.until),
    }


def _quoted_line(line: QuotedLine) -> dict[str, Any]:
    thing = line.thing
    return {
        "variant_id": thing.variant_id,
        "product_id": thing.product.id,
        "name": thing.name,
        "options": thing.options,
        "picture": thing.picture,
        "quantity": line.quantity,
        "unit_fen": line.unit_fen,
        "discount_fen": line.discount_fen,
        "duty_free": thing.product.duty_free,
    }


def _coupon(offered: Any) -> dict[str, Any]:
    return {"id": offered.coupon_id, "title": dict(offered.title), "discount_fen": offered.discount_fen}


def _invoice(invoice: Invoice) -> dict[str, Any]:
    return {
        "id": invoice.id,
        "merchant_name": invoice.merchant_name,
        "kind": invoice.kind.value,
        "state": invoice.state.value,
        "amount_fen": invoice.amount_fen,
        "number": invoice.number,
        "asked_at": instant(invoice.asked_at),
        "words": invoice.words,
    }
