"""Two things happen to one order of the mall at one moment: one of them counts, and the other is told so. On both databases.

The shop hands over while the flight leaves, picks while the buyer gives up, pays back twice; a coupon is wanted by two orders,
or by an order and a till; a question is answered when its time is over. Baskets in other orders never wait for each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from kernel.db import UnitOfWork
from kernel.ids import new_id
from kernel.instants import instant
from kernel.saga.protocols import Payment
from kernel.saga.states import RefundState
from services.shop.errors import CouponNotUsable, QuoteChanged, SoldOut
from services.shop.schemas import orders, parcels
from services.shop.usecases import asking, hearing, ordering, picking
from tests.fakes.till import FakeTill
from tests.races.test_coupons import live, somebody
from tests.races.test_last_seat import at_once, patiently
from tests.races.test_mall import OFF_FEN, PRICE_FEN, opened
from tests.support.databases import Postgres
from tests.unit.shop.after import decide, handed, open_case, some
from tests.unit.shop.coupons import at_till, claimed, look
from tests.unit.shop.mall import PLACE, ask, level, put_product
from tests.unit.shop.orders import (
    ANN,
    NOW,
    Flights,
    answer,
    bought,
    cancel_order,
    flight,
    fly,
    hand_over,
    missing,
    place_order,
    ready,
    see,
    send,
    succeeded,
)

Uow = UnitOfWork[Any]
TIMES = 2
"""How often each pair meets: who is first is chance."""


@pytest.fixture(scope="module")
def sqlite_copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Uow, Uow]]:
    yield from opened(f"sqlite:///{tmp_path_factory.mktemp('parcels') / 'shop.sqlite3'}")


@pytest.fixture(scope="module")
def postgresql_copies(postgres: Postgres) -> Iterator[tuple[Uow, Uow]]:
    yield from opened(postgres.new_database("shop"))


@pytest.fixture(params=["sqlite", "postgresql"])
def copies(request: pytest.FixtureRequest) -> tuple[Uow, Uow]:
    """Two copies of the service on one database."""
    found: tuple[Uow, Uow] = request.getfixturevalue(f"{request.param}_copies")
    return found


def tea(uow: Uow, on_hand: int = 5, **changes: Any) -> str:
    """A product of its own; its variant."""
    return put_product(uow, on_hand=on_hand, sku=f"T-{new_id()[-12:]}", **changes)[1]


def meet(*works: Callable[[], Any]) -> Counter[str]:
    return at_once([patiently(each) for each in works])


def owed(uow: Uow, order_id: str) -> tuple[str, int, list[str]]:
    """An order's state, the money that goes or went back, and where its parcels are."""
    order = see(uow, order_id)
    back = order["refunding_fen"] + order["refunded_fen"]
    return order["state"], back, [each["state"] for each in order["parcels"]]


def given_back(till: FakeTill) -> list[int]:
    """Fen of each refund that the till was asked for."""
    return [each.amount_fen for each in till.refunds.values()]


# --- parcels


def test_a_parcel_whose_flight_leaves_is_handed_over_or_paid_back(copies: tuple[Uow, Uow]) -> None:
    one, other = copies
    for number in range(TIMES):
        till, flight_id = FakeTill(), f"CZ{3200 + number}-20261124-{new_id()[-8:]}"
        doors = Flights(flight(id=flight_id))
        order = bought(one, till, {tea(one): 1}, doors, flight_id=flight_id)
        parcel = order["parcels"][0]
        assert parcel["way"] == "gate"
        ready(one, parcel["id"])
        send(one, parcel["id"])
        left = flight(id=flight_id, version=2, status="departed")
        endings = meet(
            lambda parcel=parcel: hand_over(one, parcel["code"]),  # type: ignore[misc]
            lambda left=left, till=till: fly(other, till, left),  # type: ignore[misc]
        )
        if endings == {"done": 2}:
            assert owed(one, order["id"]) == ("issued", 0, ["handed_over"])
            assert not till.refunds
        else:
            assert endings == {"done": 1, "WrongParcel": 1}
            assert owed(one, order["id"]) == ("returning", PRICE_FEN, ["missed"])
            assert given_back(till) == [PRICE_FEN]


def cancel_parcel(uow: Uow, till: FakeTill, order: dict[str, Any]) -> Any:
    given = {"request_id": new_id(), "passenger_id": ANN, "order_id": order["id"]}
    request = parcels.CancelParcelSchema().load(given | {"parcel_id": order["parcels"][0]["id"]})
    return asking.cancel_parcel(uow, PLACE, till, request, NOW)


