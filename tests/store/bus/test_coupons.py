"""Coupons of the mall on bus tickets, over both services' own databases: what they take off, that they are spent once and
come back, wherever bus dies and whatever call is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from kernel.db import Database, UnitOfWork
from kernel.errors import RemoteError, RequestReused
from kernel.ids import new_id
from kernel.saga.states import RefundState
from services.bus import usecases
from services.bus.errors import CouponsAway, SoldOut, TooManyHolds
from services.bus.settings import BusSettings
from services.shop.store import ShopStore
from services.shop.store import metadata as shop_metadata
from services.shop.usecases import coupon_keeping
from tests.fakes.till import FakeTill
from tests.unit.bus.after import cancel, change, changes
from tests.unit.bus.coupons import Died, Mall, errands, errands_wait, hold, sweep
from tests.unit.bus.paying import heard, pass_time, refund_event
from tests.unit.bus.selling import SEATS, free, give_back, imported, pay, quoted, release, seats, shown, state
from tests.unit.shop import coupons as in_shop

MINUTE = timedelta(minutes=1)
METHODS = ("lock_coupon", "redeem_coupon", "release_coupon", "give_back_coupon")


@pytest.fixture
def bus(real_uow: Any) -> Any:
    assert imported(real_uow).changed
    return real_uow


@pytest.fixture
def mall(
    bus: Any,
    migrated_file: Callable[[str], Path],
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Mall]:
    """The mall on the same kind of database."""
    if bus.database.dialect_name == "postgresql":
        database = request.getfixturevalue("migrated_database")("shop")
        with database.writing() as connection:
            tables = ", ".join(table.name for table in shop_metadata.sorted_tables if not table.info)
            connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))
        yield Mall(UnitOfWork(database, ShopStore))
        return
    file = tmp_path / "shop.sqlite3"
    shutil.copy(migrated_file("shop"), file)
    database = Database(f"sqlite:///{file}")
    yield Mall(UnitOfWork(database, ShopStore))
    database.close()


@pytest.fixture
def till() -> FakeTill:
    return FakeTill()


def buy(bus: Any, mall: Mall, till: FakeTill, coupon_ids: list[str], *kinds: str) -> str:
    """An order with coupons that is paid, and whose tickets are issued; shop wasn't told yet."""
    order_id = str(hold(bus, mall, coupon_ids, *kinds)["id"])
    pay(bus, till, order_id)
    heard(bus, till, order_id, till.paid(order_id))
    return order_id


def tickets(bus: Any, order_id: str) -> list[str]:
    return [each["id"] for each in shown(bus, order_id)["tickets"]]


# --- the way


def test_a_coupon_takes_its_share_off_each_ticket_and_is_spent_when_they_are_issued(
    bus: Any, mall: Mall, till: FakeTill
) -> None:
    coupon_id = mall.coupon()
    order = hold(bus, mall, [coupon_id], "adult", "child")
    assert (order["amount_fen"], order["discount_fen"], free(bus)) == (1750, 500, SEATS - 2)
    assert [(seat["price_fen"], seat["discount_fen"]) for seat in order["seats"]] == [(1167, 333), (583, 167)]
    assert mall.state(coupon_id) == "locked"
    pay(bus, till, order["id"])
    heard(bus, till, order["id"], till.paid(order["id"]))
    assert [(each["price_fen"], each["discount_fen"]) for each in shown(bus, order["id"])["tickets"]] == [
        (1167, 333),
        (583, 167),
    ]
    assert (mall.state(coupon_id), sweep(bus, mall)) == ("locked", 1)
    assert (mall.state(coupon_id), sweep(bus, mall)) == ("redeemed", 0)


def test_what_is_paid_for_a_ticket_less_its_fee_comes_back_and_the_share_as_a_coupon(
    bus: Any, mall: Mall, till: FakeTill
) -> None:
    order_id = buy(bus, mall, till, [mall.coupon()], "adult", "child")
    first, second = tickets(bus, order_id)
    quote = quoted(bus, order_id, [first])["tickets"][0]
    assert (quote["paid_fen"], quote["term"]["fee_pct"], quote["refund_fen"]) == (1167, 20, 934)
    sweep(bus, mall)
    give_back(bus, till, order_id, [first])
    assert (sweep(bus, mall), mall.usable()) == (1, [333])
    give_back(bus, till, order_id, [second])
    assert (sweep(bus, mall), mall.usable()) == (1, [500])
    refund_event(bus, order_id, RefundState.DONE)
    refund_event(bus, order_id, RefundState.DONE, 2)
    assert state(bus, order_id) == "refunded"


