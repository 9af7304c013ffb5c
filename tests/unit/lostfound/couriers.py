"""A claim that was approved, and requests of the courier way as the schemas load them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from kernel.clock import real_now
from kernel.ids import new_id
from services.lostfound.schemas import courier
from services.lostfound.usecases import dispatching, sending
from tests.fakes.till import FakeTill
from tests.unit.lostfound.claims import ANN, DESK, claimed, decide, found, see
from tests.unit.lostfound.examples import PLACE, sealed

ADDRESS = {
    "name": "王芳",
    "phone": "13800138000",
    "city": "长沙市岳麓区",
    "street": "麓山南路932号3栋402",
    "postcode": "410083",
}
TRACKING = "SF1234567890123"


def approved(uow: Any, who: str = ANN, **item: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """An item, and its approved claim."""
    thing = found(uow, **item)
    mine = claimed(uow, thing, who)
    decide(uow, see(uow, mine["id"], None))
    return thing, see(uow, mine["id"], who)


def quote(uow: Any, claim_id: str, province: str = "HN", who: str = ANN) -> dict[str, Any]:
    request = {"passenger_id": who, "claim_id": claim_id, "province": province}
    answer = sending.quote_courier(uow, courier.QuoteCourierSchema().load(request))
    assert courier.CourierQuoteSchema().validate(answer) == {}
    view: dict[str, Any] = answer["quote"]
    return view


def order(uow: Any, claim_id: str, province: str = "HN", who: str = ANN, **more: Any) -> dict[str, Any]:
    request = {
        "request_id": new_id(),
        "passenger_id": who,
        "claim_id": claim_id,
        "province": province,
        "fee_fen": 1800,
        "sealed": sealed(ADDRESS),
        **more,
    }
    answer = sending.order_courier(uow, PLACE, courier.OrderCourierSchema().load(request))
    assert courier.OneCourierOrderSchema().validate(answer) == {}
    view: dict[str, Any] = answer["order"]
    return view


def pay(uow: Any, till: FakeTill, order_id: str, who: str = ANN, channel: str = "native") -> dict[str, Any]:
    request = {"request_id": new_id(), "passenger_id": who, "order_id": order_id, "channel": channel}
    answer = sending.pay_courier(uow, PLACE, till, courier.PayCourierSchema().load(request))
    assert courier.PayingCourierSchema().validate(answer) == {}
    return answer


def release(uow: Any, till: FakeTill, order_id: str, who: str = ANN) -> dict[str, Any]:
    request = {"request_id": new_id(), "passenger_id": who, "order_id": order_id}
    asked = courier.ReleaseCourierSchema().load(request)
    view: dict[str, Any] = sending.release_courier(uow, PLACE, till, asked, real_now())["order"]
    return view


def shown(uow: Any, claim_id: str, who: str = ANN) -> dict[str, Any]:
    request = courier.CourierClaimSchema().load({"passenger_id": who, "claim_id": claim_id})
    answer = sending.get_courier_order(uow, request)
    assert courier.MaybeCourierOrderSchema().validate(answer) == {}
    view: dict[str, Any] = answer["order"]
    return view


def succeeded(uow: Any, till: FakeTill, order_id: str, event_id: str | None = None) -> None:
    """Payments says that it was paid."""
    payment = till.look_quietly(order_id)
    assert payment is not None
    assert payment.paid_at is not None
    data = {
        "order_service": "lostfound",
        "order_id": order_id,
        "out_trade_no": payment.out_trade_no,
        "paid_at": payment.paid_at.isoformat(),
    }
    sending.on_payment_succeeded(uow, till, {"id": event_id or new_id(), "data": data})


def paid(uow: Any, till: FakeTill, claim_id: str, **more: Any) -> dict[str, Any]:
    """An order whose money is here."""
    made = order(uow, claim_id, **more)
    pay(uow, till, made["id"])
    till.paid(made["id"])
    succeeded(uow, till, made["id"])
    return shown(uow, claim_id)


def by_desk(schema: Any, actor: str = DESK, **more: Any) -> dict[str, Any]:
    asked: dict[str, Any] = schema.load({"request_id": new_id(), "actor": actor, **more})
    return asked


def hand(uow: Any, order_id: str, actor: str = DESK, tracking: str = TRACKING, **more: Any) -> dict[str, Any]:
    asked = {"order_id": order_id, "carrier": "sf", "tracking_number": tracking, **more}
    answer = dispatching.hand_to_courier(uow, PLACE, by_desk(courier.HandToCourierSchema(), actor, **asked))
    assert courier.OneDeskCourierOrderSchema().validate(answer) == {}
    view: dict[str, Any] = answer["order"]
    return view


def delivered(uow: Any, order_id: str) -> dict[str, Any]:
    asked = by_desk(courier.CourierDeliveredSchema(), order_id=order_id)
    view: dict[str, Any] = dispatching.courier_delivered(uow, PLACE, asked)["order"]
    return view


def came_back(uow: Any, order_id: str, **more: Any) -> dict[str, Any]:
    asked = by_desk(courier.CourierCameBackSchema(), order_id=order_id, desk_id="t2", **more)
    answer = dispatching.courier_came_back(uow, PLACE, asked, datetime.now(UTC))
    view: dict[str, Any] = answer["order"]
    return view


def waiting(uow: Any, parcel: str = "waiting") -> list[str]:
    asked = courier.ListCourierOrdersSchema().load({"actor": DESK, "parcel": parcel})
    answer = dispatching.list_courier_orders(uow, asked)
    assert courier.DeskCourierOrdersSchema().validate(answer) == {}
    return [each["id"] for each in answer["orders"]]