def staff_act(uow: Uow, act: Any, schema: Any, parcel_id: str, **more: Any) -> Any:
    return act(uow, PLACE, ask(schema, parcel_id=parcel_id, **more), NOW)


def withdraw(uow: Uow, till: FakeTill, parcel_id: str) -> Any:
    request = ask(parcels.WithdrawParcelSchema(), parcel_id=parcel_id, words="缺货")
    return picking.withdraw_parcel(uow, PLACE, till, request, NOW)


def test_a_parcel_is_picked_or_given_up(copies: tuple[Uow, Uow]) -> None:
    one, other = copies
    for _ in range(TIMES):
        till, variant_id = FakeTill(), tea(one)
        order = bought(one, till, {variant_id: 2})
        parcel_id = order["parcels"][0]["id"]
        endings = meet(
            partial(staff_act, one, picking.start_picking, parcels.ParcelActSchema(), parcel_id),
            partial(cancel_parcel, other, till, order),
        )
        assert endings == {"done": 1, "WrongParcel": 1}
        state, back, where = owed(one, order["id"])
        assert (state, back, where) in (
            ("issued", 0, ["picking"]),
            ("returning", 2 * PRICE_FEN, ["cancelled"]),
        )
        assert level(one, variant_id) == (5, 2 if where == ["picking"] else 0)
        assert sum(given_back(till)) == back


def test_a_parcel_that_both_sides_give_up_is_paid_back_once(copies: tuple[Uow, Uow]) -> None:
    one, other = copies
    for _ in range(TIMES):
        till, variant_id = FakeTill(), tea(one)
        order = bought(one, till, {variant_id: 2})
        parcel_id = order["parcels"][0]["id"]
        works = [partial(withdraw, each, till, parcel_id) for each in copies]
        endings = meet(*works, *(partial(cancel_parcel, each, till, order) for each in (one, other)))
        assert endings == {"done": 1, "WrongParcel": 3}
        assert owed(one, order["id"]) == ("returning", 2 * PRICE_FEN, ["cancelled"])
        assert given_back(till) == [2 * PRICE_FEN]
        assert level(one, variant_id) == (5, 0)


def test_a_case_decided_by_two_is_paid_back_once_and_its_money_is_booked_once(
    copies: tuple[Uow, Uow],
) -> None:
    one, other = copies
    till, variant_id = FakeTill(), tea(one)
    order = handed(one, bought(one, till, {variant_id: 2}))
    case = open_case(one, order, some(order["parcels"][0]["lines"][0], 1))
    endings = meet(*(partial(decide, uow, till, case["id"], PRICE_FEN) for uow in copies * 2))
    assert endings == {"done": 1, "WrongCase": 3}
    assert given_back(till) == [PRICE_FEN]
    # Whoever pushes it, and however often the word of it comes.
    meet(*(partial(ordering.push, uow, PLACE, till, order["id"], NOW) for uow in copies))
    (number,) = till.refunds
    data = {"order_service": "shop", "out_refund_no": number}
    done = RefundState.DONE
    words = [{"id": new_id(), "name": "refund_done", "data": data} for _ in range(4)]
    works = [partial(hearing.on_refund, copies[n % 2], word, done) for n, word in enumerate(words)]
    assert meet(*works) == {"done": 4}
    found = see(other, order["id"])
    assert (found["refunded_fen"], found["refunding_fen"], found["state"]) == (PRICE_FEN, 0, "issued")
    assert given_back(till) == [PRICE_FEN]


@pytest.mark.parametrize("choice", ["replace", "refund"])
def test_an_answer_counts_or_its_time_was_over(copies: tuple[Uow, Uow], choice: str) -> None:
    one, other = copies
    for _ in range(TIMES):
        till, variant_id, instead = FakeTill(), tea(one), tea(one)
        order = bought(one, till, {variant_id: 2})
        staff_act(one, picking.start_picking, parcels.ParcelActSchema(), order["parcels"][0]["id"])
        asked = missing(one, order["parcels"][0], offer_variant_id=instead)["ask"]
        until = datetime.fromisoformat(asked["until"])
        before, after = until - timedelta(seconds=1), until + timedelta(seconds=1)
        endings = meet(
            partial(answer, one, till, asked["id"], choice, now=before),
            partial(asking.settle_overdue, other, PLACE, till, after),
        )
        assert endings in ({"done": 2}, {"done": 1, "AskOver": 1})
        lines = see(one, order["id"])["parcels"][0]["lines"]
        replaced = endings == {"done": 2} and choice == "replace"
        assert [each["quantity"] - each["missing"] for each in lines] == ([1, 1] if replaced else [1])
        assert owed(one, order["id"]) == ("issued", 0 if replaced else PRICE_FEN, ["picking"])
        # What wasn't on the shelf left the count once, and what was offered is held or free.
        assert level(one, variant_id) == (4, 1)
        assert level(one, instead) == (5, 1 if replaced else 0)


