"""Quote, place, pay, give up: an order until its shops begin.

The saga of the kernel does the work (`kernel/saga`), as for bus tickets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, NoReturn

from kernel.errors import ServiceError
from kernel.ids import new_id
from kernel.inbox import look_first
from kernel.instants import instant
from kernel.saga import steps
from kernel.saga.protocols import Till
from kernel.saga.run import Saga
from kernel.saga.states import OPEN, HoldIsOver, Sale, State
from services.shop import clients, errors, events
from services.shop.domain.flights import Flight, flight_of
from services.shop.domain.numbers import PARCEL, new_number
from services.shop.domain.orders import MallOrder
from services.shop.domain.parcels import Line, Parcel
from services.shop.schemas.order_words import ParcelState, Problem, Way
from services.shop.store import ShopStore
from services.shop.store.parcels import Who
from services.shop.usecases import coupon_use, stocking
from services.shop.usecases.baskets import basket_id_of
from services.shop.usecases.goods import SHOP, Mall
from services.shop.usecases.holding import refuse_who_never_pays
from services.shop.usecases.order_views import order_view, quote_view, shown_all, shown_new
from services.shop.usecases.quoting import Asked, Quoted, QuotedParcel, Trouble, quoted, sold_out
from services.shop.usecases.shared import Place, Tx, Work, held, once
from services.shop.usecases.telling import tell

MAX_DESCRIPTION: Final = 127
_TRIES: Final = 3


class PaidMeanwhile(Exception):
    """Another payment was asked for while the first was closed."""


def quote_order(
    uow: Work, place: Place, caller: clients.Caller, request: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """QuoteResultSchema. now: the airport's time. A flight that can't be asked for is one of its problems."""
    flight = _flight(uow, caller, request["flight_id"])
    with uow.read() as tx:
        return {"quote": quote_view(quoted(tx, place, _asked(tx, request, flight), now))}


def place_order(
    uow: Work, place: Place, caller: clients.Caller, request: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """OrderResultSchema: hold the goods and lock the coupons, all of them or none, for as long as the order may be paid.

    expects_fen: what the buyer saw. now: the airport's time; the database's clock judges the hold. What a look says is sold
    out is refused before anything is locked; the last piece is for the statement that takes it to give.
    Raises BasketEmpty, ProductNotFound, BadFlight, SoldOut, ShopClosed, NotEligible, TooLate, CouponNotUsable,
    QuoteChanged, TooManyHolds, TooManyLapsed, OrderNotFound for who was erased, RequestReused, RequestInFlight.
    """
    flight = _flight(uow, caller, request["flight_id"])
    placed: list[dict[str, Any]] = []

    def work(tx: Tx) -> dict[str, Any]:
        buyer = held(tx, request["passenger_id"])
        if buyer is None:
            raise errors.OrderNotFound
        wish = {**request, "passenger_id": buyer}
        tx.store.sales.lock_buyer(buyer)
        holds = tx.store.sales.open_holds(buyer, tx.now())
        if holds >= place.settings.open_holds:
            raise errors.TooManyHolds(most=place.settings.open_holds)
        refuse_who_never_pays(tx, place, buyer)
        asked = replace(_asked(tx, wish, flight), holds=holds > 0)
        quote = quoted(tx, place, asked, now)
        if quote.troubles:
            _refuse(quote)
        if quote.amount_fen != request["expects_fen"]:
            raise errors.QuoteChanged(quote=quote_view(quote))
        order = _begin(tx, place, wish, quote, now)
        if request["lines"] is None:
            _empty_basket(tx, wish, asked)
        placed.append(order_view(place, shown_new(tx, order, quote)))
        return {"order_id": order.id}

    look_first(uow, request["request_id"], lambda tx: _refuse_sold_out(tx, _asked(tx, request, flight)))
    done = once(uow, request, "place_order", work)
    if placed:
        return {"order": placed[0]}
    return view_of(uow, place, request["passenger_id"], done["order_id"])


def pay_order(
    uow: Work, place: Place, till: Till, request: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """PayResultSchema: what the page pays with. `pay` is empty when there is nothing to pay any more.

    A repeat gets the same payment, so nobody pays twice. Raises OrderNotFound, HoldOver, RequestReused,
    RequestInFlight, and what payments.create_intent raises.
    """
    mall = Mall(place, now)

    def work(tx: Tx) -> dict[str, Any]:
        steps.start_paying(tx, mall, _my_sale(tx, request), request["channel"].value)
        return {}

    try:
        once(uow, request, "pay_order", work)
        with uow.read() as tx:
            order = mine(tx, request)
        payment = Saga(uow, mall, till).collect(order.sale, description(order), request["openid"])
    except HoldIsOver as exc:
        raise errors.HoldOver from exc
    pay = {} if payment is None else dict(payment.pay or {})
    return view_of(uow, place, request["passenger_id"], order.id) | {"pay": pay}


def cancel_order(
    uow: Work, place: Place, till: Till, request: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """OrderResultSchema: give an unpaid order up. One that has ended, or turns out to be paid, is answered as it is.

    Raises OrderNotFound, RequestReused, RequestInFlight, and what payments.close_intent raises.
    """
    mall, order_id = Mall(place, now), request["order_id"]

    def work(tx: Tx) -> dict[str, Any]:
        _my_sale(tx, request)
        sale = steps.locked(tx, mall, order_id)
        if sale.state is State.PAYING and sale.out_trade_no is not None:
            raise PaidMeanwhile
        if sale.state in OPEN:
            to = State.LAPSED if tx.now() >= sale.expires_at else State.RELEASED
            steps.end_hold(tx, mall, sale, to, steps.BUYER, "given up by its buyer")
        return {}

    with uow.read() as tx:
        _my_sale(tx, request)
    for left in reversed(range(_TRIES)):
        Saga(uow, mall, till).stop_paying(order_id)
        try:
            once(uow, request, "cancel_order", work)
            break
        except PaidMeanwhile:
            if not left:
                raise
    return view_of(uow, place, request["passenger_id"], order_id)


def get_order(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """OrderResultSchema. Raises OrderNotFound."""
    return view_of(uow, place, request["passenger_id"], request["order_id"])


def list_orders(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """OrdersSchema: the newest first. Raises OrderNotFound for a cursor that was never theirs."""
    buyer, most = request["passenger_id"], request["limit"]
    with uow.read() as tx:
        before = None
        if request["cursor"] is not None:
            last = tx.store.sales.find(request["cursor"])
            if last is None or last.buyer_id != buyer:
                raise errors.OrderNotFound
            before = (last.held_at, last.id)
        sales = tx.store.sales.of_buyer(buyer, most + 1, before)
        orders = tx.store.orders([sale.id for sale in sales[:most]])
        views = [order_view(place, each) for each in shown_all(tx, orders)]
    return {"orders": views, "next_cursor": sales[most - 1].id if len(sales) > most else None}


def push(uow: Work, place: Place, till: Till, order_id: str, now: datetime) -> None:
    """Ask for what was promised back; the sweeper asks again for what can't be heard now."""
    saga: Saga[ShopStore] = Saga(uow, Mall(place, now), till)
    saga.push(order_id)


