"""A thing that is sent to its owner: ordered, paid once, handed to the courier once, arrived or back. Over both
databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from kernel.clock import real_now
from kernel.ids import new_id
from kernel.saga.states import RefundState
from services.lostfound.errors import (
    ClaimNotFound,
    CourierNotFound,
    CourierOrdered,
    CourierOver,
    FeeChanged,
    NotHere,
    NotSendable,
    SamePerson,
    TrackingTaken,
    WitnessNeeded,
    WrongClaimState,
    WrongParcel,
    WrongState,
)
from services.lostfound.schemas import courier
from services.lostfound.store.courier_tables import ORDERS
from services.lostfound.usecases import deciding, dispatching, people, sending
from tests.fakes.lostfound_matching import KnowingStore, forget
from tests.fakes.till import FakeTill
from tests.store.suite import Suite
from tests.unit.lostfound.claims import ANN, BEN, DESK, OTHER_DESK, events, hand_over, see, state_of, withdraw
from tests.unit.lostfound.couriers import (
    ADDRESS,
    approved,
    by_desk,
    came_back,
    delivered,
    hand,
    order,
    paid,
    pay,
    quote,
    release,
    shown,
    succeeded,
    waiting,
)
from tests.unit.lostfound.examples import PLACE, broken, chain, sealed


@pytest.fixture
def suite(suite: Suite) -> Suite:
    forget()
    return Suite(suite.service, KnowingStore, suite.metadata, suite.fake)


def told(uow: Any) -> list[str]:
    return [each["name"] for each in events(uow) if each["name"].startswith("courier_")]


def refunded(uow: Any, till: FakeTill) -> None:
    for refund in till.refunds.values():
        data = {"order_service": "lostfound", "out_refund_no": refund.out_refund_no}
        sending.on_refund(uow, {"id": new_id(), "data": data}, RefundState.DONE)


def later(uow: Any, order_id: str, by: timedelta) -> None:
    """As if the order had been made earlier."""
    with uow.write() as tx:
        at = tx.now() - by
        tx.connection.execute(update(ORDERS).where(ORDERS.c.id == order_id).values(expires_at=at, look_at=at))


def test_a_jacket_is_ordered_paid_sent_and_arrives(real_uow: Any) -> None:
    uow, till = real_uow, FakeTill()
    item, mine = approved(uow)
    assert quote(uow, mine["id"])["fee_fen"] == 1800
    made = order(uow, mine["id"])
    assert (made["state"], made["parcel"], waiting(uow)) == ("held", "ordered", [])
    assert pay(uow, till, made["id"])["pay"]["code_url"]
    till.paid(made["id"])
    succeeded(uow, till, made["id"])
    assert see(uow, mine["id"])["way"] == "courier"
    assert waiting(uow) == [made["id"]]
    slip = by_desk(courier.CourierSlipSchema(), order_id=made["id"])
    answer = dispatching.get_courier_slip(uow, PLACE, slip)
    assert courier.SlipSchema().validate(answer) == {}
    assert answer["address"] == ADDRESS
    assert hand(uow, made["id"])["tracking_number"] == "SF1234567890123"
    assert (state_of(uow, item), waiting(uow)) == ("sent", [])
    assert delivered(uow, made["id"])["parcel"] == "delivered"
    assert (state_of(uow, item), see(uow, mine["id"])["state"]) == ("returned", "handed_over")
    assert told(uow) == ["courier_ordered", "courier_paid", "courier_sent", "courier_delivered"]
    assert [each["name"] for each in events(uow)].count("item_returned") == 1
    assert [kind for kind, _ in chain(uow, item)][-2:] == ["courier_took", "handed_over"]
    assert broken(uow) == []


def test_nothing_personal_stands_in_the_clear(real_uow: Any) -> None:
    _, mine = approved(real_uow)
    order(real_uow, mine["id"])
    with real_uow.read() as tx:
        row = tx.connection.execute(select(ORDERS)).one()
    kept = f"{row} {events(real_uow)}"
    for value in ADDRESS.values():
        assert value not in kept


def test_a_fee_that_is_not_the_quoted_one_is_refused_and_so_is_a_second_order(real_uow: Any) -> None:
    _, mine = approved(real_uow)
    with pytest.raises(FeeChanged) as changed:
        order(real_uow, mine["id"], fee_fen=1)
    assert changed.value.data["fee_fen"] == 1800
    made = order(real_uow, mine["id"])
    with pytest.raises(CourierOrdered) as known:
        order(real_uow, mine["id"])
    assert known.value.data["order_id"] == made["id"]


def test_what_may_not_be_sent_is_not_and_a_document_waits_for_the_desk(real_uow: Any) -> None:
    _, mine = approved(real_uow, category="passport")
    assert quote(real_uow, mine["id"], "abroad")["not_sent"]["code"] == "abroad"
    assert quote(real_uow, mine["id"])["not_sent"]["code"] == "identity_first"
    with pytest.raises(NotSendable):
        order(real_uow, mine["id"], fee_fen=1200)
    asked = by_desk(courier.ClearForCourierSchema(), claim_id=mine["number"], note="video call, card seen")
    assert courier.ClearedSchema().validate(dispatching.clear_for_courier(real_uow, PLACE, asked)) == {}
    assert order(real_uow, mine["id"], fee_fen=1200)["parcel"] == "ordered"


def test_another_traveller_sees_and_pays_nothing(real_uow: Any) -> None:
    till = FakeTill()
    _, mine = approved(real_uow)
    made = order(real_uow, mine["id"])
    with pytest.raises(ClaimNotFound):
        shown(real_uow, mine["id"], BEN)
    with pytest.raises(ClaimNotFound):
        quote(real_uow, mine["id"], who=BEN)
    for act in (pay, release):
        with pytest.raises(CourierNotFound):
            act(real_uow, till, made["id"], BEN)
    assert till.asked == []


def test_an_order_that_nobody_pays_lapses_and_another_may_be_made(real_uow: Any) -> None:
    till = FakeTill()
    _, mine = approved(real_uow)
    made = order(real_uow, mine["id"])
    pay(real_uow, till, made["id"])
    later(real_uow, made["id"], timedelta(minutes=5))
    sending.look_after_orders(real_uow, till)
    sending.look_after_orders(real_uow, till)
    gone = shown(real_uow, mine["id"])
    assert (gone["state"], gone["parcel"]) == ("lapsed", "cancelled")
    with pytest.raises(CourierOver):
        pay(real_uow, till, made["id"])
    assert order(real_uow, mine["id"])["state"] == "held"


def test_what_is_paid_twice_is_paid_once(real_uow: Any) -> None:
    till = FakeTill()
    _, mine = approved(real_uow)
    made = order(real_uow, mine["id"])
    first, again = pay(real_uow, till, made["id"]), pay(real_uow, till, made["id"])
    assert first["pay"] == again["pay"]
    till.paid(made["id"])
    event_id = new_id()
    for _ in range(2):
        succeeded(real_uow, till, made["id"], event_id)
    succeeded(real_uow, till, made["id"])
    assert pay(real_uow, till, made["id"])["pay"] == {}
    assert (len(till.payments), told(real_uow)) == (1, ["courier_ordered", "courier_paid"])


def test_whoever_withdraws_after_paying_has_their_money_back_once(real_uow: Any) -> None:
    till = FakeTill()
    item, mine = approved(real_uow)
    made = paid(real_uow, till, mine["id"])
    back = release(real_uow, till, made["id"])
    assert (back["state"], back["parcel"], back["refunding_fen"]) == ("returning", "cancelled", 1800)
    assert release(real_uow, till, made["id"])["refunding_fen"] == 1800
    refunded(real_uow, till)
    assert (shown(real_uow, mine["id"])["state"], len(till.refunds)) == ("refunded", 1)
    assert (see(real_uow, mine["id"])["way"], state_of(real_uow, item)) == ("pickup", "reserved")
    with pytest.raises(WrongParcel):
        hand(real_uow, made["id"])


@pytest.mark.parametrize("how", ["withdrawn", "erased"])
def test_a_claim_that_ends_before_its_parcel_left_gives_the_money_back(real_uow: Any, how: str) -> None:
    till = FakeTill()
    item, mine = approved(real_uow)
    made = paid(real_uow, till, mine["id"])
    if how == "withdrawn":
        withdraw(real_uow, mine["id"])
    else:
        erasure = {"passenger_id": ANN, "earlier_ids": [], "erasure_id": new_id()}
        people.erase(real_uow, new_id(), erasure)
    later(real_uow, made["id"], timedelta())
    with real_uow.read() as tx:
        kept = tx.store.courier_order(made["id"])
    assert (kept.sale.state, kept.sale.refunding_fen, state_of(real_uow, item)) == (
        "returning",
        1800,
        "stored",
    )
    if how == "erased":
        assert (kept.sale.buyer_id == ANN, kept.parcel.address_sealed) == (False, None)


def test_money_that_comes_when_the_claim_has_ended_goes_back(real_uow: Any) -> None:
    till = FakeTill()
    _, mine = approved(real_uow)
    made = order(real_uow, mine["id"])
    pay(real_uow, till, made["id"])
    till.paid(made["id"])
    withdraw(real_uow, mine["id"])
    succeeded(real_uow, till, made["id"])
    gone = shown(real_uow, mine["id"])
    assert (gone["state"], gone["parcel"], len(till.refunds)) == ("returning", "cancelled", 1)
    assert told(real_uow) == ["courier_ordered", "courier_refunded"]


def test_the_courier_gets_a_parcel_once_and_its_number_is_no_others(real_uow: Any) -> None:
    till = FakeTill()
    _, mine = approved(real_uow)
    made = paid(real_uow, till, mine["id"])
    hand(real_uow, made["id"])
    with pytest.raises(WrongParcel) as late:
        hand(real_uow, made["id"], OTHER_DESK, "SF9999999999999")
    assert late.value.data["state"] == "sent"
    _, others = approved(real_uow, BEN)
    second = order(real_uow, others["id"], who=BEN)
    pay(real_uow, till, second["id"], BEN)
    till.paid(second["id"])
    succeeded(real_uow, till, second["id"])
    with pytest.raises(TrackingTaken):
        hand(real_uow, second["id"])


def test_what_is_on_its_way_is_neither_withdrawn_nor_handed_over_at_a_desk(real_uow: Any) -> None:
    till = FakeTill()
    item, mine = approved(real_uow)
    made = paid(real_uow, till, mine["id"])
    hand(real_uow, made["id"])
    with pytest.raises(WrongState):
        withdraw(real_uow, mine["id"])
    with pytest.raises(WrongParcel):
        release(real_uow, till, made["id"])
    with pytest.raises(NotHere):
        hand_over(real_uow, item, mine["code"])
    assert deciding.lapse_claims(real_uow, real_now() + timedelta(days=400)) == 0
    people.erase(real_uow, new_id(), {"passenger_id": ANN, "earlier_ids": [], "erasure_id": new_id()})
    assert delivered(real_uow, made["id"])["parcel"] == "delivered"


def test_what_comes_back_is_kept_for_its_owner_and_may_be_sent_again(real_uow: Any) -> None:
    till = FakeTill()
    item, mine = approved(real_uow)
    made = paid(real_uow, till, mine["id"])
    hand(real_uow, made["id"])
    back = came_back(real_uow, made["id"], note="nobody there")
    assert (back["parcel"], back["refunding_fen"], state_of(real_uow, item)) == ("came_back", 0, "reserved")
    claim = see(real_uow, mine["id"])
    assert (claim["state"], claim["way"], claim["code"]) == ("approved", "pickup", mine["code"])
    assert order(real_uow, mine["id"])["id"] != made["id"]
    hand_over(real_uow, item, mine["code"])
    assert (state_of(real_uow, item), shown(real_uow, mine["id"])["state"]) == ("returned", "released")
    assert broken(real_uow) == []


def test_whoever_comes_for_what_waits_for_the_courier_has_it_and_the_money(real_uow: Any) -> None:
    till = FakeTill()
    item, mine = approved(real_uow)
    paid(real_uow, till, mine["id"])
    hand_over(real_uow, item, mine["code"])
    assert shown(real_uow, mine["id"])["refunding_fen"] == 1800
    assert waiting(real_uow) == []


def test_what_cannot_be_sent_after_all_is_paid_back_whole(real_uow: Any) -> None:
    till = FakeTill()
    _, mine = approved(real_uow)
    made = paid(real_uow, till, mine["id"])
    asked = by_desk(courier.RefuseCourierSchema(), order_id=made["id"], note="glass, broken inside")
    answer = dispatching.refuse_courier(real_uow, PLACE, till, asked, real_now())
    assert answer["order"]["refunding_fen"] == 1800
    assert len(till.refunds) == 1


def test_two_people_see_a_valuable_go(real_uow: Any) -> None:
    till = FakeTill()
    item, mine = approved(real_uow, category="watch")
    with real_uow.write() as tx:
        kept = tx.store.item(item["id"])
    assert kept.precious
    made = paid(real_uow, till, mine["id"], fee_fen=1200)
    with pytest.raises(WitnessNeeded):
        hand(real_uow, made["id"])
    with pytest.raises(SamePerson):
        hand(real_uow, made["id"], DESK, witness=DESK)


def test_a_claim_that_was_not_approved_sends_nothing(real_uow: Any) -> None:
    _, mine = approved(real_uow)
    withdraw(real_uow, mine["id"])
    with pytest.raises(WrongClaimState):
        quote(real_uow, mine["id"])
    with pytest.raises(WrongClaimState):
        order(real_uow, mine["id"], sealed=sealed(ADDRESS))
