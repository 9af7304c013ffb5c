"""What courier orders sell: the way of an approved claim's item to its owner.

Order of locks: the item, its claim, then the order (docs/decisions/0077-couriers.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from kernel.instants import instant
from kernel.outbox import Event
from kernel.saga import steps
from kernel.saga.protocols import Delivery
from kernel.saga.states import Sale, State
from services.lostfound import events
from services.lostfound.domain.claims import Claim
from services.lostfound.domain.courier import CourierOrder, Parcel
from services.lostfound.domain.items import Item
from services.lostfound.schemas.claim_words import ClaimState, PickupWay
from services.lostfound.schemas.courier_words import ParcelState
from services.lostfound.schemas.vocabulary import ItemState
from services.lostfound.usecases.moving import lock_item
from services.lostfound.usecases.shared import Place, Tx

WITHDRAWN: Final = "withdrawn"
NOT_SENT: Final = "not_sent"
_WHY: Final = {steps.GONE: "gone", steps.LATE: "late"}
_REASONS: Final = {WITHDRAWN: "物主改为自取或撤回认领", NOT_SENT: "物品无法寄送，全额退款"}
"""What the payer reads, at most 80 characters."""


@dataclass(frozen=True)
class Parcels:
    """The goods of lost and found. Nothing of them is scarce: a claim has one order at a time, and its item is its own."""

    @property
    def gone_reason(self) -> str:
        return "付款到账时该物品已不能寄送，全额退款"

    def lock(self, tx: Tx, order_id: str) -> None:
        order = tx.store.courier_order(order_id)
        if order is not None:
            lock_item(tx, order.parcel.item_id)
            tx.store.lock_claim(order.parcel.claim_id)

    def free(self, tx: Tx, sale: Sale) -> None:
        parcel = order_of(tx, sale).parcel
        tx.store.save_parcel(parcel, replace(parcel, parcel=ParcelState.CANCELLED))

    def deliver(self, tx: Tx, sale: Sale, *, held: bool) -> Delivery:
        """Let it wait for the courier. A claim that ended meanwhile, or has another order by now, gets its money back."""
        parcel = order_of(tx, sale).parcel
        claim, item = tx.store.claim(parcel.claim_id), tx.store.item(parcel.item_id)
        assert claim is not None
        assert item is not None
        live = tx.store.live_courier(claim.id)
        other = live is not None and live.sale.id != sale.id
        if other or claim.state is not ClaimState.APPROVED or item.state is not ItemState.RESERVED:
            tx.store.save_parcel(parcel, replace(parcel, parcel=ParcelState.CANCELLED))
            return Delivery.GONE
        tx.store.save_parcel(parcel, replace(parcel, parcel=ParcelState.WAITING))
        by_courier = replace(
            claim, version=claim.version + 1, way=PickupWay.COURIER, window_from=None, window_to=None
        )
        tx.store.save_claim(by_courier, claim.version)
        return Delivery.DONE

    def tell(self, tx: Tx, sale: Sale, why: str) -> None:
        order = replace(order_of(tx, sale), sale=sale)
        if sale.state is State.ISSUED:
            tell_courier(tx, events.COURIER_PAID, order)
        elif why in _WHY:
            told = {"refund_fen": sale.amount_fen, "why": _WHY[why]}
            tell_courier(tx, events.COURIER_REFUNDED, order, told)


def order_of(tx: Tx, sale: Sale) -> CourierOrder:
    order = tx.store.courier_order(sale.id)
    assert order is not None, "an order that is locked is there"
    return order


def withdraw_parcel(tx: Tx, claim: Claim, actor: str, why: str = WITHDRAWN) -> CourierOrder | None:
    """End what a claim, held with its item, has ordered and what hasn't left yet: all that was paid goes back.

    None: there is nothing to end. While it is being paid for nothing is done: its money will find the claim ended.
    The sweeper asks for the money if the caller doesn't.
    """
    order = tx.store.live_courier(claim.id)
    if order is None:
        return None
    sale = steps.locked_alone(tx, order.sale.id)
    cancelled = replace(order.parcel, parcel=ParcelState.CANCELLED)
    if order.parcel.parcel is ParcelState.WAITING:
        tx.store.save_parcel(order.parcel, cancelled)
        refund_fen = sale.left_fen
        sale = steps.promise(tx, sale, refund_fen, _REASONS[why])
        sale = steps.take_back(tx, sale, actor, why)
        order = CourierOrder(sale, cancelled)
        tell_courier(tx, events.COURIER_REFUNDED, order, {"refund_fen": refund_fen, "why": why})
        return order
    if order.parcel.parcel is ParcelState.ORDERED and sale.state is State.HELD:
        sale = tx.store.sales.step(sale, State.RELEASED, tx.now(), actor, why, look_at=None)
        tx.store.save_parcel(order.parcel, cancelled)
        return CourierOrder(sale, cancelled)
    return None


def back_to_the_desk(tx: Tx, place: Place, claim: Claim, now: datetime) -> Claim:
    """The held claim, whose item is to be fetched again; there is as much time as at first. now: the airport's time."""
    fetch_by = now + timedelta(days=place.settings.fetch_days)
    done = replace(
        claim,
        version=claim.version + 1,
        way=PickupWay.PICKUP,
        fetch_by=max(fetch_by, claim.fetch_by or fetch_by),
    )
    tx.store.save_claim(done, claim.version)
    return done


def tell_courier(tx: Tx, name: str, order: CourierOrder, more: Mapping[str, Any] | None = None) -> None:
    item = tx.store.item(order.parcel.item_id)
    claim = tx.store.claim(order.parcel.claim_id)
    assert item is not None
    data = {
        "order_id": order.sale.id,
        "claim_id": order.parcel.claim_id,
        "report_id": None if claim is None else claim.report_id,
        "item_id": item.id,
        "passenger_id": order.sale.buyer_id,
        "parcel": order.parcel.parcel.value,
        "category": item.category,
        "amount_fen": order.sale.amount_fen,
        **(more or {}),
    }
    tx.outbox.add(Event(name, order.sale.id, order.sale.version, data, events.SCHEMA_VERSION))


# --- views


def order_view(order: CourierOrder, now: datetime) -> dict[str, Any]:
    """CourierOrderSchema. now: the database's time."""
    sale, parcel = order.sale, order.parcel
    return {
        "id": sale.id,
        "claim_id": parcel.claim_id,
        "state": sale.state_at(now).value,
        "parcel": parcel.parcel.value,
        "province": parcel.province,
        "amount_fen": sale.amount_fen,
        "refunding_fen": sale.refunding_fen,
        "refunded_fen": sale.refunded_fen,
        "currency": sale.currency,
        "held_at": instant(sale.held_at),
        "expires_at": instant(sale.expires_at),
        "paid_at": _at(sale.paid_at),
        "out_trade_no": sale.out_trade_no,
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "sent_at": _at(parcel.sent_at),
        "arrived_at": _at(parcel.arrived_at),
    }


def desk_view(order: CourierOrder, item: Item, claim: Claim, now: datetime) -> dict[str, Any]:
    """DeskCourierOrderSchema."""
    return {
        **order_view(order, now),
        "item_id": item.id,
        "item_number": item.number,
        "claim_number": claim.number,
        "category": item.category,
        "desk_id": item.desk_id,
        "shelf": item.shelf,
        "valuable": item.precious,
    }


def parcel_step(before: Parcel, to: ParcelState, **changes: Any) -> Parcel:
    return replace(before, parcel=to, **changes)


def _at(at: datetime | None) -> str | None:
    return None if at is None else instant(at)
