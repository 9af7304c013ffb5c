"""From a hold to tickets or the money back, over the fake and both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from kernel.errors import RequestReused, Unavailable
from kernel.saga.states import Sale, State
from services.bus import usecases
from services.bus.domain import Occupancy
from services.bus.errors import HoldOver, OrderNotFound, TooManyHolds
from services.bus.settings import BusSettings
from services.bus.usecases.paying import description
from tests.fakes.till import FakeTill
from tests.fakes.uow import FakeUnitOfWork
from tests.unit.bus.examples import edited, local
from tests.unit.bus.paying import bought, event, heard, pass_time
from tests.unit.bus.selling import (
    DEPARTURE_ID,
    EARLY,
    READER,
    SEATS,
    free,
    give_back,
    hold,
    imported,
    pay,
    release,
    seats,
    shown,
    state,
)

QUARTER = timedelta(minutes=15)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def bus(uow: Any) -> Any:
    assert imported(uow).changed
    return uow


@pytest.fixture
def till() -> FakeTill:
    return FakeTill()


def swept(uow: Any, till: FakeTill) -> None:
    usecases.look_after_orders(uow, seats(), till)


def occupancy(uow: Any) -> Occupancy:
    with uow.read() as tx:
        found: Occupancy = tx.store.occupancies([DEPARTURE_ID])[DEPARTURE_ID]
    return found


def sale_of(uow: Any, order_id: str) -> Sale:
    with uow.read() as tx:
        found: Sale = tx.store.sales.find(order_id)
    return found


def names(uow: Any) -> list[str]:
    """Of the events about orders, where the fake tells them."""
    return [event.name for event in uow.events if event.aggregate != "timetable"]


def test_what_is_paid_for_is_delivered_once_however_often_it_is_heard(bus: Any, till: FakeTill) -> None:
    order_id = hold(bus, "adult", "child")["id"]
    answer = pay(bus, till, order_id)
    assert answer["pay"] == {"code_url": f"weixin://{order_id}/native"}
    assert (answer["order"]["state"], answer["order"]["tickets"]) == ("paying", [])
    told = heard(bus, till, order_id, till.paid(order_id))
    usecases.on_payment_succeeded(bus, seats(), till, told)
    usecases.on_payment_succeeded(bus, seats(), till, event(order_id, till.look_quietly(order_id)))  # type: ignore[arg-type]
    order = shown(bus, order_id)
    assert (order["state"], order["amount_fen"], order["refunding_fen"]) == ("issued", 2250, 0)
    assert [each["kind"] for each in order["tickets"]] == ["adult", "child"]
    for each in order["tickets"]:
        ticket = READER.read(each["code"])
        assert (ticket.id, ticket.departure_id, ticket.rider.value) == (
            each["id"],
            DEPARTURE_ID,
            each["kind"],
        )
    assert occupancy(bus) == Occupancy(SEATS, 2, 0)
    if isinstance(bus, FakeUnitOfWork):
        (issued,) = (event for event in bus.events if event.name == "tickets_issued")
        assert (issued.data["passenger_id"], issued.data["seats"]) == ("p1", 2)
        assert issued.data["ride"] == order["ride"]


def test_every_step_is_in_the_audit(bus: Any, till: FakeTill) -> None:
    order_id = bought(bus, till)
    with bus.read() as tx:
        steps = [(each.before, each.after.value, each.actor) for each in tx.store.sales.steps(order_id)]
    assert steps == [
        ("new", "held", "buyer"),
        ("held", "paying", "buyer"),
        ("paying", "paid", "till"),
        ("paid", "issued", "sweeper"),
    ]


def test_who_asks_again_gets_the_same_payment(bus: Any, till: FakeTill) -> None:
    order_id = hold(bus)["id"]
    first = pay(bus, till, order_id, request_id="request-1")
    assert pay(bus, till, order_id, request_id="request-1") == first
    assert pay(bus, till, order_id)["pay"] == first["pay"]
    assert len(till.payments) == 1
    with pytest.raises(RequestReused):
        pay(bus, till, order_id, request_id="request-1", channel="jsapi")
    till.paid(order_id)
    assert pay(bus, till, order_id)["order"]["state"] == "issued", "its event was lost, and paying found it"
    assert pay(bus, till, order_id)["pay"] == {}


def test_another_traveller_neither_pays_nor_sees_it(bus: Any, till: FakeTill) -> None:
    order_id = hold(bus)["id"]
    with pytest.raises(OrderNotFound):
        pay(bus, till, order_id, passenger_id="p2")
    assert (state(bus, order_id), till.asked) == ("held", [])


def test_a_hold_that_is_over_cant_be_paid(bus: Any, till: FakeTill) -> None:
    order_id = hold(bus)["id"]
    pass_time(bus, QUARTER)
    with pytest.raises(HoldOver):
        pay(bus, till, order_id)
    assert till.asked == []
    swept(bus, till)
    assert (state(bus, order_id), free(bus)) == ("lapsed", SEATS)
    with pytest.raises(HoldOver):
        pay(bus, till, order_id)


def test_a_hold_ends_when_the_bus_leaves(bus: Any, till: FakeTill) -> None:
    order = hold(bus, now=local("09:27"))
    held_at, expires_at = (datetime.fromisoformat(order[name]) for name in ("held_at", "expires_at"))
    assert expires_at - held_at == 3 * MINUTE
    pass_time(bus, 3 * MINUTE)
    with pytest.raises(HoldOver):
        pay(bus, till, order["id"])


def test_with_the_till_away_the_order_waits_and_can_be_paid_later(bus: Any, till: FakeTill) -> None:
    order_id = hold(bus)["id"]
    till.away = lambda call: True
    with pytest.raises(Unavailable):
        pay(bus, till, order_id)
    assert state(bus, order_id) == "paying"
    till.away = lambda call: False
    assert pay(bus, till, order_id)["pay"]


def test_a_payment_whose_word_was_lost_is_found_by_the_sweeper(bus: Any, till: FakeTill) -> None:
    order_id = hold(bus)["id"]
    till.away = lambda call: call == "after ask"
    with pytest.raises(Unavailable):
        pay(bus, till, order_id)
    assert sale_of(bus, order_id).out_trade_no is None, "bus died before it could note the number"
    till.away = lambda call: False
    payment = till.paid(order_id)
    swept(bus, till)
    assert state(bus, order_id) == "paying", "it isn't asked about all the time"
    pass_time(bus, MINUTE)
    swept(bus, till)
    assert state(bus, order_id) == "issued"
    heard(bus, till, order_id, payment)
    assert occupancy(bus) == Occupancy(SEATS, 1, 0)


def test_an_unpaid_order_lapses_only_when_nobody_can_pay_it_any_more(bus: Any, till: FakeTill) -> None:
    order_id = hold(bus)["id"]
    pay(bus, till, order_id)
    pass_time(bus, QUARTER)
    swept(bus, till)
    assert state(bus, order_id) == "paying", "the word may be on its way"
    pass_time(bus, MINUTE)
    till.away = lambda call: call == "before close"
    swept(bus, till)
    assert state(bus, order_id) == "paying"
    till.away = lambda call: False
    pass_time(bus, MINUTE)
    swept(bus, till)
    assert (state(bus, order_id), free(bus)) == ("lapsed", SEATS)
    (payment,) = till.payments.values()
    assert payment.state == "closed"


def test_a_closed_payment_ends_the_hold_when_its_time_is_over_and_not_before(
    bus: Any, till: FakeTill
) -> None:
    order_id = hold(bus)["id"]
    pay(bus, till, order_id)
    closed = till.close(next(iter(till.payments)))
    usecases.on_payment_closed(bus, seats(), event(order_id, closed))
    assert state(bus, order_id) == "paying"
    assert pay(bus, till, order_id)["pay"], "another payment may be asked for"
    usecases.on_payment_closed(bus, seats(), event(order_id, closed))
    pass_time(bus, QUARTER)
    newest = till.close(list(till.payments)[-1])
    usecases.on_payment_closed(bus, seats(), event(order_id, newest))
    assert (state(bus, order_id), free(bus)) == ("lapsed", SEATS)


def test_released_while_it_is_paid_for_the_payment_is_closed_first(bus: Any, till: FakeTill) -> None:
    order_id = hold(bus)["id"]
    pay(bus, till, order_id)
    till.away = lambda call: call == "before close"
    with pytest.raises(Unavailable):
        release(bus, order_id, till=till)
    assert state(bus, order_id) == "paying", "nobody may pay for seats that are given up"
    till.away = lambda call: False
    assert release(bus, order_id, till=till, request_id="request-1")["state"] == "released"
    assert release(bus, order_id, till=till, request_id="request-1")["state"] == "released"
    assert free(bus) == SEATS
    assert [each.state for each in till.payments.values()] == ["closed"]


def test_released_after_it_was_paid_it_stays_bought(bus: Any, till: FakeTill) -> None:
    order_id = hold(bus)["id"]
    pay(bus, till, order_id)
    till.paid(order_id)
    assert release(bus, order_id, till=till)["state"] == "issued"
    assert occupancy(bus) == Occupancy(SEATS, 1, 0)


def test_money_that_was_heard_of_late_gets_its_seat_again(bus: Any, till: FakeTill) -> None:
    order_id = hold(bus)["id"]
    pay(bus, till, order_id)
    payment = till.paid(order_id)
    unheard = timedelta(seconds=BusSettings().unheard_s)
    pass_time(bus, QUARTER + unheard)
    for _ in range(3):
        hold(bus, *["adult"] * 9)
    hold(bus, *["adult"] * 5)
    assert state(bus, order_id) == "paying", "there was room without it"
    taken = hold(bus)["id"]
    assert state(bus, order_id) == "lapsed"
    release(bus, taken)
    heard(bus, till, order_id, payment)
    assert (state(bus, order_id), occupancy(bus)) == ("issued", Occupancy(SEATS, 1, SEATS - 1))


def test_money_for_seats_that_are_gone_goes_back_by_itself(bus: Any, till: FakeTill) -> None:
    order_id = hold(bus)["id"]
    pay(bus, till, order_id)
    payment = till.paid(order_id)
    pass_time(bus, QUARTER + timedelta(seconds=BusSettings().unheard_s))
    for size in (9, 9, 9, 6):
        hold(bus, *["adult"] * size)
    assert (state(bus, order_id), free(bus)) == ("lapsed", 0)
    till.away = lambda call: call == "after refund"
    heard(bus, till, order_id, payment)
    order = shown(bus, order_id)
    assert (order["state"], order["refunding_fen"], order["tickets"]) == ("returning", 1500, [])
    till.away = lambda call: False
    pass_time(bus, MINUTE)
    till.far = till.far.DONE
    swept(bus, till)
    order = shown(bus, order_id)
    assert (order["state"], order["refunding_fen"], order["refunded_fen"]) == ("refunded", 0, 1500)
    assert list(till.refunds) == [f"{order_id}-1"], "asked for twice under one number"
    if isinstance(bus, FakeUnitOfWork):
        (told,) = (event for event in bus.events if event.name == "order_refunded")
        assert (told.data["why"], told.data["refund_fen"]) == ("sold_out", 1500)


def test_a_seat_is_not_got_again_on_a_bus_that_has_left(bus: Any, till: FakeTill) -> None:
    order_id = hold(bus)["id"]
    pay(bus, till, order_id)
    payment = till.paid(order_id)
    with bus.write() as tx:
        sale = tx.store.sales.lock(order_id)
        tx.store.sales.step(sale, State.LAPSED, tx.now(), "sweeper", "-", look_at=None)
        tx.store.move_seats(DEPARTURE_ID, held=-1)
    late = usecases.Seats(BusSettings(), seats().signer, EARLY + timedelta(hours=2))
    usecases.on_payment_succeeded(bus, late, till, event(order_id, payment))
    assert (state(bus, order_id), occupancy(bus)) == ("returning", Occupancy(SEATS, 0, 0))


def test_a_payment_after_its_end_is_told_and_delivers_nothing(bus: Any, till: FakeTill) -> None:
    order_id = hold(bus)["id"]
    pay(bus, till, order_id)
    payment = till.paid(order_id)
    told = event(order_id, payment)
    for _ in range(2):
        usecases.on_payment_late(bus, seats(), told)
    assert (state(bus, order_id), free(bus)) == ("lapsed", SEATS)
    if isinstance(bus, FakeUnitOfWork):
        assert names(bus) == ["order_refunded"]


def test_other_services_orders_are_none_of_ours(bus: Any, till: FakeTill) -> None:
    order_id = hold(bus)["id"]
    pay(bus, till, order_id)
    payment = till.paid(order_id)
    usecases.on_payment_succeeded(bus, seats(), till, event(order_id, payment, order_service="shop"))
    assert state(bus, order_id) == "paying"


def test_one_traveller_holds_no_more_than_a_few_orders(bus: Any, till: FakeTill) -> None:
    few = usecases.Here("CSX", BusSettings(open_holds=2))
    first = hold(bus, here=few)["id"]
    hold(bus, here=few)
    with pytest.raises(TooManyHolds) as refused:
        hold(bus, here=few)
    assert refused.value.data == {"most": 2}
    hold(bus, here=few, passenger_id="p2")
    pay(bus, till, first)
    heard(bus, till, first, till.paid(first))
    hold(bus, here=few)
    pass_time(bus, QUARTER)
    hold(bus, here=few)


def test_orders_are_listed_newest_first_page_by_page(bus: Any, till: FakeTill) -> None:
    ids = [bought(bus, till) for _ in range(5)]
    found: list[str] = []
    cursor = None
    for _ in range(3):
        page = usecases.list_orders(bus, {"passenger_id": "p1", "limit": 2, "cursor": cursor}, EARLY)
        found += [order["id"] for order in page["orders"]]
        cursor = page["next_cursor"]
    assert (found, cursor) == (ids[::-1], None)
    with pytest.raises(OrderNotFound):
        usecases.list_orders(bus, {"passenger_id": "p2", "limit": 2, "cursor": ids[0]}, EARLY)


def test_the_payer_reads_what_is_bought_in_127_characters(bus: Any) -> None:
    order_id = hold(bus, "adult", "adult")["id"]
    with bus.read() as tx:
        order = tx.store.order(order_id)
    assert description(order) == "机场大巴4号线 星沙汽车站—长沙黄花机场T2航站楼 2张"
    order.ride.words["from_name"] = {"zh": "站" * 200}
    assert len(description(order)) == 127


def test_what_costs_nothing_is_delivered_and_given_back_without_money(uow: Any, till: FakeTill) -> None:
    assert imported(uow, edited("fare_attributes.txt", lambda text: text.replace("15.00", "0.00"))).changed
    order_id = hold(uow, "adult", "child")["id"]
    answer = pay(uow, till, order_id)
    assert (answer["order"]["state"], answer["pay"], till.asked) == ("issued", {}, [])
    tickets = [each["id"] for each in answer["order"]["tickets"]]
    order = give_back(uow, till, order_id, tickets)
    assert (order["state"], order["refunded_fen"], free(uow)) == ("refunded", 0, SEATS)
    assert till.asked == []


def test_another_device_pays_by_another_payment_and_the_first_one_closing_changes_nothing(
    bus: Any, till: FakeTill
) -> None:
    order_id = hold(bus)["id"]
    pay(bus, till, order_id)
    first = till.close(next(iter(till.payments)))
    pay(bus, till, order_id, channel="jsapi", openid="openid-1")
    usecases.on_payment_closed(bus, seats(), event(order_id, first))
    assert sale_of(bus, order_id).out_trade_no == list(till.payments)[-1] != first.out_trade_no
    heard(bus, till, order_id, till.paid(order_id))
    assert state(bus, order_id) == "issued"


def test_a_hold_that_ends_while_payments_is_asked_leaves_nothing_to_pay(bus: Any, till: FakeTill) -> None:
    order_id = hold(bus)["id"]

    def released() -> None:
        till.meanwhile = lambda: None
        release(bus, order_id, till=till)

    till.meanwhile = released
    with pytest.raises(HoldOver):
        pay(bus, till, order_id)
    assert (state(bus, order_id), free(bus)) == ("released", SEATS)
    assert [each.state for each in till.payments.values()] == ["closed"]