# --- orders


def test_an_order_given_up_while_its_money_comes_is_sold_or_never_was(copies: tuple[Uow, Uow]) -> None:
    one, other = copies
    for _ in range(TIMES):
        till, variant_id = FakeTill(), tea(one, on_hand=1)
        order = place_order(one, {variant_id: 1})
        given = {"request_id": new_id(), "passenger_id": ANN, "order_id": order["id"], "channel": "native"}
        ordering.pay_order(one, PLACE, till, orders.PayOrderSchema().load(given), NOW)

        def money_comes(order_id: str = order["id"], till: FakeTill = till) -> None:
            payment = till.look_quietly(order_id)
            assert payment is not None
            if payment.state == "open":
                till.paid(order_id)
                succeeded(one, till, order_id)

        endings = meet(money_comes, partial(cancel_order, other, till, order["id"]))
        hearing.look_after_orders(one, PLACE, till, NOW)
        state, back, _ = owed(one, order["id"])
        paid = till.look_quietly(order["id"])
        assert paid is not None
        assert endings["done"] >= 1
        if paid.state == "paid":
            assert (state, back, level(one, variant_id)) == ("issued", 0, (1, 1))
        else:
            assert (state, back, level(one, variant_id)) == ("released", 0, (1, 0))


def test_the_last_piece_is_its_first_payers_when_a_late_one_wants_it_too(copies: tuple[Uow, Uow]) -> None:
    """A hold that lapsed is paid for all the same, in time, while somebody else orders the piece."""
    one, other = copies
    for _ in range(TIMES):
        till, variant_id = FakeTill(), tea(one, on_hand=1)
        order = place_order(one, {variant_id: 1})
        cancel_order(one, till, order["id"])
        number = new_id()
        data = {
            "order_service": "shop",
            "order_id": order["id"],
            "out_trade_no": number,
            "paid_at": instant(NOW),
        }
        till.payments[number] = Payment(number, "paid", paid_at=NOW)
        event = {"id": new_id(), "name": "payment_succeeded", "data": data}
        endings = meet(
            partial(hearing.on_payment_succeeded, one, PLACE, till, event, NOW),
            partial(place_order, other, {variant_id: 1}, passenger_id=somebody(), expects_fen=PRICE_FEN),
        )
        state, back, _ = owed(one, order["id"])
        if endings == {"done": 2}:
            assert (state, back) == ("returning", PRICE_FEN), "the other has it: the money goes back"
        else:
            assert endings == {"done": 1, SoldOut.__name__: 1}
            assert (state, back) == ("issued", 0)
        assert level(one, variant_id) == (1, 1)


# --- coupons


def test_a_coupon_wanted_by_two_orders_is_in_one(copies: tuple[Uow, Uow]) -> None:
    for _ in range(TIMES):
        who, variant_id = somebody(), tea(copies[0])
        coupon_id = claimed(copies[0], who)
        wish: dict[str, Any] = {"passenger_id": who, "coupon_ids": [coupon_id]}
        wish["expects_fen"] = PRICE_FEN - OFF_FEN
        endings = meet(*(partial(place_order, uow, {variant_id: 1}, **wish) for uow in copies))
        assert endings in ({"done": 1, CouponNotUsable.__name__: 1}, {"done": 1, QuoteChanged.__name__: 1})
        assert live(copies[0], coupon_id) == 1
        assert level(copies[0], variant_id) == (5, 1), "who was refused holds nothing"


def test_a_coupon_shown_at_a_till_while_it_is_ordered_with_is_taken_once(copies: tuple[Uow, Uow]) -> None:
    one, other = copies
    for _ in range(TIMES):
        who, variant_id = somebody(), tea(one)
        coupon_id = claimed(one, who)
        code = look(one, coupon_id, who)["code"]
        wish: dict[str, Any] = {"passenger_id": who, "coupon_ids": [coupon_id]}
        wish["expects_fen"] = PRICE_FEN - OFF_FEN
        endings = meet(
            partial(place_order, one, {variant_id: 1}, **wish),
            partial(at_till, other, code, 12_000, f"R-{coupon_id[-12:]}"),
        )
        assert endings == {"done": 1, CouponNotUsable.__name__: 1}
        assert live(one, coupon_id) == 1