def test_a_cancelled_bus_gives_all_the_money_and_the_whole_coupon_back(
    bus: Any, mall: Mall, till: FakeTill
) -> None:
    coupon_id = mall.coupon(kind="percent", value_fen=None, pct=20, cap_fen=None)
    order_id = buy(bus, mall, till, [coupon_id], "adult", "adult")
    sweep(bus, mall)
    cancel(bus)
    assert shown(bus, order_id)["refunding_fen"] == 2400
    assert (sweep(bus, mall), mall.state(coupon_id)) == (1, "claimed")


def test_tickets_that_cost_nothing_are_issued_when_asked_for_and_given_back(
    bus: Any, mall: Mall, till: FakeTill
) -> None:
    coupon_id = mall.coupon(value_fen=5_000)
    order = hold(bus, mall, [coupon_id], "adult", "child")
    assert (order["amount_fen"], order["discount_fen"]) == (0, 2250)
    answer = pay(bus, till, order["id"])
    assert (answer["pay"], answer["order"]["state"], till.asked) == ({}, "issued", [])
    assert (sweep(bus, mall), mall.state(coupon_id)) == (1, "redeemed")
    order = give_back(bus, till, order["id"], tickets(bus, order["id"]))
    assert (order["state"], order["refunding_fen"], till.asked) == ("refunded", 0, [])
    assert (sweep(bus, mall), mall.state(coupon_id), free(bus)) == (1, "claimed", SEATS)


@pytest.mark.parametrize("ends", ["released", "lapsed"])
def test_a_hold_that_ends_unpaid_frees_its_coupon(bus: Any, mall: Mall, till: FakeTill, ends: str) -> None:
    coupon_id = mall.coupon()
    order_id = hold(bus, mall, [coupon_id])["id"]
    if ends == "released":
        release(bus, order_id)
    else:
        pass_time(bus, 16 * MINUTE)
        usecases.look_after_orders(bus, seats(), till)
    assert (state(bus, order_id), mall.state(coupon_id)) == (ends, "locked")
    assert (sweep(bus, mall), mall.state(coupon_id), sweep(bus, mall)) == (1, "claimed", 0)
    assert hold(bus, mall, [coupon_id])["discount_fen"] == 500


def test_money_that_comes_when_the_hold_is_over_goes_back_since_its_coupon_is_free(
    bus: Any, mall: Mall, till: FakeTill
) -> None:
    coupon_id = mall.coupon()
    order_id = hold(bus, mall, [coupon_id])["id"]
    pay(bus, till, order_id)
    payment = till.paid(order_id)
    pass_time(bus, 21 * MINUTE)
    hold(bus, mall, [mall.coupon()], *["adult"] * 9)
    with bus.write() as tx:
        assert seats().end_over_holds(tx, "20261123-A4-in-0930") == 1
    sweep(bus, mall)
    again = hold(bus, mall, [coupon_id])["id"]
    heard(bus, till, order_id, payment)
    assert (state(bus, order_id), state(bus, again)) == ("returning", "held")
    sweep(bus, mall)
    assert (mall.state(coupon_id), shown(bus, order_id)["refunding_fen"]) == ("locked", 1000)


def test_money_of_a_hold_that_nobody_ended_for_a_day_goes_back_too(
    bus: Any, mall: Mall, till: FakeTill
) -> None:
    coupon_id = mall.coupon()
    order_id = hold(bus, mall, [coupon_id])["id"]
    pay(bus, till, order_id)
    payment = till.paid(order_id)
    pass_time(bus, timedelta(hours=23, minutes=16))
    heard(bus, till, order_id, payment)
    assert (state(bus, order_id), free(bus)) == ("returning", SEATS)
    assert (sweep(bus, mall), mall.state(coupon_id)) == (1, "claimed")


def test_a_lock_outlasts_the_hold_by_a_day(bus: Any, mall: Mall, till: FakeTill) -> None:
    coupon_id = mall.coupon()
    order_id = buy(bus, mall, till, [coupon_id])
    in_shop.pass_time(mall.uow, hours=24)
    assert (coupon_keeping.end_locks(mall.uow), mall.state(coupon_id)) == (0, "locked")
    in_shop.pass_time(mall.uow, minutes=16)
    assert (coupon_keeping.end_locks(mall.uow), mall.state(coupon_id)) == (1, "claimed")
    assert (sweep(bus, mall), mall.state(coupon_id)) == (1, "redeemed"), "nobody used it meanwhile"
    assert state(bus, order_id) == "issued"


