"""The bus service over a real broker: from a feed's import to a seat that is held, and given back."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from marshmallow import Schema

from kernel import clock
from kernel.ids import new_id
from services.bus import schemas
from tests.messaging.calls.harness import Wire
from tests.support.days import day, noon
from tests.support.stack import Stack
from tests.unit.shop import coupons as in_shop


@pytest.fixture
def wire(stack: Stack) -> Iterator[Wire]:
    wire = Wire(stack.amqp_url)
    yield wire
    wire.close()


def test_a_seat_is_found_held_and_given_back(stack: Stack, wire: Wire) -> None:
    stack.airport("bus demo")

    def call(method: str, **request: Any) -> Any:
        answer = wire.call("bus", method, request)
        assert answer.error is None, answer.error
        return answer.result

    assert [line["id"] for line in call("list_lines")["lines"]] == ["A1", "A2", "A3", "A4", "X1", "Z1"]
    assert call("list_stops", latitude=28.19, longitude=113.2149)["stops"][0]["id"] == "CSX-T1"

    # A flight tomorrow noon, so that its bus is still to come whatever the hour.
    flight_at = noon(1)
    found = call("search_departures", from_stop="WUYI", flight_departs_at=flight_at.isoformat(), limit=1)
    (ride,) = found["departures"]
    assert ride["leaves"]["arrives_at"] == (flight_at - timedelta(hours=2)).isoformat().replace("+00:00", "Z")
    key = {"departure_id": ride["departure_id"], "from_stop": "WUYI", "to_stop": "CSX"}

    request_id = new_id()
    wanted = {"passengers": [{"kind": "adult"}, {"kind": "child"}], "passenger_id": "p1", **key}
    order = call("hold_seats", request_id=request_id, **wanted)["order"]
    assert (order["amount_fen"], order["state"]) == (3000, "held")
    assert call("hold_seats", request_id=request_id, **wanted)["order"] == order
    assert call("get_departure", **key)["ride"]["free"] == ride["free"] - 2
    mine = {"passenger_id": "p1", "order_id": order["id"]}
    assert call("release_seats", request_id=new_id(), **mine)["order"]["state"] == "released"
    assert call("get_order", **mine)["order"]["state"] == "released"
    assert call("get_departure", **key)["ride"]["free"] == ride["free"]


def test_a_ticket_that_a_coupon_pays_is_issued_and_the_mall_hears_of_it(wire: Wire) -> None:
    def call(service: str, method: str, **request: Any) -> Any:
        answer = wire.call(service, method, request)
        assert answer.error is None, answer.error
        return answer.result

    desk = {"actor": "staff:chen", "shops": ["*"]}
    campaign = in_shop.draft(value_fen=5_000, threshold_fen=0, scope={"services": ["bus"]})
    wish = {"campaign": campaign, "campaign_id": None, "seen_version": 0}
    saved = call("shop", "save_campaign", request_id=new_id(), **desk, **wish)["campaign"]
    on = {"campaign_id": saved["id"], "state": "on"}
    call("shop", "set_campaign_state", request_id=new_id(), **desk, **on)
    claim = {"passenger_id": "p1", "campaign_id": saved["id"]}
    coupon_id = call("shop", "claim_coupon", request_id=new_id(), **claim)["coupon"]["id"]
    mine = {"passenger_id": "p1", "coupon_id": coupon_id}

    after = (clock.now() + timedelta(days=1)).isoformat()
    ride = call("bus", "search_departures", from_stop="WUYI", to_stop="CSX", after=after)["departures"][0]
    key = {"departure_id": ride["departure_id"], "from_stop": "WUYI", "to_stop": "CSX"}
    wanted = {"passengers": [{"kind": "adult"}], "passenger_id": "p1", "coupon_ids": [coupon_id], **key}
    order = call("bus", "hold_seats", request_id=new_id(), **wanted)["order"]
    assert (order["amount_fen"], order["discount_fen"]) == (0, ride["prices"]["adult_fen"])
    assert call("shop", "get_coupon", **mine)["coupon"]["state"] == "locked"
    refused = wire.call("bus", "hold_seats", {"request_id": new_id(), **wanted}).document
    assert (refused["code"], refused["data"]["why"]) == ("shop.coupon_not_usable", "locked")

    about = {"passenger_id": "p1", "order_id": order["id"]}
    paid = call("bus", "pay_order", request_id=new_id(), channel="native", **about)
    assert (paid["order"]["state"], paid["pay"]) == ("issued", {})
    until = time.monotonic() + 20
    while (state := call("shop", "get_coupon", **mine)["coupon"]["state"]) == "locked":
        assert time.monotonic() < until, "bus's timer told nobody"
        time.sleep(0.3)
    assert state == "redeemed"


def test_what_is_wrong_with_a_request_is_named(wire: Wire) -> None:
    answer = wire.call("bus", "hold_seats", {"passengers": [{"kind": "dog"}]})
    assert answer.document["code"] == "bus.bad_request"
    wrong = answer.document["data"]["fields"]
    assert wrong["passengers"] == {"0": {"kind": ["Must be one of: adult, child, discount."]}}
    assert wrong["request_id"] == ["Missing data for required field."]


def test_a_bus_is_seen_off_and_cancelled(stack: Stack, wire: Wire) -> None:
    def call(method: str, schema: type[Schema], **request: Any) -> Any:
        answer = wire.call("bus", method, request)
        assert answer.error is None, answer.error
        assert schema().validate(answer.result) == {}
        return answer.result

    ((key,),) = call("ticket_keys", schemas.TicketKeysSchema).values()
    assert len(base64.b64decode(key["public_key"])) == 32
    tomorrow = f"{day(1)}"
    first, second, *_ = call("list_day", schemas.DaySchema, day_local=tomorrow, line_id="X1")["departures"]
    bus = {"departure_id": first["departure_id"]}
    assert call("get_manifest", schemas.ManifestSchema, **bus) == {"departure": first, "tickets": []}
    now = clock.real_now().isoformat()
    scans = [
        {"scan_id": new_id(), "code": "https://example.org", "scanned_at": now},
        {"scan_id": new_id(), "ticket_id": "7k2-p9q", "scanned_at": now},
    ]
    who = {"request_id": new_id(), "actor": "staff:li", "device": "phone-1"}
    answer = call("board_tickets", schemas.BoardedSchema, **who, **bus, scans=scans)
    assert [each["result"] for each in answer["results"]] == ["unreadable", "unknown"]
    assert call("board_tickets", schemas.BoardedSchema, **who, **bus, scans=scans) == answer
    assert call("list_revocations", schemas.RevocationsSchema)["more"] is False
    assert call("list_copies", schemas.CopiesSchema) == {"copies": []}

    to = {"move_to": second["departure_id"]}
    assert call("preview_cancellation", schemas.CancellationPreviewSchema, **bus, **to)["fits"]
    reason = {"zh": "暴雨封路", "en": "The road is closed by heavy rain"}
    given = {"request_id": new_id(), "actor": "staff:wu", "reason": reason, **bus, **to}
    assert call("cancel_departure", schemas.CancelledSchema, **given)["departure"]["cancelled"]
    again = wire.call("bus", "cancel_departure", given | {"request_id": new_id()})
    assert again.document["code"] == "bus.departure_cancelled"
