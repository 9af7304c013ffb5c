"""Messages to one traveller, over the fake, SQLite and PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.notify.store import NewNotice, Wanted
from tests.store.notify.telling import ANNA, ID, MINUTE, NOW, claimed, settle, tell


def notice(uow: Any, kind: str = "bus_bought", order_id: str = "o1", **changes: Any) -> int:
    made = NewNotice(
        kind=kind,
        passenger_id="anna",
        order_id=order_id,
        said={"path": f"/bus/orders/{order_id}", "words": {}},
        language="en",
        rank=1,
        state="queued",
        reason=None,
        created_at=NOW,
        not_before_at=None,
        expires_at=NOW + 60 * MINUTE,
    )
    with uow.write() as tx:
        tx.store.people.save_recipient(ANNA)
        number: int = tx.store.notices.write(replace(made, **changes))
    return number


def found(uow: Any, **wanted: Any) -> list[tuple[str, str, str]]:
    with uow.read() as tx:
        rows = tx.store.messages.find(Wanted(limit=10, **wanted))
    return [(one.order_id, one.kind, one.state) for one in rows]


def test_a_notice_is_found_by_its_order_and_claimed_with_what_it_says(uow: Any) -> None:
    number = notice(uow)
    notice(uow, order_id="o2", kind="bus_soon", rank=0)
    tell(uow, "anna")
    assert found(uow, order_id="o1") == [("o1", "bus_bought", "queued")]
    assert found(uow, order_id="") == [], "what is about no order isn't found by none"
    assert len(found(uow, passenger_ids=("anna",))) == 3
    with uow.write() as tx:
        claims = tx.store.messages.claim("me", NOW, 10)
    assert [(one.kind, one.path) for one in claims] == [
        ("bus_soon", "/bus/orders/o2"),
        ("bus_bought", "/bus/orders/o1"),
        ("delayed", f"/flights/{ID}"),
    ]
    assert [one.consent for one in claims] == ["given"] * 3
    assert claims[1].id == number


def test_notices_of_one_order_leave_one_after_the_other_and_wait_for_none_that_waits(uow: Any) -> None:
    notice(uow, "refund_done", state="deferred", not_before_at=NOW + 90 * MINUTE)
    notice(uow, "bus_bought")
    notice(uow, "bus_cancelled")
    assert claimed(uow) == [("anna", "bus_bought")]
    settle(uow)
    assert claimed(uow) == [("anna", "bus_cancelled")]


def test_a_newer_notice_drops_what_waits_of_the_same_order(uow: Any) -> None:
    notice(uow, "bus_soon")
    notice(uow, "bus_soon", order_id="o2")
    last = notice(uow, "bus_cancelled")
    with uow.write() as tx:
        tx.store.notices.overtake("anna", "o1", ["bus_soon"], last)
    assert found(uow, passenger_ids=("anna",)) == [
        ("o1", "bus_cancelled", "queued"),
        ("o2", "bus_soon", "queued"),
        ("o1", "bus_soon", "superseded"),
    ]


def test_messages_about_flights_stop_and_those_about_orders_go_on(uow: Any) -> None:
    notice(uow)
    tell(uow, "anna")
    with uow.write() as tx:
        tx.store.messages.stop_flights("anna", "no_consent")
    assert found(uow, passenger_ids=("anna",)) == [("", "delayed", "refused"), ("o1", "bus_bought", "queued")]


def test_a_refused_template_is_remembered_by_person(uow: Any) -> None:
    with uow.write() as tx:
        tx.store.people.refuse("anna", "bus_trip", NOW)
        assert tx.store.notices.refused("anna", "bus_trip")
        assert not tx.store.notices.refused("anna", "refund")
        assert not tx.store.notices.refused("ben", "bus_trip")


def test_an_erasure_takes_what_was_said_to_one_person_and_leaves_what_was_said_to_many(uow: Any) -> None:
    notice(uow)
    tell(uow, "anna", "ben")
    with uow.write() as tx:
        assert tx.store.people.erase(["anna"])["messages"] == 2
    assert found(uow, order_id="o1") == []
    with uow.read() as tx:
        (left,) = tx.store.messages.find(Wanted(flight_id=ID, limit=10))
    assert (left.passenger_id, left.said) == ("ben", {"number": "CZ3101"})


def test_older_news_of_a_traveller_is_told_from_newer(uow: Any) -> None:
    with uow.write() as tx:
        assert tx.store.people.save_recipient(ANNA)
        assert not tx.store.people.save_recipient(replace(ANNA, version=2, consent="withdrawn"))
        assert tx.store.people.save_recipient(replace(ANNA, version=4, consent="withdrawn"))
        kept = tx.store.people.recipient("anna")
    assert kept is not None
    assert kept.consent == "withdrawn"


def test_what_waits_may_say_something_else_and_what_wechat_may_have_may_not(uow: Any) -> None:
    about = {"path": "/shop/orders/o1", "words": {}, "pieces": [{"id": "p1"}, {"id": "p2"}]}
    waiting = notice(uow, "shop_ready", said=about, state="deferred", not_before_at=NOW + MINUTE)
    gone = notice(uow, "shop_on_way", said=about)
    notice(uow, "shop_ready", order_id="o2")
    notice(uow, "shop_paid")
    with uow.write() as tx:
        first, second = tx.store.notices.unsent("anna", "o1", ["shop_ready", "shop_on_way"])
        assert (first.id, first.kind, first.pieces) == (waiting, "shop_ready", about["pieces"])
        tx.store.notices.reword(first, about | {"pieces": [{"id": "p2"}]})
        tx.store.notices.supersede([second.id], "message_9")
    with uow.read() as tx:
        rows = {one.id: one for one in tx.store.messages.find(Wanted(order_id="o1", limit=10))}
    assert rows[waiting].said["pieces"] == [{"id": "p2"}]
    assert (rows[gone].state, rows[gone].reason) == ("superseded", "message_9")
    with uow.write() as tx:
        assert len(tx.store.notices.unsent("anna", "o1", ["shop_ready", "shop_on_way"])) == 1
        tx.store.messages.claim("me", NOW, 10)
        assert [each.id for each in tx.store.notices.unsent("anna", "o1", ["shop_ready", "shop_paid"])] == [
            waiting
        ]