def mine(tx: Tx, request: Mapping[str, Any]) -> MallOrder:
    """The order that a traveller names, if it is theirs. Raises OrderNotFound."""
    order = tx.store.order(request["order_id"])
    if order is None or order.sale.buyer_id != request["passenger_id"]:
        raise errors.OrderNotFound
    return order


def _my_sale(tx: Tx, request: Mapping[str, Any]) -> Sale:
    """The money of an order that a traveller names, if it is theirs. Raises OrderNotFound."""
    sale = tx.store.sales.find(request["order_id"])
    if sale is None or sale.buyer_id != request["passenger_id"]:
        raise errors.OrderNotFound
    return sale


def description(order: MallOrder) -> str:
    """What the payer reads in WeChat."""
    first = order.parcels[0]
    pieces = sum(line.quantity for each in order.parcels for line in each.lines)
    shops = first.shop["name"]["zh"] + ("等" if len(order.parcels) > 1 else "")
    return f"机场商城 {shops} {first.lines[0].words['name']['zh']} 共{pieces}件"[:MAX_DESCRIPTION]


def view_of(uow: Work, place: Place, passenger_id: str, order_id: str) -> dict[str, Any]:
    with uow.read() as tx:
        order = mine(tx, {"passenger_id": passenger_id, "order_id": order_id})
        return {"order": order_view(place, shown_all(tx, [order])[0])}


