"""The bus service over a real broker: from a feed's import to a seat that is held, and given back."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from marshmallow import Schema

from kernel import clock
from kernel.ids import new_id
from services.bus import schemas
from tests.messaging.calls.harness import Wire
from tests.support.stack import Stack


@pytest.fixture
def wire(stack: Stack) -> Iterator[Wire]:
    wire = Wire(stack.amqp_url)
    yield wire
    wire.close()


def test_a_seat_is_found_held_and_given_back(stack: Stack, wire: Wire) -> None:
    imported = stack.run("bus-demo", "-m", "deploy.cli", "bus", "demo")
    assert imported.wait(60.0)
    assert imported.returncode == 0, stack.log("bus-demo")

    def call(method: str, **request: Any) -> Any:
        answer = wire.call("bus", method, request)
        assert answer.error is None, answer.error
        return answer.result

    assert [line["id"] for line in call("list_lines")["lines"]] == ["A1", "A2", "A3", "A4", "X1", "Z1"]
    assert call("list_stops", latitude=28.19, longitude=113.2149)["stops"][0]["id"] == "CSX-T1"

    # A flight tomorrow noon, so that its bus is still to come whatever the hour.
    flight_at = (clock.now() + timedelta(days=1)).replace(hour=4, minute=0, second=0, microsecond=0)
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
    day = (clock.now() + timedelta(days=1)).date().isoformat()
    first, second, *_ = call("list_day", schemas.DaySchema, day_local=day, line_id="X1")["departures"]
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
