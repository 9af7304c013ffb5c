"""Orders of a small mall, and requests as the schemas load them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from kernel.ids import new_id
from kernel.instants import instant
from services.shop.schemas import baskets, orders, parcels
from services.shop.usecases import asking, following, hearing, ordering, picking
from services.shop.usecases import baskets as thinking
from tests.fakes.till import FakeTill
from tests.unit.shop.mall import CABLES, NOW, PLACE, TEA, ask

ANN, BEN = "account-ann", "account-ben"
CZ3101 = "CZ3101-20261124-CSX-PEK"
__all__ = ["ANN", "BEN", "CABLES", "CZ3101", "NOW", "PLACE", "TEA"]


class Flights:
    """The flights' front door: what it knows, by id."""

    def __init__(self, *documents: dict[str, Any]) -> None:
        self.known = {each["id"]: each for each in documents}

    def call(self, service: str, method: str, request: dict[str, Any], deadline_s: float = 2) -> Any:
        assert (service, method) == ("flights", "get_flight")
        return self.known[request["flight_id"]]


def flight(**changes: Any) -> dict[str, Any]:
    """FlightSchema as JSON, as far as the mall reads it: to Beijing from gate 34 in two hours and a half."""
    departs = changes.pop("departs_at", NOW + timedelta(minutes=150))
    abroad = changes.pop("icao", "ZBAA")
    return {
        "id": CZ3101,
        "version": 1,
        "number": "CZ3101",
        "direction": "departure",
        "board_at": instant(departs),
        "status": changes.pop("status", "scheduled"),
        "departure": {
            "airport": {"icao": "ZGHA"},
            "scheduled_at": instant(departs),
            "terminal": "T2",
            "gate": changes.pop("gate", "34"),
        },
        "arrival": {"airport": {"icao": abroad}},
        "milestones": {},
        **changes,
    }


def quote(
    uow: Any, lines: dict[str, int] | None, doors: Flights | None = None, **more: Any
) -> dict[str, Any]:
    request = orders.QuoteOrderSchema().load({"passenger_id": ANN, "lines": listed(lines), **more})
    answer = ordering.quote_order(uow, PLACE, doors or Flights(), request, NOW)
    assert orders.QuoteResultSchema().validate(answer) == {}
    found: dict[str, Any] = answer["quote"]
    return found


def listed(lines: dict[str, int] | None) -> list[dict[str, Any]] | None:
    if lines is None:
        return None
    return [{"variant_id": variant_id, "quantity": n} for variant_id, n in lines.items()]


def place_order(
    uow: Any, lines: dict[str, int] | None, doors: Flights | None = None, **more: Any
) -> dict[str, Any]:
    who = more.pop("passenger_id", ANN)
    at = more.pop("at", NOW)
    given = {"passenger_id": who, "lines": listed(lines), "request_id": new_id(), **more}
    if "expects_fen" not in given:
        asked = {name: value for name, value in given.items() if name != "request_id"}
        loaded = orders.QuoteOrderSchema().load(asked)
        seen = ordering.quote_order(uow, PLACE, doors or Flights(), loaded, at)
        given["expects_fen"] = seen["quote"]["amount_fen"]
    request = orders.PlaceOrderSchema().load(given)
    return shown(ordering.place_order(uow, PLACE, doors or Flights(), request, at))


def shown(answer: dict[str, Any]) -> dict[str, Any]:
    assert orders.OrderResultSchema().validate(answer) == {}
    order: dict[str, Any] = answer["order"]
    return order


def see(uow: Any, order_id: str, who: str = ANN) -> dict[str, Any]:
    return shown(ordering.get_order(uow, PLACE, {"passenger_id": who, "order_id": order_id}))


def pay(uow: Any, till: FakeTill, order_id: str, who: str = ANN, now: datetime = NOW) -> dict[str, Any]:
    """Asked for, paid, and heard of."""
    given = {"request_id": new_id(), "passenger_id": who, "order_id": order_id, "channel": "native"}
    answer = ordering.pay_order(uow, PLACE, till, orders.PayOrderSchema().load(given), now)
    assert orders.PayResultSchema().validate(answer) == {}
    till.paid(order_id)
    succeeded(uow, till, order_id, now)
    return see(uow, order_id, who)


