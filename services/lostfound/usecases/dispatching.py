"""Parcels at the desk: packed, handed to the courier once, arrived, or back again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kernel.ids import new_id
from kernel.instants import instant
from kernel.saga.protocols import Till
from kernel.saga.run import Saga
from services.lostfound import events
from services.lostfound.domain.claims import Claim, Handover
from services.lostfound.domain.courier import CourierOrder
from services.lostfound.domain.items import COURIER, DESK, Item, Move
from services.lostfound.errors import (
    CourierNotFound,
    DeskNotFound,
    TrackingTaken,
    UnknownShelf,
    WitnessNeeded,
    WrongClaimState,
    WrongParcel,
)
from services.lostfound.schemas.claim_words import ClaimState, PickupWay
from services.lostfound.schemas.courier_words import ParcelState
from services.lostfound.schemas.vocabulary import CustodyKind
from services.lostfound.usecases.claim_shared import trace
from services.lostfound.usecases.ending import held
from services.lostfound.usecases.handing import returned
from services.lostfound.usecases.moving import move
from services.lostfound.usecases.parcels import (
    NOT_SENT,
    back_to_the_desk,
    desk_view,
    parcel_step,
    tell_courier,
    withdraw_parcel,
)
from services.lostfound.usecases.sending import CLEARED, GOODS
from services.lostfound.usecases.shared import Place, Tx, Work, once, refuse_same


def list_courier_orders(uow: Work, request: Mapping[str, Any]) -> dict[str, Any]:
    """DeskCourierOrdersSchema."""
    with uow.read() as tx:
        orders = tx.store.list_couriers(request["parcel"], request["desk_id"], request["limit"])
        items = tx.store.items({each.parcel.item_id for each in orders})
        return {"orders": [_view(tx, each, items[each.parcel.item_id]) for each in orders]}


def get_courier_slip(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """SlipSchema; that it was read is noted. Raises CourierNotFound, WrongParcel (its address was forgotten)."""
    with uow.write() as tx:
        order = _order(tx, request)
        item = tx.store.item(order.parcel.item_id)
        assert item is not None
        if order.parcel.address_sealed is None:
            raise WrongParcel(state=order.parcel.parcel.value)
        trace(tx, order.parcel.claim_id, request["actor"], "address_shown")
        address = place.vault.open(order.parcel.address_sealed, order.sale.id)
        return {"order": _view(tx, order, item), "address": address}


def clear_for_courier(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """ClearedSchema. claim_id: or its number. Raises ClaimNotFound, WrongClaimState."""

    def work(tx: Tx) -> dict[str, Any]:
        _, claim = held(tx, request["claim_id"])
        if claim.state is not ClaimState.APPROVED:
            raise WrongClaimState(state=claim.state.value)
        trace(tx, claim.id, request["actor"], CLEARED, request["note"])
        return {"claim_id": claim.id, "cleared_at": instant(tx.now())}

    return once(uow, place, request, "clear_for_courier", work)


def hand_to_courier(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """OneDeskCourierOrderSchema: the courier has it. Two people see a valuable go.

    Raises CourierNotFound, WrongParcel, WitnessNeeded, SamePerson, TrackingTaken, ItemMissing, NotCounted.
    """

    def work(tx: Tx) -> dict[str, Any]:
        order, item, claim = _held(tx, request, ParcelState.WAITING)
        actor, witness = request["actor"], request["witness"]
        if item.precious and witness is None:
            raise WitnessNeeded
        if witness is not None:
            refuse_same(actor, witness)
        carrier, tracking = request["carrier"], request["tracking_number"].upper()
        if tx.store.tracked(carrier, tracking) is not None:
            raise TrackingTaken(tracking_number=tracking)
        holder = f"{COURIER}{claim.id}"
        note = f"{carrier} {tracking}"
        move(tx, item, Move(CustodyKind.COURIER_TOOK, actor, holder, witness, note))
        track = {"carrier": carrier, "tracking_number": tracking}
        sent = parcel_step(order.parcel, ParcelState.SENT, **track, sent_at=tx.now(), sent_by=actor)
        tx.store.save_parcel(order.parcel, sent)
        order = CourierOrder(tx.store.sales.change(order.sale), sent)
        tell_courier(tx, events.COURIER_SENT, order, track)
        trace(tx, claim.id, actor, "courier_sent", note)
        return {"order_id": order.sale.id}

    return _answer(uow, once(uow, place, request, "hand_to_courier", work))


def courier_delivered(uow: Work, place: Place, request: Mapping[str, Any]) -> dict[str, Any]:
    """OneDeskCourierOrderSchema: its owner has it, and the claim comes to its end.

    Raises CourierNotFound, WrongParcel.
    """

    def work(tx: Tx) -> dict[str, Any]:
        order, item, claim = _held(tx, request, ParcelState.SENT)
        actor = request["actor"]
        arrived = parcel_step(order.parcel, ParcelState.DELIVERED, arrived_at=tx.now())
        tx.store.save_parcel(order.parcel, arrived)
        order = CourierOrder(tx.store.sales.change(order.sale), arrived)
        tx.store.add_handover(
            Handover(
                id=new_id(),
                item_id=item.id,
                claim_id=claim.id,
                actor=actor,
                desk_id=item.desk_id,
                identity_sealed=None,
                signature_sealed=None,
                photo_id=None,
                at=tx.now(),
            )
        )
        returned(tx, (item, claim), actor, way=PickupWay.COURIER)
        tell_courier(tx, events.COURIER_DELIVERED, order)
        return {"order_id": order.sale.id}

    return _answer(uow, once(uow, place, request, "courier_delivered", work))


def courier_came_back(uow: Work, place: Place, request: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """OneDeskCourierOrderSchema: it lies at a desk again, kept for the same claimant. now: the airport's time.

    Raises CourierNotFound, WrongParcel, DeskNotFound, UnknownShelf.
    """

    def work(tx: Tx) -> dict[str, Any]:
        order, item, claim = _held(tx, request, ParcelState.SENT)
        actor, desk = request["actor"], f"{DESK}{request['desk_id']}"
        if not tx.store.has_desk(request["desk_id"]):
            raise DeskNotFound(desk_id=request["desk_id"])
        if request["shelf"] is not None and not tx.store.has_shelf(request["desk_id"], request["shelf"]):
            raise UnknownShelf(desk_id=request["desk_id"], shelf=request["shelf"])
        back = Move(CustodyKind.CAME_BACK, actor, desk, note=request["note"], shelf=request["shelf"])
        item = move(tx, item, back)
        move(tx, item, Move(CustodyKind.RESERVED, actor, note=claim.number))
        came = parcel_step(order.parcel, ParcelState.CAME_BACK, arrived_at=tx.now())
        tx.store.save_parcel(order.parcel, came)
        order = CourierOrder(tx.store.sales.change(order.sale), came)
        claim = back_to_the_desk(tx, place, claim, now)
        tell_courier(tx, events.COURIER_CAME_BACK, order, {"desk_id": request["desk_id"]})
        trace(tx, claim.id, actor, "courier_came_back", request["note"])
        return {"order_id": order.sale.id}

    return _answer(uow, once(uow, place, request, "courier_came_back", work))


def refuse_courier(
    uow: Work, place: Place, till: Till, request: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """OneDeskCourierOrderSchema: it can't be sent; the money goes back whole, and it waits at its desk.

    now: the airport's time. Raises CourierNotFound, WrongParcel.
    """

    def work(tx: Tx) -> dict[str, Any]:
        order, _, claim = _held(tx, request, ParcelState.WAITING)
        withdraw_parcel(tx, claim, request["actor"], NOT_SENT)
        back_to_the_desk(tx, place, claim, now)
        trace(tx, claim.id, request["actor"], "courier_refused", request["note"])
        return {"order_id": order.sale.id}

    done = once(uow, place, request, "refuse_courier", work)
    Saga(uow, GOODS, till).push(done["order_id"])
    return _answer(uow, done)


def _order(tx: Tx, request: Mapping[str, Any]) -> CourierOrder:
    order = tx.store.courier_order(request["order_id"])
    if order is None:
        raise CourierNotFound
    return order


def _held(tx: Tx, request: Mapping[str, Any], parcel: ParcelState) -> tuple[CourierOrder, Item, Claim]:
    """The order, its item and its claim, all held. Raises CourierNotFound, WrongParcel."""
    seen = _order(tx, request)
    item, claim = held(tx, seen.parcel.claim_id)
    tx.store.sales.lock(seen.sale.id)
    order = _order(tx, request)
    if order.parcel.parcel is not parcel:
        raise WrongParcel(state=order.parcel.parcel.value)
    return order, item, claim


def _answer(uow: Work, done: Mapping[str, Any]) -> dict[str, Any]:
    with uow.read() as tx:
        order = _order(tx, done)
        item = tx.store.item(order.parcel.item_id)
        assert item is not None
        return {"order": _view(tx, order, item)}


def _view(tx: Tx, order: CourierOrder, item: Item) -> dict[str, Any]:
    claim = tx.store.claim(order.parcel.claim_id)
    assert claim is not None
    return desk_view(order, item, claim, tx.now())
