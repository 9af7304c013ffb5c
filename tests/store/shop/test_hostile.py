"""Who wants more than they pay for: limits that hold across orders, and what comes in place of what is missing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel.ids import new_id
from services.shop import errors
from services.shop.schemas import parcels as schemas
from services.shop.schemas.campaigns import ListCampaignsForStaffSchema
from services.shop.schemas.orders import CancelOrderSchema, ListOrdersSchema, PayOrderSchema, PlaceOrderSchema
from services.shop.schemas.parcels import ListParcelsSchema
from services.shop.usecases import asking, ordering, picking
from tests.fakes.till import FakeTill
from tests.unit.shop import coupons
from tests.unit.shop.mall import PLACE, ask, level, put_product
from tests.unit.shop.orders import (
    ANN,
    BEN,
    CZ3101,
    NOW,
    Flights,
    answer,
    bought,
    cancel_order,
    flight,
    fly,
    missing,
    place_order,
    quote,
    see,
    staff,
)

ABROAD = {"flight_id": CZ3101, "adult": True}


@pytest.fixture
def till() -> FakeTill:
    return FakeTill()


@pytest.fixture
def tea(mall: Any) -> str:
    return put_product(mall, on_hand=100)[1]


@pytest.fixture
def coffee(mall: Any) -> str:
    return put_product(mall, sku="COFFEE", price_fen=3_000, category="coffee")[1]


def gin(mall: Any, sku: str = "GIN", **changes: Any) -> str:
    given = {"category": "drinks", "kind": "alcohol", "duty_free": True, "liquid_ml": 750, **changes}
    return put_product(mall, sku=sku, on_hand=20, **given)[1]


def abroad() -> Flights:
    return Flights(flight(icao="VHHH"))


def test_what_one_person_may_take_abroad_isnt_counted_by_the_order(mall: Any, till: FakeTill) -> None:
    spirits, rum = gin(mall), gin(mall, "RUM")
    first = bought(mall, till, {spirits: 1}, abroad(), **ABROAD)
    held = place_order(mall, {rum: 1}, abroad(), **ABROAD)
    with pytest.raises(errors.NotEligible) as refused:
        place_order(mall, {spirits: 1}, abroad(), **ABROAD)
    assert refused.value.data["why"] == "allowance"
    assert place_order(mall, {spirits: 2}, abroad(), passenger_id=BEN, **ABROAD)["state"] == "held"
    cancel_order(mall, till, held["id"])
    assert place_order(mall, {rum: 1}, abroad(), **ABROAD)["state"] == "held"
    assert first["state"] == "issued"


def test_a_bottle_that_nobody_measured_is_all_that_one_person_may_take(mall: Any) -> None:
    spirits = gin(mall, liquid_ml=None)
    assert quote(mall, {spirits: 1}, abroad(), **ABROAD)["problems"] == []
    assert [each["kind"] for each in quote(mall, {spirits: 2}, abroad(), **ABROAD)["problems"]] == [
        "allowance"
    ]


def test_a_thing_that_is_named_often_is_still_one_thing(mall: Any, tea: str) -> None:
    lines = [{"variant_id": tea, "quantity": 20}] * 3
    given = {"request_id": new_id(), "passenger_id": ANN, "lines": lines, "expects_fen": 60 * 12_800}
    request = PlaceOrderSchema().load(given)
    with pytest.raises(errors.NotEligible) as refused:
        ordering.place_order(mall, PLACE, Flights(), request, NOW)
    assert refused.value.data["why"] == "limit"
    assert level(mall, tea) == (100, 0)


def test_nobody_holds_more_of_a_thing_without_paying_than_one_may_buy(
    mall: Any, till: FakeTill, tea: str
) -> None:
    first = place_order(mall, {tea: 15})
    with pytest.raises(errors.NotEligible) as refused:
        place_order(mall, {tea: 6})
    assert refused.value.data["why"] == "limit"
    assert level(mall, tea) == (100, 15)
    assert place_order(mall, {tea: 5})["state"] == "held"
    cancel_order(mall, till, first["id"])
    assert bought(mall, till, {tea: 15})["state"] == "issued"
    assert place_order(mall, {tea: 15})["state"] == "held"


def test_what_comes_instead_isnt_what_its_buyer_couldnt_buy(mall: Any, till: FakeTill, tea: str) -> None:
    spirits, whisky = gin(mall), gin(mall, "WHISKY", duty_free=False)
    parcel = bought(mall, till, {tea: 1})["parcels"][0]
    for offered in (spirits, whisky):
        with pytest.raises(errors.NotEligible):
            missing(mall, parcel, offer_variant_id=offered)
    assert level(mall, spirits) == level(mall, whisky) == (20, 0)
    grown_up = bought(mall, till, {tea: 1}, adult=True)["parcels"][0]
    with pytest.raises(errors.NotEligible):
        missing(mall, grown_up, offer_variant_id=spirits)
    assert missing(mall, grown_up, offer_variant_id=whisky)["state"] == "asking"


def test_duty_free_comes_instead_of_duty_free_of_its_kind_and_no_more_of_it(
    mall: Any, till: FakeTill
) -> None:
    small, big = gin(mall), gin(mall, "MAGNUM", liquid_ml=1_500)
    rum, scent = gin(mall, "RUM"), gin(mall, "SCENT", kind="cosmetics", category="perfume", liquid_ml=50)
    parcel = bought(mall, till, {small: 1}, abroad(), **ABROAD)["parcels"][0]
    with pytest.raises(errors.NotEligible):
        missing(mall, parcel, offer_variant_id=big)
    assert missing(mall, parcel, offer_variant_id=rum)["state"] == "asking"
    other = bought(mall, till, {scent: 1}, abroad(), passenger_id=BEN, **ABROAD)["parcels"][0]
    with pytest.raises(errors.NotEligible):
        missing(mall, other, offer_variant_id=rum)


def test_a_coupon_isnt_given_back_for_what_was_replaced_twice(
    mall: Any, till: FakeTill, tea: str, coffee: str
) -> None:
    mine = coupons.claimed(mall, ANN)
    cocoa = put_product(mall, sku="COCOA", price_fen=12_800, category="coffee")[1]
    order = bought(mall, till, {tea: 1}, coupon_ids=[mine])
    parcel = order["parcels"][0]
    for offered in (cocoa, coffee):
        line = next(each for each in see(mall, order["id"])["parcels"][0]["lines"] if not each["missing"])
        asked = {"parcel_id": parcel["id"], "line_id": line["id"], "quantity": 1, "offer_variant_id": offered}
        found = staff(mall, picking.report_missing, schemas.ReportMissingSchema(), **asked)
        answer(mall, till, found["ask"]["id"], "replace")
    after = see(mall, order["id"])
    assert [each["given_back_fen"] for each in after["coupons"]] == [0]
    assert [each["id"] for each in coupons.mine(mall, ANN)] == []
    assert after["refunding_fen"] == order["amount_fen"] - 3_000


def test_duty_free_isnt_fetched_for_a_flight_that_doesnt_leave(mall: Any, till: FakeTill, tea: str) -> None:
    spirits = gin(mall)
    order = bought(mall, till, {spirits: 1}, abroad(), **ABROAD)
    fly(mall, till, flight(icao="VHHH", version=2, status="cancelled"))
    asked = see(mall, order["id"])["parcels"][0]["ask"]
    assert asked["choices"] == ["refund"]
    with pytest.raises(errors.NotOffered):
        answer(mall, till, asked["id"], "collect")
    assert asking.settle_overdue(mall, PLACE, till, NOW + timedelta(hours=1)) == 1
    assert see(mall, order["id"])["refunding_fen"] == order["amount_fen"]


@pytest.mark.parametrize(
    ("schema", "given"),
    [
        (ListOrdersSchema(), {"passenger_id": ANN, "cursor": "a\0"}),
        (ListParcelsSchema(), {"actor": "staff:x", "shops": ["*"], "cursor": "a\0"}),
        (ListCampaignsForStaffSchema(), {"actor": "staff:x", "shops": ["*"], "cursor": "a\0"}),
        (CancelOrderSchema(), {"request_id": "cancel-1\0", "passenger_id": ANN, "order_id": "x"}),
        (PayOrderSchema(), {"request_id": "pay-order", "order_id": "x", "channel": "jsapi", "openid": "\0"}),
    ],
)
def test_what_postgresql_has_no_place_for_isnt_asked_of_it(schema: Any, given: dict[str, Any]) -> None:
    wrong = next(name for name, each in given.items() if isinstance(each, str) and "\0" in each)
    assert wrong in schema.validate({"passenger_id": ANN, **given} if "openid" in given else given)


def test_what_a_coupon_paid_for_wholly_comes_back_as_that_coupon(mall: Any, till: FakeTill, tea: str) -> None:
    mine = coupons.claimed(mall, ANN, value_fen=30_000, threshold_fen=0)
    order = place_order(mall, {tea: 1}, coupon_ids=[mine])
    assert (order["amount_fen"], order["discount_fen"]) == (0, 12_800)
    given = {"request_id": new_id(), "passenger_id": ANN, "order_id": order["id"], "channel": "native"}
    paid = ordering.pay_order(mall, PLACE, till, PayOrderSchema().load(given), NOW)
    assert (paid["order"]["state"], paid["pay"], till.payments) == ("issued", {}, {})
    parcel = paid["order"]["parcels"][0]
    request = ask(schemas.WithdrawParcelSchema(), parcel_id=parcel["id"], words="缺货")
    picking.withdraw_parcel(mall, PLACE, till, request, NOW)
    after = see(mall, order["id"])
    assert (after["state"], after["refunding_fen"], after["refunded_fen"]) == ("refunded", 0, 0)
    assert [each["id"] for each in coupons.mine(mall, ANN)] == [mine]
    assert level(mall, tea) == (100, 0)