def succeeded(
    uow: Any, till: FakeTill, order_id: str, now: datetime = NOW, doors: Flights | None = None
) -> None:
    """doors: where the service asks for the flight before it judges; None: it doesn't."""
    payment = till.look_quietly(order_id)
    assert payment is not None
    assert payment.paid_at is not None
    event = {
        "id": new_id(),
        "name": "payment_succeeded",
        "data": {
            "order_service": "shop",
            "order_id": order_id,
            "out_trade_no": payment.out_trade_no,
            "paid_at": payment.paid_at.isoformat(),
        },
    }
    if doors is not None:
        hearing.ask_for_flight(uow, doors, event)
    hearing.on_payment_succeeded(uow, PLACE, till, event, now)


def bought(
    uow: Any, till: FakeTill, lines: dict[str, int], doors: Flights | None = None, **more: Any
) -> dict[str, Any]:
    """An order that is paid."""
    who = more.get("passenger_id", ANN)
    return pay(uow, till, place_order(uow, lines, doors, **more)["id"], who)


def cancel_order(uow: Any, till: FakeTill, order_id: str, who: str = ANN) -> dict[str, Any]:
    given = {"request_id": new_id(), "passenger_id": who, "order_id": order_id}
    return shown(ordering.cancel_order(uow, PLACE, till, orders.CancelOrderSchema().load(given), NOW))


def staff(uow: Any, act: Any, schema: Any, now: datetime = NOW, **values: Any) -> dict[str, Any]:
    answer = act(uow, PLACE, ask(schema, **values), now)
    assert parcels.StaffParcelResultSchema().validate(answer) == {}
    found: dict[str, Any] = answer["parcel"]
    return found


def ready(uow: Any, parcel_id: str, now: datetime = NOW) -> dict[str, Any]:
    staff(uow, picking.start_picking, parcels.ParcelActSchema(), now, parcel_id=parcel_id)
    return staff(uow, picking.parcel_ready, parcels.ParcelActSchema(), now, parcel_id=parcel_id)


def send(uow: Any, parcel_id: str, now: datetime = NOW) -> dict[str, Any]:
    return staff(uow, picking.send_to_gate, parcels.ParcelActSchema(), now, parcel_id=parcel_id)


def hand_over(uow: Any, code: str, now: datetime = NOW, **more: Any) -> dict[str, Any]:
    return staff(uow, picking.hand_over, parcels.HandOverSchema(), now, code=code, **more)


def missing(uow: Any, parcel: dict[str, Any], n: int = 1, **more: Any) -> dict[str, Any]:
    line = parcel["lines"][0]["id"]
    asked = {"parcel_id": parcel["id"], "line_id": line, "quantity": n, **more}
    return staff(uow, picking.report_missing, parcels.ReportMissingSchema(), **asked)


def answer(
    uow: Any, till: FakeTill, ask_id: str, choice: str, who: str = ANN, now: datetime = NOW
) -> dict[str, Any]:
    given = {"request_id": new_id(), "passenger_id": who, "ask_id": ask_id, "choice": choice}
    request = parcels.AnswerAskSchema().load(given)
    return shown(asking.answer_ask(uow, PLACE, till, request, now))


def fly(uow: Any, till: FakeTill, document: dict[str, Any], now: datetime = NOW) -> int:
    return following.hear_flight(uow, PLACE, till, document, now)


def put(uow: Any, variant_id: str, quantity: int, **owner: Any) -> dict[str, Any]:
    given = {"variant_id": variant_id, "quantity": quantity, **(owner or {"passenger_id": ANN})}
    found = thinking.put_line(uow, PLACE, baskets.PutLineSchema().load(given), NOW)
    assert baskets.BasketResultSchema().validate(found) == {}
    basket: dict[str, Any] = found["basket"]
    return basket


def basket_of(uow: Any, now: datetime = NOW, **owner: Any) -> dict[str, Any]:
    request = baskets.BasketOwnerSchema().load(owner or {"passenger_id": ANN})
    basket: dict[str, Any] = thinking.get_basket(uow, PLACE, request, now)["basket"]
    return basket