def _flight(uow: Work, caller: clients.Caller, flight_id: str | None) -> Flight | None:
    if flight_id is None:
        return None
    try:
        document = clients.get_flight(caller, flight_id)
    except ServiceError:
        # What was heard last is better than nothing, and is followed from there.
        with uow.read() as tx:
            return tx.store.flights([flight_id]).get(flight_id)
    return None if document is None else flight_of(document)


def _asked(tx: Tx, request: Mapping[str, Any], flight: Flight | None) -> Asked:
    wanted: dict[str, int] = {}
    if request["lines"] is None:
        basket_id = basket_id_of(tx, request)
        for variant_id, quantity, _ in () if basket_id is None else tx.store.basket_lines(basket_id):
            wanted[variant_id] = quantity
    else:
        for each in request["lines"]:
            wanted[each["variant_id"]] = wanted.get(each["variant_id"], 0) + each["quantity"]
    return Asked(
        request["passenger_id"],
        wanted,
        request["ways"],
        tuple(dict.fromkeys(request["coupon_ids"])),
        request["adult"],
        request["flight_id"],
        flight,
    )


def _empty_basket(tx: Tx, request: Mapping[str, Any], asked: Asked) -> None:
    basket_id = basket_id_of(tx, request)
    if basket_id is not None:
        tx.store.drop_lines(basket_id, list(asked.wanted))


def _begin(tx: Tx, place: Place, request: Mapping[str, Any], quote: Quoted, now: datetime) -> MallOrder:
    """Write the order, then take what is scarce: whoever wants the same piece waits for as little as can be."""
    hold = timedelta(seconds=place.settings.hold_s)
    sale = steps.opened(request["passenger_id"], quote.amount_fen, quote.currency, tx.now(), hold)
    flight_id = None if quote.flight is None else quote.flight.flight_id
    order = MallOrder(
        sale, quote.goods_fen, quote.discount_fen, flight_id, request["adult"], request["language"]
    )
    tx.store.begin_order(order, steps.BUYER, "placed")
    parcels = tuple(_parcel(tx, sale.id, each) for each in quote.parcels)
    for each in parcels:
        tx.store.add_parcel(each, flight_id, Who(steps.BUYER, "placed", now))
    _take(tx, sale, quote)
    if quote.flight is not None:
        tx.store.note_flight(quote.flight, tx.now())
    tell(
        tx,
        events.ORDER_PLACED,
        order,
        amount_fen=sale.amount_fen,
        expires_at=instant(sale.expires_at),
    )
    return replace(order, parcels=parcels)


def _take(tx: Tx, sale: Sale, quote: Quoted) -> None:
    """Raises SoldOut, CouponNotUsable, QuoteChanged: whatever was taken goes back with the transaction."""
    sold_out = stocking.hold(tx, {line.thing.key: line.quantity for line in quote.lines})
    if sold_out:
        raise errors.SoldOut(variant_ids=list(sold_out))
    used = [each.coupon_id for each in quote.coupons.used]
    use = coupon_use.Use(SHOP, sale.id, quote.items, None)
    taken = sum(each.discount_fen for each in coupon_use.lock(tx, sale.buyer_id, used, use))
    if taken != quote.discount_fen:
        raise errors.QuoteChanged(quote=quote_view(quote))


