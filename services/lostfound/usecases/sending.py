"""A claimant has their thing sent: what it costs, the order, its payment, and giving it up.

The saga of the kernel does the work (`kernel/saga`), as for bus tickets.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from kernel.saga import steps
from kernel.saga.protocols import Till
from kernel.saga.run import Saga
from kernel.saga.states import OPEN, HoldIsOver, RefundState, State
from services.lostfound import events
from services.lostfound.domain.claims import Claim
from services.lostfound.domain.courier import CURRENCY, HOLD, CourierOrder, Parcel, Quote, quote
from services.lostfound.domain.items import DESK, Item
from services.lostfound.errors import (
    CourierNotFound,
    CourierOrdered,
    CourierOver,
    FeeChanged,
    NotSendable,
    WrongClaimState,
    WrongParcel,
)
from services.lostfound.schemas.claim_words import ClaimState
from services.lostfound.schemas.courier import AddressSchema
from services.lostfound.schemas.courier_words import ParcelState
from services.lostfound.schemas.vocabulary import ItemState
from services.lostfound.store import LostFoundStore
from services.lostfound.usecases.claim_shared import claim_for, trace
from services.lostfound.usecases.ending import held
from services.lostfound.usecases.parcels import (
    Parcels,
    back_to_the_desk,
    order_view,
    tell_courier,
    withdraw_parcel,
)
from services.lostfound.usecases.shared import Place, Tx, Work, loaded, once

CLEARED: Final = "courier_cleared"
"""The trace of a desk that made sure who the claimant is."""
GOODS: Final = Parcels()
_TRIES: Final = 3
_BATCH: Final = 100


class PaidMeanwhile(Exception):
    """Another payment was asked for while the first was closed."""


def quote_courier(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """CourierQuoteSchema. Raises ClaimNotFound, WrongClaimState."""
    with uow.read() as tx:
        claim = claim_for(tx, request, request["claim_id"])
        item = tx.store.item(claim.item_id)
        assert item is not None
        _refuse_unsent(claim, item)
        return {"quote": _quote_view(_quote(tx, claim, item, request["province"]))}


def order_courier(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """OneCourierOrderSchema: an order that may be paid for half an hour. fee_fen: as quote_courier said.

    Raises BadSeal, BadRequest, ClaimNotFound, WrongClaimState, CourierOrdered, NotSendable, FeeChanged.
    """
    address = loaded(place, request["sealed"], AddressSchema()) or {}

    def work(tx: Tx) -> dict[str, Any]:
        claim_for(tx, request, request["claim_id"])
        item, claim = held(tx, request["claim_id"])
        _refuse_unsent(claim, item)
        live = tx.store.live_courier(claim.id)
        if live is not None:
            raise CourierOrdered(order_id=live.sale.id)
        asked = _quote(tx, claim, item, request["province"])
        if asked.fee_fen is None:
            raise NotSendable(why=asked.not_sent and asked.not_sent.value)
        if asked.fee_fen != request["fee_fen"]:
            raise FeeChanged(fee_fen=asked.fee_fen)
        sale = steps.opened(request["passenger_id"], asked.fee_fen, CURRENCY, tx.now(), HOLD)
        sealed = place.vault.seal(address, sale.id)
        parcel = Parcel(sale.id, claim.id, item.id, asked.province, ParcelState.ORDERED, sealed)
        order = CourierOrder(sale, parcel)
        tx.store.begin_courier(order, steps.BUYER, "ordered by its claimant")
        tell_courier(tx, events.COURIER_ORDERED, order)
        trace(tx, claim.id, "traveller", "courier_ordered")
        return {"order_id": sale.id}

    done = once(uow, place, {**request, "sealed": address}, "order_courier", work)
    return _shown(uow, {**request, **done})


def pay_courier(uow: Work, place: Place, till: Till, request: Mapping[str, Any]) -> dict[str, Any]:
    """PayingCourierSchema: what the page pays with. A repeat gets the same payment, so nobody pays twice.

    Raises CourierNotFound, CourierOver, RequestReused, RequestInFlight, and what payments.create_intent raises.
    """

    def work(tx: Tx) -> dict[str, Any]:
        order = _mine(tx, request)
        claim = tx.store.claim(order.parcel.claim_id)
        if claim is None or claim.state is not ClaimState.APPROVED:
            raise CourierOver
        steps.start_paying(tx, GOODS, order.sale, request["channel"].value)
        return {}

    try:
        once(uow, place, request, "pay_courier", work)
        with uow.read() as tx:
            order = _mine(tx, request)
            claim = tx.store.claim(order.parcel.claim_id)
            assert claim is not None
        about = f"失物招领 快递寄送 {claim.number}"
        payment = _saga(uow, till).collect(order.sale, about, request["openid"])
    except HoldIsOver as exc:
        raise CourierOver from exc
    pay = {} if payment is None else dict(payment.pay or {})
    return _shown(uow, request) | {"pay": pay}


def release_courier(
    uow: Work, place: Place, till: Till, request: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """OneCourierOrderSchema: give it up before it has left; what was paid goes back whole, and the item is fetched.

    now: the airport's time. Raises CourierNotFound, WrongParcel (it has left), and what payments.close_intent raises.
    """
    order_id = request["order_id"]

    def work(tx: Tx) -> dict[str, Any]:
        order = _mine(tx, request)
        _, claim = held(tx, order.parcel.claim_id)
        sale = steps.locked_alone(tx, order_id)
        order = _mine(tx, request)
        if sale.state is State.PAYING and sale.out_trade_no is not None:
            raise PaidMeanwhile
        if sale.state in OPEN:
            over = tx.now() >= sale.expires_at
            to = State.LAPSED if over else State.RELEASED
            steps.end_hold(tx, GOODS, sale, to, steps.BUYER, "given up by its claimant")
        elif order.parcel.parcel is ParcelState.WAITING:
            withdraw_parcel(tx, claim, steps.BUYER)
            back_to_the_desk(tx, place, claim, now)
        elif order.parcel.parcel is not ParcelState.CANCELLED:
            raise WrongParcel(state=order.parcel.parcel.value)
        trace(tx, claim.id, "traveller", "courier_released")
        return {}

    with uow.read() as tx:
        _mine(tx, request)
    saga = _saga(uow, till)
    for left in reversed(range(_TRIES)):
        saga.stop_paying(order_id)
        try:
            once(uow, place, request, "release_courier", work)
            break
        except PaidMeanwhile:
            if not left:
                raise
    saga.push(order_id)
    return _shown(uow, request)


def get_courier_order(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """MaybeCourierOrderSchema. Raises ClaimNotFound."""
    with uow.read() as tx:
        claim = claim_for(tx, request, request["claim_id"])
        order = tx.store.courier_of(claim.id)
        return {"order": None if order is None else order_view(order, tx.now())}


# --- what payments tells


def on_payment_succeeded(uow: Work, till: Till, event: Mapping[str, Any]) -> None:
    """The money is here: it waits for the courier, or the money goes back when its claim ended."""
    data = event["data"]
    if data["order_service"] != events.PUBLISHER:
        return
    paid = steps.Paid(data["out_trade_no"], datetime.fromisoformat(data["paid_at"]))
    with uow.write() as tx:
        if not tx.inbox.first_time(event["id"]):
            return
        sale = steps.receive(tx, GOODS, data["order_id"], paid, steps.TILL)
    if sale.refunding_fen:
        _saga(uow, till).push(sale.id)


def on_payment_closed(uow: Work, event: Mapping[str, Any]) -> None:
    """Nobody can pay it any more."""
    data = event["data"]
    if data["order_service"] != events.PUBLISHER:
        return
    with uow.write() as tx:
        if tx.inbox.first_time(event["id"]):
            steps.closed(tx, GOODS, data["order_id"], data["out_trade_no"])


def on_payment_late(uow: Work, event: Mapping[str, Any]) -> None:
    """Paid after its end: payments gives it back, and the claimant is told."""
    data = event["data"]
    if data["order_service"] != events.PUBLISHER:
        return
    with uow.write() as tx:
        if tx.inbox.first_time(event["id"]):
            steps.late(tx, GOODS, data["order_id"], data["out_trade_no"])


def on_refund(uow: Work, event: Mapping[str, Any], far: RefundState) -> None:
    """How far a refund is, as payments has heard."""
    data = event["data"]
    if data["order_service"] != events.PUBLISHER:
        return
    with uow.write() as tx:
        if tx.inbox.first_time(event["id"]):
            steps.settle(tx, data["out_refund_no"], far)


def look_after_orders(uow: Work, till: Till) -> int:
    """Resume whatever is stuck, and end what nobody paid; how many were looked after."""
    return _saga(uow, till).sweep()


def forget_orders(uow: Work, place: Place) -> int:
    """Let go of addresses, and of orders that are so long over that nobody asks; returns how many orders."""
    settings, gone = place.settings, 0
    with uow.write() as tx:
        tx.store.forget_addresses(tx.now() - timedelta(days=settings.address_days))
    while True:
        with uow.write() as tx:
            old = tx.store.sales.over(tx.now() - timedelta(days=settings.order_days), _BATCH)
            tx.store.sales.forget(old)
        gone += len(old)
        if len(old) < _BATCH:
            return gone


# --- inside


def _saga(uow: Work, till: Till) -> Saga[LostFoundStore]:
    return Saga(uow, GOODS, till)


def _mine(tx: Tx, request: Mapping[str, Any]) -> CourierOrder:
    """The order that a traveller names, if it is theirs. Raises CourierNotFound."""
    order = tx.store.courier_order(request["order_id"])
    if order is None or order.sale.buyer_id != request["passenger_id"]:
        raise CourierNotFound
    return order


def _shown(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    with uow.read() as tx:
        return {"order": order_view(_mine(tx, request), tx.now())}


def _refuse_unsent(claim: Claim, item: Item) -> None:
    """Raises WrongClaimState unless it lies at a desk for this claimant."""
    there = item.state is ItemState.RESERVED and item.holder.startswith(DESK)
    if claim.state is not ClaimState.APPROVED or not there:
        raise WrongClaimState(state=claim.state.value)


def _quote(tx: Tx, claim: Claim, item: Item, province: str) -> Quote:
    return quote(item, province, cleared=tx.store.traced_at(claim.id, CLEARED) is not None)


def _quote_view(asked: Quote) -> dict[str, Any]:
    words = {"zh": asked.reason[0], "en": asked.reason[1]}
    why = asked.not_sent
    return {
        "province": asked.province,
        "not_sent": None if why is None else {"code": why.value, "reason": words},
        "fee_fen": asked.fee_fen,
        "zone": asked.zone and asked.zone.value,
        "weight": asked.weight and asked.weight.value,
        "reason": words,
    }