def test_a_coupon_that_was_spent_elsewhere_after_a_day_without_shop_costs_nobody_a_ticket(
    bus: Any, mall: Mall, till: FakeTill, caplog: pytest.LogCaptureFixture
) -> None:
    coupon_id = mall.coupon()
    order_id = buy(bus, mall, till, [coupon_id])
    in_shop.pass_time(mall.uow, hours=25)
    coupon_keeping.end_locks(mall.uow)
    in_shop.remote(mall.uow, "lock", coupon_ids=[coupon_id], order_id="other", passenger_id="p1")
    assert (sweep(bus, mall), sweep(bus, mall)) == (1, 0)
    assert (state(bus, order_id), mall.state(coupon_id)) == ("issued", "locked")
    assert "spent twice" in caplog.text


@pytest.mark.parametrize("wholly", [False, True])
def test_a_changed_ticket_keeps_what_its_coupon_took_off(
    bus: Any, mall: Mall, till: FakeTill, wholly: bool
) -> None:
    coupon_id = mall.coupon(value_fen=1_500 if wholly else 500)
    order_id = buy(bus, mall, till, [coupon_id]) if not wholly else hold(bus, mall, [coupon_id])["id"]
    if wholly:
        pay(bus, till, order_id)
    (ticket_id,) = tickets(bus, order_id)
    offered = changes(bus, order_id, [ticket_id])["departures"]
    order = change(bus, order_id, [ticket_id], offered[0]["departure_id"])
    new = order["tickets"][-1]
    paid_fen = 0 if wholly else 1000
    assert (new["price_fen"], new["discount_fen"], order["refunding_fen"]) == (paid_fen, 1500 - paid_fen, 0)
    assert quoted(bus, order_id, [new["id"]])["tickets"][0]["paid_fen"] == paid_fen
    sweep(bus, mall)
    give_back(bus, till, order_id, [new["id"]])
    assert (sweep(bus, mall), mall.state(coupon_id)) == (1, "claimed")


# --- refusals


def test_a_coupon_that_does_not_fit_says_why_and_holds_nothing(bus: Any, mall: Mall) -> None:
    dear = mall.coupon(threshold_fen=5_000)
    with pytest.raises(RemoteError) as refused:
        hold(bus, mall, [dear])
    assert (refused.value.code, refused.value.data["why"]) == ("shop.coupon_not_usable", "threshold")
    assert (free(bus), mall.state(dear)) == (SEATS, "claimed")


@pytest.mark.parametrize("error", [SoldOut, TooManyHolds])
def test_a_hold_that_fails_frees_its_coupon_at_once(bus: Any, mall: Mall, error: type[Exception]) -> None:
    coupon_id = mall.coupon()
    here = usecases.Here("CSX", BusSettings(open_holds=1 if error is TooManyHolds else 1000))
    if error is TooManyHolds:
        hold(bus, mall, [mall.coupon()])
    else:
        for _ in range(3):
            hold(bus, mall, [mall.coupon()], *["adult"] * 9)
        hold(bus, mall, [mall.coupon()], *["adult"] * 6)
    with pytest.raises(error):
        hold(bus, mall, [coupon_id], here=here)
    assert mall.state(coupon_id) == "claimed"


def test_the_same_request_is_one_hold_and_one_lock(bus: Any, mall: Mall) -> None:
    coupon_id, once = mall.coupon(), new_id()
    order = hold(bus, mall, [coupon_id], request_id=once)
    assert hold(bus, mall, [coupon_id], request_id=once) == order
    assert (mall.asked, free(bus)) == (["lock_coupon"], SEATS - 1)
    with pytest.raises(RequestReused):
        hold(bus, mall, [mall.coupon()], request_id=once)
    assert mall.state(coupon_id) == "locked"


def test_a_coupon_is_in_one_order(bus: Any, mall: Mall) -> None:
    coupon_id = mall.coupon()
    hold(bus, mall, [coupon_id])
    with pytest.raises(RemoteError) as refused:
        hold(bus, mall, [coupon_id])
    assert refused.value.data["why"] == "locked"
    errands_wait(bus, MINUTE)
    sweep(bus, mall)
    assert (mall.state(coupon_id), free(bus)) == ("locked", SEATS - 1)


