"""Accounts that merge, go, or want a copy: their orders, baskets and words."""

from __future__ import annotations

from typing import Any

import pytest

from kernel.ids import new_id
from services.shop import errors
from services.shop.schemas.orders import ExportSchema
from services.shop.usecases import rights
from tests.fakes.till import FakeTill
from tests.unit.shop import coupons
from tests.unit.shop.after import handed, open_case, some, want_invoice
from tests.unit.shop.mall import PLACE, events_of, put_product
from tests.unit.shop.orders import ANN, BEN, basket_of, bought, place_order, put, see

CAT = "account-cat"


@pytest.fixture
def tea(mall: Any) -> str:
    return put_product(mall)[1]


def merge(uow: Any, from_: str, into: str) -> None:
    rights.note_merge(uow, {"id": new_id(), "data": {"from": from_, "into": into}})


@pytest.mark.parametrize("order", [[(ANN, BEN), (BEN, CAT)], [(BEN, CAT), (ANN, BEN)]])
def test_in_any_order_all_of_it_ends_with_who_they_are_now(
    mall: Any, tea: str, order: list[tuple[str, str]]
) -> None:
    mine = place_order(mall, {tea: 1})
    put(mall, tea, 2)
    coupon = coupons.claimed(mall, ANN)
    for from_, into in order:
        merge(mall, from_, into)
    assert see(mall, mine["id"], CAT)["id"] == mine["id"]
    assert basket_of(mall, passenger_id=CAT)["pieces"] == 2
    assert [each["id"] for each in coupons.mine(mall, CAT)] == [coupon]
    with pytest.raises(errors.OrderNotFound):
        see(mall, mine["id"])


def test_what_a_door_asks_for_under_the_id_from_before_is_the_new_accounts(mall: Any, tea: str) -> None:
    merge(mall, ANN, BEN)
    put(mall, tea, 2)
    assert basket_of(mall, passenger_id=BEN)["pieces"] == 2
    order = place_order(mall, {tea: 1})
    assert see(mall, order["id"], BEN)["id"] == order["id"]


def test_who_is_erased_gets_no_basket_and_no_order_any_more(mall: Any, tea: str) -> None:
    rights.erase(
        mall, {"id": new_id(), "data": {"erasure_id": "e1", "passenger_id": ANN, "earlier_ids": [BEN]}}
    )
    for who in (ANN, BEN):
        with pytest.raises(errors.VariantNotFound):
            put(mall, tea, 1, passenger_id=who)
        with pytest.raises(errors.OrderNotFound):
            place_order(mall, {tea: 1}, passenger_id=who)
    assert place_order(mall, {tea: 1}, passenger_id=CAT)["state"] == "held"


def test_who_is_erased_has_nothing_here_and_the_order_stays(mall: Any, tea: str) -> None:
    till = FakeTill()
    order = handed(mall, bought(mall, till, {tea: 1}))
    put(mall, tea, 1)
    case = open_case(mall, order, some(order["parcels"][0]["lines"][0], 1))
    want_invoice(mall, order)
    data = {"erasure_id": "e1", "passenger_id": ANN, "earlier_ids": []}
    event = {"id": new_id(), "data": data}
    for _ in range(2):
        rights.erase(mall, event)
    with pytest.raises(errors.OrderNotFound):
        see(mall, order["id"])
    assert basket_of(mall)["pieces"] == 0
    with mall.read() as tx:
        assert tx.store.case(case["id"]).words_sealed is None
        assert tx.store.case_photos([case["id"]]) == {case["id"]: []}
        assert tx.store.invoices_of([order["id"]])[0].written_sealed is None
        assert tx.store.sales.find(order["id"]).buyer_id.startswith("erased-")
    told = events_of(mall, "erasure_done")
    assert [each["data"]["counts"]["orders"] for each in told] == [1]


def test_a_copy_has_orders_cases_coupons_invoices_and_the_basket(mall: Any, tea: str) -> None:
    order = handed(mall, bought(mall, FakeTill(), {tea: 1}))
    want_invoice(mall, order)
    open_case(mall, order, some(order["parcels"][0]["lines"][0], 1))
    coupons.claimed(mall, ANN)
    put(mall, tea, 2)
    copy = rights.export_passenger(mall, PLACE, ANN)
    assert ExportSchema().validate(copy) == {}
    assert [len(copy[name]) for name in ("orders", "cases", "coupons")] == [1, 1, 1]
    assert [(each["title"], each["email"]) for each in copy["invoices"]] == [
        ("湖南某某公司", "a@example.com")
    ]
    assert [(each["name"]["en"], each["quantity"]) for each in copy["basket"]] == [
        ("Junshan silver needle tea", 2)
    ]
    assert not any(rights.export_passenger(mall, PLACE, BEN).values())


def test_what_was_ordered_long_ago_is_forgotten_with_all_of_it(mall: Any, tea: str) -> None:
    order = handed(mall, bought(mall, FakeTill(), {tea: 1}))
    open_case(mall, order, some(order["parcels"][0]["lines"][0], 1))
    with mall.write() as tx:
        tx.store.forget_orders([order["id"]])
    with mall.read() as tx:
        assert tx.store.order(order["id"]) is None
    assert rights.purge(mall, PLACE) == 0