def _parcel(tx: Tx, order_id: str, quote: QuotedParcel) -> Parcel:
    shop, offer, parcel_id = quote.thing.shop, quote.chosen, new_id()
    merchant = tx.store.merchant(shop.merchant_id)
    assert merchant is not None, "a shop has one"
    assert offer.since is not None
    assert offer.until is not None
    kept = {
        "id": shop.id,
        "name": {"zh": shop.name.zh, "en": shop.name.en},
        "place": shop.place,
        "phone": shop.phone,
        "merchant_name": merchant.name,
    }
    lines = tuple(_line(parcel_id, number, each) for number, each in enumerate(quote.lines, 1))
    return Parcel(
        id=parcel_id,
        order_id=order_id,
        number=new_number(PARCEL),
        shop_id=shop.id,
        merchant_id=shop.merchant_id,
        shop=kept,
        state=ParcelState.HELD,
        way=offer.way,
        gate=offer.gate if offer.way is Way.GATE else None,
        promised_from=offer.since,
        promised_until=offer.until,
        goods_fen=quote.goods_fen,
        discount_fen=quote.discount_fen,
        duty_free=any(line.duty_free for line in lines),
        lines=lines,
    )


def _line(parcel_id: str, number: int, line: Any) -> Line:
    thing = line.thing
    return Line(
        id=new_id(),
        parcel_id=parcel_id,
        number=number,
        variant_id=thing.variant_id,
        product_id=thing.product.id,
        quantity=line.quantity,
        unit_fen=line.unit_fen,
        discount_fen=line.discount_fen,
        duty_free=thing.product.duty_free,
        kind=thing.product.kind.value,
        category=thing.product.category,
        perishable=thing.product.perishable,
        words=thing.words,
    )


def _refuse_sold_out(tx: Tx, asked: Asked) -> None:
    """Raises SoldOut."""
    gone = sold_out(tx, asked)
    if gone:
        raise errors.SoldOut(variant_ids=list(gone))


def _refuse(quote: Quoted) -> NoReturn:
    """Raises what is in the way; the first kind of these."""
    by_kind: dict[Problem, list[Trouble]] = {}
    for each in quote.troubles:
        by_kind.setdefault(each.kind, []).append(each)
    for kind in _FIRST:
        found = by_kind.get(kind)
        if found:
            raise _error(kind, found)
    raise AssertionError("every kind of trouble is an error")


def _error(kind: Problem, found: list[Trouble]) -> ServiceError:
    variants = [each.variant_id for each in found if each.variant_id]
    shops = sorted({each.shop_id for each in found if each.shop_id})
    said = dict(found[0].words)
    match kind:
        case Problem.EMPTY:
            return errors.BasketEmpty()
        case Problem.GONE:
            return errors.ProductNotFound(variant_ids=variants)
        case Problem.FLIGHT:
            return errors.BadFlight(words=said)
        case Problem.SOLD_OUT:
            return errors.SoldOut(variant_ids=variants)
        case Problem.SHOP_CLOSED:
            return errors.ShopClosed(shop_ids=shops, words=said)
        case Problem.WAY_NOT_OFFERED:
            return errors.TooLate(shop_ids=shops, words=said)
        case Problem.COUPON:
            return errors.CouponNotUsable(coupon_id=found[0].coupon_id, why="", words=said, missing_fen=0)
    return errors.NotEligible(variant_ids=variants, why=kind.value, words=said)


_FIRST: Final = (
    Problem.EMPTY,
    Problem.GONE,
    Problem.FLIGHT,
    Problem.SOLD_OUT,
    Problem.SHOP_CLOSED,
    Problem.WAY_NOT_OFFERED,
    Problem.NOT_ELIGIBLE,
    Problem.ADULTS_ONLY,
    Problem.ALLOWANCE,
    Problem.LIMIT,
    Problem.COUPON,
)
