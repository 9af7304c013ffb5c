"""What others hear of orders and parcels."""

from __future__ import annotations

from typing import Any

from kernel.instants import instant
from kernel.outbox import Event
from services.shop.domain.orders import MallOrder
from services.shop.domain.parcels import Parcel
from services.shop.events import SCHEMA_VERSION
from services.shop.usecases.shared import Tx


def tell(tx: Tx, name: str, order: MallOrder, **more: Any) -> None:
    """Publish an event about an order as it is now."""
    data = {"order_id": order.id, "passenger_id": order.sale.buyer_id, "language": order.language}
    versions = sum(each.version for each in order.parcels)
    event = Event(name, order.id, order.sale.version + versions, data | more, SCHEMA_VERSION)
    tx.outbox.add(event)


def tell_parcel(tx: Tx, name: str, order_id: str, parcel: Parcel, **more: Any) -> None:
    """Publish an event about one parcel, the order read anew."""
    order = tx.store.order(order_id)
    assert order is not None, "it is locked"
    tell(tx, name, order, parcel=told(parcel), **more)


def told(parcel: Parcel) -> dict[str, Any]:
    """A parcel in an event."""
    return {
        "id": parcel.id,
        "number": parcel.number,
        "shop": {
            "id": parcel.shop_id,
            "name": dict(parcel.shop["name"]),
            "place": parcel.shop["place"],
        },
        "state": parcel.state.value,
        "way": parcel.way.value,
        **promise(parcel),
    }


def promise(parcel: Parcel) -> dict[str, Any]:
    return {
        "gate": parcel.gate,
        "promised_from": instant(parcel.promised_from),
        "promised_until": instant(parcel.promised_until),
    }