# --- lost calls and deaths


@pytest.mark.parametrize("when", ["before lock_coupon", "after lock_coupon"])
def test_while_shop_is_away_a_chosen_coupon_is_refused_and_comes_free(
    bus: Any, mall: Mall, when: str
) -> None:
    coupon_id = mall.coupon()
    mall.away = lambda at: at == when
    with pytest.raises(CouponsAway):
        hold(bus, mall, [coupon_id])
    assert (free(bus), sweep(bus, mall)) == (SEATS, 0), "shop may still come to it"
    errands_wait(bus, MINUTE)
    assert (sweep(bus, mall), mall.state(coupon_id), sweep(bus, mall)) == (1, "claimed", 0)


@pytest.mark.parametrize("when", ["before lock_coupon", "after lock_coupon"])
def test_bus_that_dies_between_lock_and_hold_leaves_no_coupon_locked(bus: Any, mall: Mall, when: str) -> None:
    coupon_id = mall.coupon()
    mall.dies = lambda at: at == when
    with pytest.raises(Died):
        hold(bus, mall, [coupon_id])
    mall.dies = lambda at: False
    errands_wait(bus, MINUTE)
    assert (sweep(bus, mall), mall.state(coupon_id), free(bus)) == (1, "claimed", SEATS)


def test_who_was_too_slow_to_hold_after_the_lock_holds_nothing(bus: Any, mall: Mall) -> None:
    coupon_id = mall.coupon()

    def slow(at: str) -> bool:
        if at == "after lock_coupon":
            mall.dies = lambda at: False
            errands_wait(bus, MINUTE)
            sweep(bus, mall)
        return False

    mall.dies = slow
    with pytest.raises(CouponsAway):
        hold(bus, mall, [coupon_id])
    assert (mall.state(coupon_id), free(bus)) == ("claimed", SEATS)


@pytest.mark.parametrize("lost", ["away", "dies"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_wherever_telling_shop_is_cut_short_it_is_told_once_in_effect(
    bus: Any, mall: Mall, till: FakeTill, lost: str, when: str
) -> None:
    def cut(method: str) -> None:
        """The first sweep is cut at this call, the next one isn't."""
        setattr(mall, lost, lambda at: at == f"{when} {method}")
        if lost == "dies":
            with pytest.raises(Died):
                sweep(bus, mall)
        else:
            assert sweep(bus, mall) == 0
        setattr(mall, lost, lambda at: False)
        errands_wait(bus, MINUTE)
        assert sweep(bus, mall) == 1

    spent, freed = mall.coupon(), mall.coupon(value_fen=400)
    order_id = buy(bus, mall, till, [spent], "adult", "child")
    cut("redeem_coupon")
    assert mall.state(spent) == "redeemed"
    give_back(bus, till, order_id, tickets(bus, order_id)[:1])
    cut("give_back_coupon")
    assert mall.usable() == [333, 400]
    given_up = hold(bus, mall, [freed])["id"]
    release(bus, given_up)
    cut("release_coupon")
    assert (mall.state(freed), mall.usable()) == ("claimed", [333, 400])
    assert all(each.look_at is None for each in errands(bus))
    for method in METHODS[1:]:
        assert mall.asked.count(method) >= 2


def test_a_change_that_comes_while_shop_is_told_is_told_too(bus: Any, mall: Mall, till: FakeTill) -> None:
    coupon_id = mall.coupon()
    order_id = buy(bus, mall, till, [coupon_id])

    def meanwhile(at: str) -> bool:
        if at == "after redeem_coupon":
            mall.away = lambda at: False
            give_back(bus, till, order_id, tickets(bus, order_id))
        return False

    mall.away = meanwhile
    assert (sweep(bus, mall), mall.state(coupon_id)) == (1, "redeemed")
    assert (sweep(bus, mall), mall.state(coupon_id)) == (1, "claimed")


def test_errands_go_with_their_orders(bus: Any, mall: Mall) -> None:
    order_id = hold(bus, mall, [mall.coupon()])["id"]
    release(bus, order_id)
    sweep(bus, mall)
    assert len(errands(bus)) == 1
    assert (usecases.purge(bus, timedelta(0)), errands(bus)) == (1, [])
