"""From the basket to the hand-over, and all the ways in which it ends otherwise."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from kernel.errors import Unavailable
from services.shop import errors
from services.shop.store.order_tables import ORDERS
from services.shop.usecases import ordering
from tests.fakes.till import FakeTill
from tests.unit.shop.mall import PLACE, TEA, deliver, events_of, level, put_product, put_variant
from tests.unit.shop.orders import (
    ANN,
    BEN,
    CABLES,
    CZ3101,
    NOW,
    Flights,
    basket_of,
    bought,
    cancel_order,
    flight,
    hand_over,
    pay,
    place_order,
    put,
    quote,
    ready,
    see,
    send,
    succeeded,
)


@pytest.fixture
def till() -> FakeTill:
    return FakeTill()


@pytest.fixture
def tea(mall: Any) -> str:
    return put_product(mall)[1]


@pytest.fixture
def cable(mall: Any) -> str:
    return put_product(
        mall, shop_id=CABLES, sku="USB-1", price_fen=4_900, category="cables", kind="electronics"
    )[1]


def test_an_order_is_split_by_shop_and_handed_over_by_code(
    mall: Any, till: FakeTill, tea: str, cable: str
) -> None:
    order = bought(mall, till, {tea: 1, cable: 2})
    assert (order["state"], order["amount_fen"], len(order["parcels"])) == ("issued", 22_600, 2)
    assert {each["state"] for each in order["parcels"]} == {"placed"}
    assert level(mall, cable) == (5, 2)  # on the shelf until somebody takes it
    for parcel in order["parcels"]:
        assert len(parcel["code"]) == 8
        ready(mall, parcel["id"])
        assert hand_over(mall, parcel["code"].lower())["state"] == "handed_over"
    assert level(mall, cable) == (3, 0)
    after = see(mall, order["id"])
    assert {(each["state"], each["code"]) for each in after["parcels"]} == {("handed_over", "")}
    names = [each["name"] for each in events_of(mall)]
    for name in ("order_placed", "order_paid", "parcel_ready", "parcel_handed_over"):
        assert name in names


def test_a_code_hands_over_once_and_only_where_it_belongs(mall: Any, till: FakeTill, tea: str) -> None:
    parcel = bought(mall, till, {tea: 1})["parcels"][0]
    with pytest.raises(errors.WrongParcel):
        hand_over(mall, parcel["code"])
    ready(mall, parcel["id"])
    for wrong in ("22222222", "nonsense"):
        with pytest.raises(errors.WrongCode):
            hand_over(mall, wrong)
    with pytest.raises(errors.WrongCode):
        hand_over(mall, parcel["code"], shops=[CABLES])
    hand_over(mall, parcel["code"])
    with pytest.raises(errors.WrongParcel):
        hand_over(mall, parcel["code"])


def test_who_sees_another_price_is_asked_again(mall: Any, tea: str) -> None:
    with pytest.raises(errors.QuoteChanged) as refused:
        place_order(mall, {tea: 1}, expects_fen=12_700)
    assert refused.value.data["quote"]["amount_fen"] == 12_800
    assert level(mall, tea) == (5, 0)


def test_what_is_held_is_nobody_elses_and_comes_back_when_it_is_given_up(
    mall: Any, till: FakeTill, tea: str
) -> None:
    order = place_order(mall, {tea: 4})
    with pytest.raises(errors.SoldOut):
        place_order(mall, {tea: 2}, passenger_id=BEN)
    assert level(mall, tea) == (5, 4)
    assert cancel_order(mall, till, order["id"])["state"] == "released"
    assert level(mall, tea) == (5, 0)
    assert see(mall, order["id"])["parcels"][0]["state"] == "ended"


def test_money_that_came_late_finds_the_goods_or_goes_back(mall: Any, till: FakeTill, tea: str) -> None:
    for others, state in ((0, "issued"), (5, "returning")):
        order = place_order(mall, {tea: 1})
        asked(mall, till, order["id"])
        till.paid(order["id"])
        end(mall, order["id"])
        if others:
            place_order(mall, {tea: level(mall, tea)[0] - level(mall, tea)[1]}, passenger_id=BEN)
        succeeded(mall, till, order["id"])
        assert see(mall, order["id"])["state"] == state
    assert sum(each.amount_fen for each in till.refunds.values()) == 12_800


@pytest.mark.parametrize("limited", ["deal", "allowance", "neither"])
def test_late_money_for_more_than_one_may_have_goes_back(mall: Any, till: FakeTill, limited: str) -> None:
    """One is held and lapses, the buyer buys as many as they may, and then the money for the first comes."""
    deal = {"price_fen": 9_900, "from_at": "2020-01-01T00:00:00Z", "until_at": None, "per_person": 1}
    goods: dict[str, Any] = {"kind": "alcohol", "category": "drinks", "duty_free": True, "liquid_ml": 1500}
    product, thing = put_product(mall, sku="GIN", **(goods if limited == "allowance" else {}))
    if limited == "deal":
        thing = put_variant(mall, product, options={"size": {"zh": "大", "en": "Large"}}, deal=deal)
        deliver(mall, TEA, thing, 5)
    abroad, flies = Flights(flight(icao="VHHH")), {"flight_id": CZ3101, "adult": True}
    first = place_order(mall, {thing: 1}, abroad, **flies)
    asked(mall, till, first["id"])
    till.paid(first["id"])
    end(mall, first["id"])
    assert bought(mall, till, {thing: 1}, abroad, **flies)["state"] == "issued"
    before = level(mall, thing)
    succeeded(mall, till, first["id"])
    after, told = see(mall, first["id"]), events_of(mall, "order_refunded")
    if limited == "neither":
        assert (after["state"], told) == ("issued", [])
        return
    assert (after["state"], after["refunding_fen"]) == ("returning", first["amount_fen"])
    assert level(mall, thing) == before
    assert [each["data"]["why"] for each in told] == ["limit"]


GIN: dict[str, Any] = {"kind": "alcohol", "category": "drinks", "duty_free": True, "liquid_ml": 500}


@pytest.mark.parametrize(
    ("now_it", "state"),
    [
        ({}, "issued"),
        ({"status": "cancelled"}, "returning"),
        ({"departs_at": NOW + timedelta(hours=25)}, "returning"),
    ],
    ids=["as it was", "cancelled", "a day late"],
)
def test_late_money_for_duty_free_goes_back_when_the_flight_allows_none_any_more(
    mall: Any, till: FakeTill, now_it: dict[str, Any], state: str
) -> None:
    thing = put_product(mall, sku="GIN", **GIN)[1]
    order = lapsed_though_paid(mall, till, thing)
    before = level(mall, thing)
    succeeded(mall, till, order["id"], doors=Flights(flight(**{"icao": "VHHH", "version": 2, **now_it})))
    assert see(mall, order["id"])["state"] == state
    told = [each["data"]["why"] for each in events_of(mall, "order_refunded")]
    assert told == ([] if state == "issued" else ["flight"])
    assert (level(mall, thing) == before) is (state != "issued")
    assert sum(each.amount_fen for each in till.refunds.values()) == (0 if not told else 12_800)


def test_late_money_is_judged_by_what_was_heard_last_while_flights_is_away(mall: Any, till: FakeTill) -> None:
    thing = put_product(mall, sku="GIN", **GIN)[1]
    order = lapsed_though_paid(mall, till, thing)
    succeeded(mall, till, order["id"], doors=Away())
    assert see(mall, order["id"])["state"] == "issued"


def test_late_money_for_other_goods_asks_for_no_flight(mall: Any, till: FakeTill, tea: str) -> None:
    order = lapsed_though_paid(mall, till, tea)
    succeeded(mall, till, order["id"], doors=Flights())
    assert see(mall, order["id"])["state"] == "issued"


def test_money_in_time_for_duty_free_is_not_judged_again(mall: Any, till: FakeTill) -> None:
    thing = put_product(mall, sku="GIN", **GIN)[1]
    order = place_order(mall, {thing: 1}, Flights(flight(icao="VHHH")), flight_id=CZ3101, adult=True)
    asked(mall, till, order["id"])
    till.paid(order["id"])
    succeeded(mall, till, order["id"], doors=Flights())
    assert see(mall, order["id"])["state"] == "issued"


class Away(Flights):
    """Nobody answers."""

    def call(self, service: str, method: str, request: dict[str, Any], deadline_s: float = 2) -> Any:
        raise Unavailable


def lapsed_though_paid(mall: Any, till: FakeTill, thing: str) -> dict[str, Any]:
    """An order for the flight to Hong Kong whose hold lapsed before the word of its payment came."""
    abroad = Flights(flight(icao="VHHH"))
    order = place_order(mall, {thing: 1}, abroad, flight_id=CZ3101, adult=True)
    asked(mall, till, order["id"])
    till.paid(order["id"])
    end(mall, order["id"])
    return order


def asked(mall: Any, till: FakeTill, order_id: str) -> None:
    from kernel.ids import new_id
    from services.shop.schemas.orders import PayOrderSchema

    request = {"request_id": new_id(), "passenger_id": ANN, "order_id": order_id, "channel": "native"}
    ordering.pay_order(mall, PLACE, till, PayOrderSchema().load(request), NOW)


def end(mall: Any, order_id: str) -> None:
    """Its hold lapses before the word of the payment comes."""
    from kernel.saga import steps
    from kernel.saga.states import State
    from services.shop.usecases.goods import Mall

    with mall.write() as tx:
        sale = steps.locked_alone(tx, order_id)
        steps.end_hold(tx, Mall(PLACE, NOW), sale, State.LAPSED, steps.SWEEPER, "in a test")


def test_a_basket_of_a_guest_survives_signing_in(mall: Any, tea: str, cable: str) -> None:
    from kernel.ids import new_id
    from services.shop.schemas.baskets import MergeBasketSchema
    from services.shop.usecases.baskets import merge_basket

    guest = "g" * 22
    put(mall, tea, 2, guest=guest)
    put(mall, cable, 1)
    request = MergeBasketSchema().load({"request_id": new_id(), "guest": guest, "passenger_id": ANN})
    for _ in range(2):
        assert merge_basket(mall, PLACE, request, NOW)["basket"]["pieces"] == 3
    assert basket_of(mall, guest=guest)["pieces"] == 0
    order = place_order(mall, None)
    assert len(order["parcels"]) == 2
    assert basket_of(mall)["pieces"] == 0


def test_the_gate_is_offered_when_there_is_time_and_followed(mall: Any, till: FakeTill, tea: str) -> None:
    doors = Flights(flight())
    seen = quote(mall, {tea: 1}, doors, flight_id=CZ3101)
    gate, shop = seen["parcels"][0]["ways"]
    assert (gate["offered"], gate["gate"], shop["offered"]) == (True, "34", True)
    late = Flights(flight(departs_at=NOW + timedelta(minutes=30)))
    refused = quote(mall, {tea: 1}, late, flight_id=CZ3101)["parcels"][0]["ways"][0]
    assert refused["why_not"]["en"].startswith("There is not time enough")
    order = bought(mall, till, {tea: 1}, doors, flight_id=CZ3101)
    parcel = order["parcels"][0]
    assert (parcel["way"], parcel["gate"]) == ("gate", "34")
    ready(mall, parcel["id"])
    assert send(mall, parcel["id"])["state"] == "on_the_way"


def test_a_traveller_has_so_many_unpaid_orders_and_no_more(mall: Any, tea: str) -> None:
    for _ in range(PLACE.settings.open_holds):
        place_order(mall, {tea: 1})
    with pytest.raises(errors.TooManyHolds):
        place_order(mall, {tea: 1})
    place_order(mall, {tea: 1}, passenger_id=BEN)


def test_who_lets_order_after_order_end_unpaid_waits_an_hour(mall: Any, till: FakeTill, tea: str) -> None:
    cancelled = [place_order(mall, {tea: 1})["id"] for _ in range(2)]
    bought(mall, till, {tea: 1})
    for each in cancelled:
        cancel_order(mall, till, each)
    for _ in range(3):
        cancel_order(mall, till, place_order(mall, {tea: 1})["id"])
    last = place_order(mall, {tea: 1})["id"]
    place_order(mall, {tea: 1})
    with mall.write() as tx:  # its time is over, and nobody has freed it yet
        ended = {"held_at": tx.now() - timedelta(minutes=20), "expires_at": tx.now() - timedelta(minutes=5)}
        tx.connection.execute(update(ORDERS).where(ORDERS.c.id == last).values(ended))
    with pytest.raises(errors.TooManyLapsed) as told:
        place_order(mall, {tea: 1})
    assert 3_000 < told.value.data["retry_after_s"] <= 3_600
    place_order(mall, {tea: 1}, passenger_id=BEN)
    with mall.write() as tx:
        hour_ago = {"held_at": tx.now() - timedelta(minutes=70), "ended_at": tx.now() - timedelta(minutes=61)}
        tx.connection.execute(update(ORDERS).where(ORDERS.c.id == cancelled[0]).values(hour_ago))
    place_order(mall, {tea: 1})


def test_anothers_order_is_as_none(mall: Any, till: FakeTill, tea: str) -> None:
    order = bought(mall, till, {tea: 1})
    with pytest.raises(errors.OrderNotFound):
        see(mall, order["id"], BEN)


def test_an_order_that_costs_something_is_paid_once(mall: Any, till: FakeTill, tea: str) -> None:
    order = place_order(mall, {tea: 1})
    pay(mall, till, order["id"])
    succeeded(mall, till, order["id"])
    assert level(mall, tea) == (5, 1)
    assert see(mall, order["id"])["refunding_fen"] == 0
