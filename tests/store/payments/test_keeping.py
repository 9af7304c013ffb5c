"""Whose payments they are, over the fake and both databases."""

from __future__ import annotations

from typing import Any

from kernel.ids import new_id
from services.payments import usecases
from tests.fakes.payments_provider import FakeProvider
from tests.fakes.uow import FakeUnitOfWork
from tests.store.payments.desk import asking, paid, refunding


def test_a_copy_holds_a_travellers_payments_with_their_refunds(uow: Any) -> None:
    provider = FakeProvider()
    number = paid(uow, provider)
    usecases.refund(uow, provider, refunding(number, 1000))
    usecases.create_intent(uow, provider, asking("B2", passenger_id="p2"))
    (payment,) = usecases.export_passenger(uow, "p1")["payments"]
    assert (payment["out_trade_no"], payment["amount_fen"]) == (number, 4000)
    assert [each["amount_fen"] for each in payment["refunds"]] == [1000]


def test_two_travellers_that_are_one_have_one_list(uow: Any) -> None:
    number = paid(uow, FakeProvider())
    event = {"id": new_id(), "data": {"from": "p1", "into": "p2"}}
    for _ in range(2):
        usecases.note_merge(uow, event)
    assert [each["out_trade_no"] for each in usecases.export_passenger(uow, "p2")["payments"]] == [number]


def test_merges_that_are_heard_in_the_other_order_end_at_the_same_traveller(uow: Any) -> None:
    number = paid(uow, FakeProvider())
    usecases.note_merge(uow, {"id": new_id(), "data": {"from": "p2", "into": "p3", "earlier_ids": ["p1"]}})
    usecases.note_merge(uow, {"id": new_id(), "data": {"from": "p1", "into": "p2", "earlier_ids": []}})
    assert [each["out_trade_no"] for each in usecases.export_passenger(uow, "p3")["payments"]] == [number]


def test_erased_the_books_stay_without_their_traveller(uow: Any) -> None:
    provider = FakeProvider()
    number = paid(uow, provider)
    before = usecases.trace(uow, "bus", "B1")
    event = {"id": new_id(), "data": {"passenger_id": "p1", "earlier_ids": ["p0"], "erasure_id": "e1"}}
    for _ in range(2):
        usecases.erase(uow, event)
    assert usecases.export_passenger(uow, "p1") == {"payments": []}
    after = usecases.trace(uow, "bus", "B1")
    assert after["postings"] == before["postings"]
    assert after["intents"][0]["passenger_id"].startswith("erased-")
    answer = usecases.refund(uow, provider, refunding(number, 4000))
    assert answer["amount_fen"] == 4000, "money still goes back"
    if isinstance(uow, FakeUnitOfWork):
        (done,) = (event.data for event in uow.events if event.name == "erasure_done")
        assert done == {"erasure_id": "e1", "service": "payments", "counts": {"payments": 1}}
